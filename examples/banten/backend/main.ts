import { parseArgs } from 'node:util';
import { siteServer } from './server.ts';
import { readSites } from './sites.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '9000' }, host: { type: 'string', default: '127.0.0.1' } },
});
const server = siteServer(readSites(new URL('../data/banten-sites.csv', import.meta.url)));

server.once('error', (error) => {
  process.stderr.write(`The example's backend cannot listen on ${values.host}:${values.port}: ${error.message}\n`);
  process.exitCode = 1;
});
server.listen(Number(values.port), values.host, () => {
  process.stdout.write(`Example backend: 100 sites of Banten Province on http://${values.host}:${values.port}/situs\n`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close());

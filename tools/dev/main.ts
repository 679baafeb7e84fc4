import { parseArgs } from 'node:util';
import { takenPorts } from './ports.ts';
import { ProcessGroup } from './process-group.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '8080' }, 'admin-port': { type: 'string', default: '8081' } },
});
const folder = positionals[0] ?? 'examples/banten';
const adminPort = values['admin-port'];

const taken = await takenPorts([
  {
    port: 9000,
    user: "the example's backend",
    remedy: 'end that program: examples/banten/banten.yaml names this port',
  },
  { port: Number(values.port), user: 'the gateway', remedy: 'end that program, or take another: make dev PORT=8090' },
  {
    port: Number(adminPort),
    user: 'the status page',
    remedy: 'end that program, or take another: make dev ADMIN_PORT=8091',
  },
]);

if (taken.length > 0) {
  for (const { port, user, remedy } of taken) {
    console.error(`Port ${port} of 127.0.0.1, needed for ${user}, is taken.`);
    console.error(`  Who has it: ss -ltnp 'sport = :${port}'. Then ${remedy}.`);
  }
  process.exitCode = 1;
} else {
  const group = new ProcessGroup([
    { program: process.execPath, args: ['examples/banten/backend/main.ts'] },
    { program: 'cli/bin/simpul', args: ['dev', folder, '--port', values.port, '--admin-port', adminPort] },
  ]);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => group.stop());
  process.exitCode = await group.ended();
}

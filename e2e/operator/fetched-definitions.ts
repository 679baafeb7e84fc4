import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation } from './harness.ts';
import { apiGateway, apiService, tenant, type Written } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

const document = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Desa', version: '1' },
  paths: {
    '/desa/{kode}': {
      get: {
        parameters: [{ name: 'kode', in: 'path', required: true, schema: { type: 'string', pattern: '^[0-9]{10}$' } }],
        responses: { 200: { description: 'Ada' } },
      },
    },
  },
});
const sha256 = createHash('sha256').update(document).digest('hex');
const address = '10.62.0.2';
const url = `http://${address}/openapi.json`;

/** Serves the document on a machine that has this one for its only neighbour, and tells of each request. */
const server = `
  const answer = (request, response) => { console.log(request.url); response.end(process.argv[1]); };
  process.stdin.once('data', () => {
    const { execFileSync } = require('node:child_process');
    execFileSync('ip', ['address', 'add', '${address}/24', 'dev', 'there']);
    execFileSync('ip', ['link', 'set', 'there', 'up']);
    require('node:http').createServer(answer).listen(80, '${address}', () => console.log('listens'));
  });
  console.log('up');
`;

function ip(line: string): void {
  execFileSync('ip', line.split(' '), { stdio: 'inherit' });
}

describe('a definition at a URL, on a real API server', () => {
  let installation: Installation;
  let operator: OperatorProgram;
  let gateway: GatewayProgram;
  let neighbour: ChildProcess;
  let said = '';
  const api = (spec: object = {}): Written => {
    const openApi = { url, sha256 };
    const validation = { requests: 'Enforce' };
    return apiService('a', 'desa', { backendUrl: installation.backend, definition: { openApi }, validation, ...spec });
  };
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${await gateway.port()}/a/desa${path}`)).status;
  const requests = (): number => said.split('/openapi.json').length - 1;

  before(async () => {
    ip('link set lo up');
    const node = [process.execPath, '-e', server, document];
    neighbour = spawn('unshare', ['--net', '--', ...node], { stdio: ['pipe', 'pipe', 'inherit'] });
    neighbour.stdout?.on('data', (chunk) => (said += String(chunk)));
    await until('the neighbour is up', () => said.includes('up'));
    ip(`link add here type veth peer name there netns ${neighbour.pid}`);
    ip('address add 10.62.0.1/24 dev here');
    ip('link set here up');
    neighbour.stdin?.write('go');
    await until('the neighbour listens', () => said.includes('listens'));
    installation = await Installation.start();
    operator = await installation.startOperator();
    await installation.apply(apiGateway(), tenant('a', { paths: ['/a'] }));
    gateway = await installation.startGateway('public-1');
    await installation.untilReady(tenant('a'));
  });
  after(async () => {
    neighbour?.kill('SIGKILL');
    await installation?.stop();
  });

  test('is fetched, and calls are held to it', async () => {
    await installation.apply(api());
    await installation.untilReady(api());
    assert.deepEqual([await statusOf('/desa/3671012001'), await statusOf('/desa/36')], [200, 400]);
    assert.equal(requests(), 1);
  });

  test('another digest is refused with what was found, and the last good one serves on', async () => {
    const wanted = '0'.repeat(64);
    await installation.apply(api({ definition: { openApi: { url, sha256: wanted } } }));
    const message = new RegExp(`^spec\\.definition\\.openApi\\.url: ${url} .*${sha256}, not ${wanted}`);
    await installation.untilCondition(api(), 'ResolvedRefs', { reason: 'DefinitionNotFetched', message });
    assert.deepEqual([await statusOf('/desa/3671012001'), await statusOf('/desa/36')], [200, 400]);
    await installation.apply(api());
    await installation.untilReady(api());
  });

  test('addresses of the operator itself are not called', async () => {
    const openApi = { url: `${installation.backend}/openapi.json`, sha256 };
    const other = apiService('a', 'lain', { backendUrl: installation.backend, definition: { openApi } });
    await installation.apply(other);
    const message = /is not called, because its address is a loopback address/;
    await installation.untilCondition(other, 'ResolvedRefs', { reason: 'DefinitionNotFetched', message });
  });

  test('a new operator serves edits with it when nobody answers at the URL any more', async () => {
    const before = requests();
    neighbour.kill('SIGKILL');
    await operator.kill();
    await installation.startOperator();
    await installation.apply(api({ basePath: '/a/baru' }));
    const base = `http://127.0.0.1:${await gateway.port()}/a/baru`;
    await until('the edit is served', async () => (await fetch(`${base}/desa/3671012001`)).status === 200);
    assert.equal((await fetch(`${base}/desa/36`)).status, 400);
    await installation.untilReady(api());
    assert.equal(requests(), before);
  });
});

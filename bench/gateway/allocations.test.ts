import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { apiKey, basePath } from './world.ts';

/*
 * What a call costs, without a clock: the bytes that a gateway with key, limits, metrics and access log allocates for it,
 * sockets included. They are the same on every machine, give or take a percent, so a slow-down that allocates shows here before any benchmark.
 * Who makes calls cheaper lowers the bound; who must raise it says why in the commit.
 */
const mostBytesPerCall = 10_300;
const calls = 4000;

test(`a call allocates at most ${mostBytesPerCall} bytes`, async (t) => {
  const backend = createServer(answer).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const gateway = fork(new URL('counted-gateway.ts', import.meta.url), [String(port), url], {
    execArgv: ['--max-semi-space-size=512', '--min-semi-space-size=512'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  t.after(() => {
    gateway.kill('SIGKILL');
    backend.close();
    backend.closeAllConnections();
  });
  await once(gateway, 'message');
  const client = connect({ port, host: '127.0.0.1', noDelay: true });
  t.after(() => client.destroy());
  await callMany(client, calls); // everything is compiled
  let bytes = 0;
  // Where the heap happens to be collected meanwhile, the next round has room again.
  for (let round = 0; round < 5 && bytes <= 500; round++) {
    const before = await heapOf(gateway);
    await callMany(client, calls);
    bytes = Math.round(((await heapOf(gateway)) - before) / calls);
  }
  t.diagnostic(`${bytes} bytes per call`);
  assert.ok(bytes > 500, `${bytes} bytes per call: the heap was collected each time`);
  assert.ok(bytes <= mostBytesPerCall, `${bytes} bytes per call`);
});

function answer(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 2 }).end('{}');
}

async function heapOf(gateway: ChildProcess): Promise<number> {
  gateway.send('heap');
  const [bytes] = (await once(gateway, 'message')) as [number];
  return bytes;
}

const request = Buffer.from(`GET ${basePath}/x HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${apiKey}\r\n\r\n`);

/** One call after the other on one connection; each must be answered 200. */
async function callMany(client: ReturnType<typeof connect>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    client.write(request);
    const [bytes] = (await once(client, 'data')) as [Buffer];
    const text = bytes.toString('latin1');
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(text, /\r\n\r\n\{\}$/);
  }
}

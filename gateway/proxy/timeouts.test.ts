import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, aRawBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';

/** Sends `text`, then nothing; gives what came back when the other side closes, and after how long. */
function silent(port: number, text: string): Promise<{ readonly answer: string; readonly ms: number }> {
  const began = performance.now();
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => undefined).on('close', () => resolve({ answer, ms: performance.now() - began }));
  });
}

test('a backend that does not answer: 504 after its timeout', async () => {
  await using backend = await aRawBackend(() => undefined);
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url, { timeoutMs: 150 }) })]);
  const began = performance.now();
  const answer = await call(gw.port, base);
  assert.deepEqual([answer.status, codeOf(answer)], [504, 'GW_BACKEND_TIMEOUT']);
  const ms = performance.now() - began;
  assert.ok(ms >= 145 && ms < 1000, `${ms} ms`);
});

test('an operation may have a timeout of its own', async () => {
  await using backend = await aRawBackend(() => undefined);
  const operations = [{ path: '/slow', methods: [], limits: [], timeoutMs: 100 }];
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url), operations })]);
  assert.equal(codeOf(await call(gw.port, `${base}/slow`)), 'GW_BACKEND_TIMEOUT');
});

test('a backend that stalls in its body: the connection breaks after the timeout', async () => {
  await using backend = await aRawBackend((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'));
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url, { timeoutMs: 150 }) })]);
  await assert.rejects(call(gw.port, base), { code: 'ECONNRESET' });
  await gw.logged(1);
  assert.deepEqual([gw.calls[0]?.['status'], gw.calls[0]?.['code']], [200, 'GW_BACKEND_TIMEOUT']);
});

test('a backend that does not take the connection: 504 after the connect timeout', async (t) => {
  // A listening socket whose queue is full drops new connections, as a firewall would.
  const held: Socket[] = [];
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 });
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    for (const socket of held) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = 'http://192.0.2.1:81'; // documentation range: nothing answers there
  void port;
  const backend = backendAt(url, { connectTimeoutMs: 200, timeoutMs: 5000 });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend })]);
  const answer = await call(gw.port, base);
  // A machine without a route says so at once; both mean that no connection was made.
  const expected = answer.status === 504 ? 'GW_BACKEND_CONNECT_TIMEOUT' : 'GW_BACKEND_UNREACHABLE';
  assert.equal(codeOf(answer), expected);
});

test('a head that does not come to its end: 408', async () => {
  await using gw = await aRunningGateway([aTenant()], { transport: { headTimeoutMs: 200 } });
  const { answer } = await silent(gw.port, 'GET / HTTP/1.1\r\nHost: a\r\n');
  assert.match(answer, /^HTTP\/1.1 408 /);
  assert.match(answer, /GW_REQUEST_TIMEOUT/);
});

test('a body that stalls: 408', async () => {
  await using backend = await aBackend((request) => void request.resume());
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })], {
    transport: { idleTimeoutMs: 200 },
  });
  const { answer } = await silent(gw.port, `POST ${base} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf`);
  assert.match(answer, /^HTTP\/1.1 408 /);
});

test('a client that waits for a slow backend is not idle', async () => {
  await using backend = await aBackend((_request, response) => {
    setTimeout(() => response.end('late'), 500);
  });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })], {
    transport: { idleTimeoutMs: 100 },
  });
  assert.equal((await call(gw.port, base)).text, 'late');
});

test('a client that does not read its answer is given up', async () => {
  await using backend = await aBackend((_request, response) => response.end(Buffer.alloc(32 * 1024 * 1024)));
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })], {
    transport: { idleTimeoutMs: 200 },
  });
  const client = connect(gw.port, '127.0.0.1', () => client.write(`GET ${base} HTTP/1.1\r\nHost: a\r\n\r\n`));
  client.on('error', () => undefined).pause();
  await gw.logged(1);
  assert.equal(gw.calls[0]?.['status'], 200);
  client.destroy();
});

test('a kept connection without a call is closed after its time', async () => {
  await using backend = await aBackend((_request, response) => response.end('ok'));
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })], {
    transport: { keepAliveMs: 200 },
  });
  const { answer, ms } = await silent(gw.port, `GET ${base} HTTP/1.1\r\nHost: a\r\n\r\n`);
  assert.match(answer, /^HTTP\/1.1 200 /);
  assert.ok(ms >= 190, `${ms} ms`);
});

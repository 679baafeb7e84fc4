import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
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

/** A process that listens and is then stopped: once its queue is full the kernel drops new connections, as a firewall would. */
async function aStoppedListener(): Promise<{ readonly url: string; readonly [Symbol.dispose]: () => void }> {
  const script =
    "const s = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))";
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  const port = Number(line.toString());
  const queued: Socket[] = [];
  while (await connects(port, queued));
  const dispose = () => {
    for (const socket of queued) socket.destroy();
    child.kill('SIGKILL');
  };
  return { url: `http://127.0.0.1:${port}`, [Symbol.dispose]: dispose };
}

function connects(port: number, sockets: Socket[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    sockets.push(socket);
    setTimeout(() => resolve(false), 200);
  });
}

test('a backend that does not take the connection: 504 after the connect timeout', async () => {
  using listener = await aStoppedListener();
  const backend = backendAt(listener.url, { connectTimeoutMs: 200, timeoutMs: 5000 });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend })]);
  const began = performance.now();
  assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_CONNECT_TIMEOUT');
  assert.ok(performance.now() - began < 1000);
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

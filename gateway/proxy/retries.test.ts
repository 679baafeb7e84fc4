import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledBackend } from '#api/compiled/contract.ts';
import type { CompiledRetries } from '#api/compiled/traffic.ts';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, aRawBackend, backendAt, type TestBackend } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';

function retriesOn(retryOn: CompiledRetries['retryOn'], change: Partial<CompiledRetries> = {}): CompiledRetries {
  return { attempts: 2, retryOn, backoffMs: 1, ...change };
}

function between(backends: readonly TestBackend[], change: Partial<CompiledBackend>): CompiledBackend {
  const endpoints = backends.map(({ url }) => ({ url, weight: 1 }));
  return { ...backendAt(''), ...change, endpoints };
}

/** A port that nobody listens on any more. */
async function gone(): Promise<TestBackend> {
  const backend = await aRawBackend(() => undefined);
  await backend[Symbol.asyncDispose]();
  return backend;
}

test('each reason is tried again at another endpoint, and the log says how often', async () => {
  await using good = await aBackend((_request, response) => response.end('good'));
  await using busy = await aBackend((_request, response) => response.writeHead(503).end('busy'));
  await using silent = await aRawBackend(() => undefined);
  await using breaking = await aRawBackend((socket) => socket.destroy());
  const cases: readonly [TestBackend, CompiledRetries][] = [
    [await gone(), retriesOn(['ConnectFailure'])],
    [busy, retriesOn([503])],
    [silent, retriesOn(['Timeout'], { perTryTimeoutMs: 500 })],
    [breaking, retriesOn(['ResetBeforeAnswer'])],
  ];
  for (const [bad, retries] of cases) {
    await using gw = await aRunningGateway([aTenant(), anApi({ backend: between([bad, good], { retries }) })]);
    const answer = await call(gw.port, base);
    assert.deepEqual([answer.status, answer.text], [200, 'good'], String(retries.retryOn));
    await gw.logged(1);
    assert.deepEqual([gw.calls[0]?.['attempts'], gw.calls[0]?.['code']], [2, undefined]);
  }
});

test('a reason that is not named is not tried again, and the answer is the first', async () => {
  await using busy = await aBackend((_request, response) => response.writeHead(503).end('busy'));
  const backend = between([busy], { retries: retriesOn(['ConnectFailure', 502]) });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend })]);
  assert.equal((await call(gw.port, base)).text, 'busy');
  assert.equal(busy.requests.length, 1);
});

test('when all attempts fail the caller gets the last answer', async () => {
  let count = 0;
  await using busy = await aBackend((_request, response) => response.writeHead(503).end(`${++count}`));
  await using gw = await aRunningGateway([
    aTenant(),
    anApi({ backend: between([busy], { retries: retriesOn([503]) }) }),
  ]);
  const answer = await call(gw.port, base);
  assert.deepEqual([answer.status, answer.text], [503, '3']);
  assert.equal(new Set(busy.requests.map(({ socket }) => socket)).size, 1, 'short answers are read, not cut');
});

test('only what may be repeated is: POST is not, PUT is with its small body, and not with a large one', async () => {
  const bodies: string[] = [];
  await using busy = await aBackend(async (request, response) => {
    const body = await Array.fromAsync(request);
    bodies.push(Buffer.concat(body as Buffer[]).toString());
    response.writeHead(503).end();
  });
  await using gw = await aRunningGateway([
    aTenant(),
    anApi({ backend: between([busy], { retries: retriesOn([503]) }) }),
  ]);
  await call(gw.port, base, { method: 'POST', body: 'order' });
  assert.deepEqual(bodies.splice(0), ['order']);
  for (const method of ['POST', 'PATCH']) {
    await call(gw.port, base, { method, headers: { 'content-length': '0' } });
    assert.deepEqual(bodies.splice(0), [''], method);
  }
  await call(gw.port, base, { method: 'PUT', body: 'state' });
  assert.deepEqual(bodies.splice(0), ['state', 'state', 'state']);
  await call(gw.port, base, { method: 'PUT', body: Buffer.alloc(100_000) });
  assert.equal(bodies.splice(0).length, 1);
  await call(gw.port, base, { method: 'PUT', body: 'chunked', headers: { 'Transfer-Encoding': 'chunked' } });
  assert.deepEqual(bodies.splice(0), ['chunked']);
});

test('nothing is tried again once the answer has begun', async () => {
  await using half = await aRawBackend((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    setTimeout(() => socket.destroy(), 20);
  });
  let connections = 0;
  half.server.on('connection', () => connections++);
  const retries = retriesOn(['ResetBeforeAnswer', 'Timeout'], { perTryTimeoutMs: 5000 });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: between([half], { retries }) })]);
  await assert.rejects(call(gw.port, base));
  assert.equal(connections, 1);
});

test('the time of the whole call bounds all attempts and pauses', async () => {
  await using silent = await aRawBackend(() => undefined);
  const retries = retriesOn(['Timeout'], { attempts: 5, perTryTimeoutMs: 80 });
  const backend = between([silent], { retries, timeoutMs: 200 });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend })]);
  const began = performance.now();
  assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_TIMEOUT');
  const ms = performance.now() - began;
  assert.ok(ms < 1000, `${ms} ms`);
});

test('an outage gets a bounded number of retries, however many calls fail', async () => {
  await using busy = await aBackend((_request, response) => response.writeHead(503).end());
  await using gw = await aRunningGateway([
    aTenant(),
    anApi({ backend: between([busy], { retries: retriesOn([503]) }) }),
  ]);
  for (let i = 0; i < 100; i += 10) await Promise.all(Array.from({ length: 10 }, () => call(gw.port, base)));
  // 3 a second over 10 s are always allowed; a fifth of 100 is less.
  assert.equal(busy.requests.length, 130);
  gw.gateway.refreshMetrics();
  const text = await gw.gateway.metrics.registry.metrics();
  assert.match(text, /simpul_gateway_backend_retries_total\{outcome="sent"\} 30/);
  assert.match(text, /simpul_gateway_backend_retries_total\{outcome="withheld"\} \d\d/);
});

test('a client that goes away during the pause ends the call', async () => {
  await using busy = await aBackend((_request, response) => response.writeHead(503).end());
  const backend = between([busy], { retries: retriesOn([503], { backoffMs: 5000 }), timeoutMs: 60_000 });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend })]);
  const left = new AbortController();
  const gone = call(gw.port, base, { signal: left.signal });
  await until(() => busy.requests.length === 1);
  left.abort();
  await assert.rejects(gone);
  await gw.logged(1);
  assert.equal(gw.calls[0]?.['aborted'], true);
});

test('a long answer that is thrown away costs its connection, a slow one too', async () => {
  await using long = await aBackend((request, response) => {
    if (request.url?.endsWith('slow')) response.writeHead(503).write('never ends');
    else response.writeHead(503).end(Buffer.alloc(1_000_000));
  });
  await using good = await aBackend((_request, response) => response.end('good'));
  const backend = between([long, good], { retries: retriesOn([503]) });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend })]);
  const ended: Promise<unknown>[] = [];
  long.server.on('request', (request) => {
    ended.push(new Promise((resolve) => void request.socket.on('close', resolve)));
  });
  assert.equal((await call(gw.port, base)).text, 'good');
  await call(gw.port, base); // the turn of the good one
  assert.equal((await call(gw.port, `${base}/slow`)).text, 'good');
  assert.equal(ended.length, 2);
  await Promise.all(ended);
});

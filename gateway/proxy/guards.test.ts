import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, aRawBackend, backendAt } from '../testing/test-backend.ts';
import { TestClock } from '../testing/test-clock.ts';
import { aRunningGateway, call, codeOf, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const circuitBreaker = { consecutiveFailures: 3, openForMs: 30_000 };

async function statusesOf(port: number, calls: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < calls; i++) statuses.push((await call(port, base)).status);
  return statuses;
}

test('a circuit opens after failures in a row, refuses at once, and closes after a call that works', async () => {
  let works = false;
  await using backend = await aBackend((_request, response) => response.writeHead(works ? 200 : 503).end());
  const clock = new TestClock();
  const api = anApi({ backend: backendAt(backend.url, { circuitBreaker }) });
  await using gw = await aRunningGateway([aTenant(), api], { clock });
  assert.deepEqual(await statusesOf(gw.port, 3), [503, 503, 503]);
  clock.advance(10_500);
  const refused = await call(gw.port, base);
  assert.deepEqual([codeOf(refused), refused.headers['retry-after']], ['GW_CIRCUIT_OPEN', '20']);
  assert.equal(backend.requests.length, 3, 'the backend was left alone');
  clock.advance(20_000);
  assert.equal(codeOf(await callTwice(gw.port)), 'GW_CIRCUIT_OPEN', 'the one call failed, so it stays open');
  works = true;
  clock.advance(30_000);
  assert.deepEqual(await statusesOf(gw.port, 2), [200, 200]);
});

/** The answer of the second of two calls, one after the other. */
async function callTwice(port: number) {
  await call(port, base);
  return call(port, base);
}

test('a 500 does not open it: it may be about that one call', async () => {
  await using backend = await aBackend((_request, response) => response.writeHead(500).end());
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url, { circuitBreaker }) })]);
  assert.deepEqual(await statusesOf(gw.port, 5), [500, 500, 500, 500, 500]);
});

test('what is refused, times out or breaks off counts as a failure', async () => {
  await using silent = await aRawBackend(() => undefined);
  await using breaking = await aRawBackend((socket) => socket.destroy());
  await using gone = await aRawBackend(() => undefined);
  await gone[Symbol.asyncDispose]();
  for (const { url } of [silent, breaking, gone]) {
    const backend = backendAt(url, { timeoutMs: 50, circuitBreaker: { consecutiveFailures: 2, openForMs: 60_000 } });
    await using gw = await aRunningGateway([aTenant(), anApi({ backend })]);
    await statusesOf(gw.port, 2);
    assert.equal(codeOf(await call(gw.port, base)), 'GW_CIRCUIT_OPEN', url);
  }
});

test('one endpoint with an open circuit leaves its calls to the others; an edit of something else forgets nothing', async () => {
  await using bad = await aBackend((_request, response) => response.writeHead(503).end());
  await using good = await aBackend((_request, response) => response.end());
  const endpoints = [bad, good].map(({ url }) => ({ url, weight: 1 }));
  const api = anApi({ backend: { ...backendAt(bad.url, { circuitBreaker }), endpoints } });
  const admin = { host: '127.0.0.1', port: 0 };
  await using gw = await aRunningGateway([aTenant(), api], { admin });
  await statusesOf(gw.port, 6);
  gw.source.put({ ...api, version: '1.0.1', backend: { ...api.backend, timeoutMs: 4000 } });
  assert.deepEqual(await statusesOf(gw.port, 8), Array(8).fill(200));
  assert.equal(bad.requests.length, 3);
  gw.gateway.refreshMetrics();
  const text = await gw.gateway.metrics.registry.metrics();
  assert.match(text, new RegExp(`simpul_gateway_backend_up\\{endpoint="${bad.url}/"\\} 0`));
  assert.match(text, new RegExp(`simpul_gateway_backend_up\\{endpoint="${good.url}/"\\} 1`));
  assert.match(text, new RegExp(`simpul_gateway_backend_circuit_openings_total\\{endpoint="${bad.url}/"\\} 1`));
  assert.match(text, /simpul_gateway_backends_down 1/);
  const report: unknown = await (await fetch(`http://127.0.0.1:${gw.gateway.adminAddress?.port}/backends`)).json();
  const common = { apis: 1, callsInFlight: 0 };
  assert.deepEqual(report, {
    total: 2,
    endpoints: [
      { url: `${bad.url}/`, up: false, ...common, circuit: 'open', circuitOpenings: 1 },
      { url: `${good.url}/`, up: true, ...common, circuit: 'closed', circuitOpenings: 0 },
    ],
  });
});

test('a client that goes away says nothing about the backend, and the next call decides', async () => {
  let mode: 'fail' | 'hang' | 'work' = 'fail';
  await using backend = await aBackend((_request, response) => {
    if (mode !== 'hang') response.writeHead(mode === 'work' ? 200 : 503).end();
  });
  const clock = new TestClock();
  const api = anApi({ backend: backendAt(backend.url, { circuitBreaker }) });
  await using gw = await aRunningGateway([aTenant(), api], { clock });
  await statusesOf(gw.port, 3);
  clock.advance(30_000);
  mode = 'hang';
  const left = new AbortController();
  const gone = call(gw.port, base, { signal: left.signal });
  await until(() => backend.requests.length === 4);
  assert.equal(codeOf(await call(gw.port, base)), 'GW_CIRCUIT_OPEN', 'one call alone decides');
  left.abort();
  await assert.rejects(gone);
  await gw.logged(5);
  mode = 'work';
  assert.equal((await call(gw.port, base)).status, 200);
});

test('beyond maxRequests a call goes to another endpoint, or is refused', async () => {
  const held: (() => void)[] = [];
  const hold = () => aBackend((_request, response) => held.push(() => response.end()));
  await using one = await hold();
  await using two = await hold();
  const backend = {
    ...backendAt(one.url, { circuitBreaker: { ...circuitBreaker, maxRequests: 2 } }),
    endpoints: [one, two].map(({ url }) => ({ url, weight: 1 })),
  };
  await using gw = await aRunningGateway([aTenant(), anApi({ backend })]);
  const answers = Array.from({ length: 4 }, () => call(gw.port, base));
  await until(() => held.length === 4);
  assert.deepEqual([one.requests.length, two.requests.length], [2, 2]);
  const refused = await call(gw.port, base);
  assert.deepEqual([codeOf(refused), refused.headers['retry-after']], ['GW_BACKEND_OVERLOADED', '1']);
  for (const release of held) release();
  await Promise.all(answers);
  const after = call(gw.port, base);
  await until(() => held.length === 5);
  held[4]?.();
  assert.equal((await after).status, 200);
});

test('calls wait for a connection up to their bound, and one more is refused', async () => {
  const held: (() => void)[] = [];
  await using backend = await aBackend((_request, response) => held.push(() => response.end()));
  const bounds = { maxConnections: 1, maxPendingRequests: 1 };
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url, bounds) })]);
  const first = call(gw.port, base);
  await until(() => held.length === 1);
  const second = call(gw.port, base);
  await until(() => gw.gateway.metrics.callsInFlight === 2);
  assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_OVERLOADED');
  held[0]?.();
  await until(() => held.length === 2);
  held[1]?.();
  assert.deepEqual([(await first).status, (await second).status], [200, 200]);
});

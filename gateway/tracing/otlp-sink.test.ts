import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, until } from '../testing/test-gateway.ts';

/** What is asserted of spans in full, by a real collector: e2e/observability/traces.test.ts. */

const base = '/banten/situs/v1';
const operations = [{ path: '/nik/{nik}', methods: [], limits: [] }];

/** A collector that keeps what it gets, as text with the protobuf around it; answers with `statuses` first. */
async function aCollector(statuses: readonly number[] = []) {
  const received: { readonly headers: IncomingHttpHeaders; readonly url: string; readonly text: string }[] = [];
  const left = [...statuses];
  const server = createServer(async (request, response) => {
    const body = gunzipSync(Buffer.concat(await request.toArray()));
    const status = left.shift() ?? 200;
    if (status === 200)
      received.push({ headers: request.headers, url: request.url ?? '', text: body.toString('latin1') });
    response.writeHead(status, status === 503 ? { 'Retry-After': '0' } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dispose = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve()).closeAllConnections();
    });
  return { endpoint: `http://127.0.0.1:${port}`, received, left, [Symbol.asyncDispose]: dispose };
}

test('spans go to the collector, tried again when it asks for it, without what may be personal', async () => {
  await using collector = await aCollector([503, 429]);
  await using backend = await aBackend((_request, response) => response.end());
  const gateway = aGateway({ tracing: { endpoint: `${collector.endpoint}/`, rate: 1 } });
  const api = anApi({ backend: backendAt(backend.url), operations });
  await using gw = await aRunningGateway([gateway, aTenant(), api]);
  // The first calls come before OpenTelemetry is loaded.
  for (let i = 0; collector.received.length === 0; i++) {
    assert.ok(i < 200, 'nothing came');
    await call(gw.port, `${base}/nik/rahasia?npwp=rahasia`);
    await delay(50);
  }
  const [{ headers, url, text } = assert.fail()] = collector.received;
  assert.deepEqual(
    [url, headers['content-type'], headers['content-encoding']],
    ['/v1/traces', 'application/x-protobuf', 'gzip'],
  );
  assert.deepEqual(collector.left, []);
  assert.match(text, /GET \/banten\/situs\/v1\/nik\/\{nik\}/);
  assert.doesNotMatch(text, /rahasia|127\.0\.0\.1[^:]*client/);
  await until(() => gw.gateway.metrics.callsInFlight === 0);
  assert.match(await gw.gateway.metrics.registry.metrics(), /simpul_gateway_spans_sent_total [1-9]/);
});

test('a collector that is not there costs nothing but its spans, and the log says so once', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const warned: object[] = [];
  const log = { info: () => undefined, warn: (fields: object) => warned.push(fields), error: () => assert.fail() };
  const gateway = aGateway({ tracing: { endpoint: 'http://127.0.0.1:1', rate: 1 } });
  await using gw = await aRunningGateway([gateway, aTenant(), anApi({ backend: backendAt(backend.url) })], { log });
  const lost = async () =>
    /spans_lost_total\{reason="not_delivered"\} [1-9]/.test(await gw.gateway.metrics.registry.metrics());
  const deadline = performance.now() + 20_000;
  while (!(await lost())) {
    assert.ok(performance.now() < deadline);
    assert.equal((await call(gw.port, base)).status, 200);
    await delay(50);
  }
  assert.equal(warned.length, 1);
  assert.match(JSON.stringify(warned), /127\.0\.0\.1:1/);
});

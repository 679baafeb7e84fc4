import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anApi, aSubscription, aTenant, hashOf } from './testing/compiled.ts';
import { aBackend, backendAt } from './testing/test-backend.ts';
import { aRunningGateway, call } from './testing/test-gateway.ts';

const base = '/banten/situs/v1';
const key = 'kunci-rahasia-0123456789abcdef01';
const admin = { host: '127.0.0.1', port: 0 };

test('a line says who called what, and never path, query or key', async () => {
  await using backend = await aBackend((_request, response) => response.end('hello'));
  const api = anApi({
    backend: backendAt(backend.url),
    authentication: { mode: 'Required', keyManagers: [] },
    operations: [{ path: '/nik/{nik}', methods: ['POST'], limits: [] }],
  });
  const credentials = [{ name: 'utama', type: 'ApiKey', hash: hashOf(key) }] as const;
  const subscription = aSubscription({ credentials, grants: [{ api: api.id }] });
  await using gw = await aRunningGateway([aTenant(), aTenant({ id: 'tangerang' }), api, subscription]);
  const headers = { 'x-api-key': key, host: 'api.example:80' };
  await call(gw.port, `${base}/nik/3671012345670001?npwp=012345678901000`, { method: 'POST', body: 'abc', headers });
  await gw.logged(1);
  const line = gw.calls[0] ?? {};
  const { time, requestId, traceId, totalMs, backendMs, gatewayMs, ...rest } = line;
  assert.deepEqual(rest, {
    level: 'info',
    msg: 'call',
    client: '127.0.0.1',
    method: 'POST',
    host: 'api.example',
    status: 200,
    backend: new URL(backend.url).host,
    bytesIn: 3,
    bytesOut: 5,
    route: base,
    api: 'banten/situs',
    version: '1.0.0',
    tenant: 'banten',
    operation: '/nik/{nik}',
    subscription: 'tangerang/perizinan',
    application: 'tangerang/perizinan',
    consumer: 'tangerang',
  });
  assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 10_000);
  assert.match(String(requestId), /^[0-9a-f]{32}$/);
  assert.match(String(traceId), /^[0-9a-f]{32}$/);
  assert.ok(Math.abs(Number(totalMs) - Number(backendMs) - Number(gatewayMs)) < 0.02);
  const text = JSON.stringify(line);
  for (const secret of ['3671012345670001', '012345678901000', key]) assert.ok(!text.includes(secret));
});

test('hostile methods and hosts cannot break out of their line', async () => {
  await using gw = await aRunningGateway([aTenant()]);
  await call(gw.port, '/x', { headers: { host: 'a"b' } });
  await call(gw.port, '/x', { headers: { 'x-request-id': 'a","status":200,"x":"' } });
  await gw.logged(2);
  assert.deepEqual(
    gw.calls.map((line) => line['status']),
    [400, 404],
  );
});

test('health, readiness and metrics', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url) })], { admin });
  const port = gw.gateway.adminAddress?.port ?? 0;
  assert.equal((await call(port, '/healthz')).status, 200);
  assert.equal((await call(port, '/readyz')).text, 'ok\n');
  assert.equal((await call(port, '/nowhere')).status, 404);
  assert.equal((await call(port, '/healthz', { method: 'POST' })).status, 405);
  await call(gw.port, base);
  await call(gw.port, '/nowhere');
  await gw.logged(2);
  const { text } = await call(port, '/metrics');
  assert.match(text, /simpul_gateway_calls_total\{api="banten\/situs",plan="",class="2xx"\} 1/);
  assert.match(text, /simpul_gateway_calls_total\{api="",plan="",class="4xx"\} 1/);
  assert.match(text, /simpul_gateway_call_duration_seconds_count\{api="banten\/situs"\} 1/);
  assert.match(text, /simpul_gateway_loaded_objects 3/);
  assert.match(text, /simpul_gateway_refused_objects 0/);
  assert.match(text, /simpul_gateway_config_version \d+/);
  assert.match(text, /simpul_gateway_calls_in_flight 0/);
  await call(gw.port, base);
  assert.equal((await call(port, '/metrics')).text, text, 'one second later at the earliest');
});

test('an error of our own is one generic 500, and one line with the cause', async () => {
  const errors: object[] = [];
  const log = { info: () => undefined, warn: () => undefined, error: (fields: object) => errors.push(fields) };
  const broken = () => {
    throw new TypeError('the inside');
  };
  await using gw = await aRunningGateway([aTenant(), anApi()], {
    log,
    clock: { now: Date.now, steady: () => performance.now() },
  });
  gw.gateway.metrics.countLimited = broken;
  const limited = anApi({ limits: [{ id: 'x', requests: 1, per: 'Minute', by: 'Total' }] });
  gw.source.put(limited);
  await call(gw.port, base);
  const answer = await call(gw.port, base);
  assert.equal(answer.status, 500);
  assert.match(answer.text, /GW_INTERNAL/);
  assert.ok(!answer.text.includes('inside'));
  assert.equal(errors.length, 1);
});

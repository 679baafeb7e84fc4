import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';

test('an API under maintenance says so, and when to come back, before it asks for a key', async () => {
  const maintenance = { message: 'Pindah server', retryAfterSeconds: 1800, allow: ['10.0.0.0/8'] };
  const authentication = { mode: 'Required', keyManagers: [] } as const;
  await using gw = await aRunningGateway([aTenant(), anApi({ maintenance, authentication })]);
  const { status, headers, text } = await call(gw.port, base);
  assert.deepEqual([status, headers['retry-after'], headers['simpul-code']], [503, '1800', 'GW_MAINTENANCE']);
  assert.match(text, /Pindah server/);
});

test('who may look meanwhile is served', async () => {
  await using backend = await aBackend((_request, response) => response.end('works again'));
  const maintenance = { message: 'Pindah server', allow: ['127.0.0.0/8'] };
  await using gw = await aRunningGateway([aTenant(), anApi({ maintenance, backend: backendAt(backend.url) })]);
  assert.equal((await call(gw.port, base)).text, 'works again');
});

test('a Tenant, and a whole gateway', async () => {
  await using backend = await aBackend((_request, response) => response.end('works'));
  const work = { message: 'Pindah pusat data', allow: [] };
  const api = anApi({ backend: backendAt(backend.url) });
  await using gw = await aRunningGateway([aTenant({ maintenance: work }), api]);
  const tenants = await call(gw.port, base);
  assert.deepEqual([tenants.status, tenants.headers['simpul-code']], [503, 'GW_MAINTENANCE']);
  assert.match(tenants.text, /All APIs of this institution are being maintained: Pindah pusat data/);
  gw.source.put(aTenant());
  assert.equal((await call(gw.port, base)).text, 'works');
  gw.source.put(aGateway({ maintenance: { ...work, retryAfterSeconds: 60 } }));
  const gateways = await call(gw.port, base);
  const { 'simpul-code': code, 'simpul-fault': fault, 'retry-after': after } = gateways.headers;
  assert.deepEqual([gateways.status, code, fault, after], [503, 'GW_GATEWAY_MAINTENANCE', 'gateway', '60']);
});

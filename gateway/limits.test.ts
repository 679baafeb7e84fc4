import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledLimit } from '#api/compiled/limit.ts';
import type { LimitLevel } from './limits/rule.ts';
import { aGateway, aLimit, anApi, aSubscription, aTenant, hashOf } from './testing/compiled.ts';
import { aBackend, backendAt } from './testing/test-backend.ts';
import { aRunningGateway, call } from './testing/test-gateway.ts';

const base = '/banten/situs/v1';
const key = 'kunci-0123456789abcdef0123456789';

/** A world where `limits` stand at one level and nothing is limited elsewhere. */
function limitedAt(level: LimitLevel, backend: string, limits: readonly CompiledLimit[]) {
  const at = (here: LimitLevel) => (here === level ? limits : []);
  return [
    aGateway({ limits: at('gateway') }),
    aTenant({ limits: at('tenant') }),
    aTenant({ id: 'tangerang' }),
    anApi({
      backend: backendAt(backend),
      authentication: { mode: 'Required', keyManagers: [] },
      limits: at('api'),
      operations: [{ path: '/*', methods: ['GET'], limits: at('operation') }],
      plans: { dasar: { limits: at('plan') } },
    }),
    aSubscription({
      credentials: [{ name: 'utama', type: 'ApiKey', hash: hashOf(key) }],
      grants: [{ api: 'banten/situs', plan: 'dasar' }],
      limits: at('subscription'),
    }),
  ];
}

const labels: Readonly<Record<LimitLevel, RegExp>> = {
  gateway: /the gateway "simpul-system\/public"/,
  tenant: /the Tenant "banten"/,
  api: /the API "banten\/situs"/,
  operation: /the operation "GET \/\*"/,
  plan: /the plan "dasar"/,
  subscription: /the Subscription "tangerang\/perizinan"/,
};

for (const level of Object.keys(labels) as LimitLevel[]) {
  test(`429 names the limit of the level ${level}, and an edit holds at once`, async () => {
    await using backend = await aBackend((_request, response) => response.end());
    await using gw = await aRunningGateway(limitedAt(level, backend.url, [aLimit({ requests: 2, id: 'batas' })]));
    const headers = { 'x-api-key': key };
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await call(gw.port, `${base}/x`, { headers })).status);
    assert.deepEqual(statuses, [200, 200, 429]);
    const refused = await call(gw.port, `${base}/x`, { headers });
    const problem = JSON.parse(refused.text) as Record<string, unknown>;
    assert.equal(problem['level'], level);
    assert.equal(problem['limit'], 'batas');
    assert.match(String(problem['detail']), labels[level]);
    assert.equal(refused.headers['ratelimit-policy'], `"${level}.batas";q=2;w=60`);
    assert.match(String(refused.headers['ratelimit']), new RegExp(`^"${level}.batas";r=0;t=(60|5\\d)$`));
    assert.ok(Number(refused.headers['retry-after']) <= 60);
    const edited = limitedAt(level, backend.url, [aLimit({ requests: 3, id: 'batas' })]);
    for (const object of edited) gw.source.put(object);
    assert.equal((await call(gw.port, `${base}/x`, { headers })).status, 200);
    assert.equal((await call(gw.port, `${base}/x`, { headers })).status, 429);
    const metrics = await gw.gateway.metrics.registry.metrics();
    assert.match(metrics, new RegExp(`simpul_gateway_limited_calls_total\\{level="${level}"\\} 3`));
  });
}

test('clients behind a trusted proxy are counted apart', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const api = anApi({ backend: backendAt(backend.url), limits: [aLimit({ requests: 1, by: 'ClientIP' })] });
  await using gw = await aRunningGateway([aGateway({ trustedProxies: ['127.0.0.0/8'] }), aTenant(), api]);
  const from = async (address: string) =>
    (await call(gw.port, base, { headers: { 'x-forwarded-for': address } })).status;
  assert.deepEqual([await from('203.0.113.1'), await from('203.0.113.1'), await from('203.0.113.2')], [200, 429, 200]);
  assert.deepEqual(
    [await from('2001:db8:0:1::1'), await from('2001:db8:0:1::2'), await from('2001:db8:0:2::1')],
    [200, 429, 200],
  );
});

async function statuses(port: number, calls: readonly Record<string, string>[]): Promise<number[]> {
  const answered = [];
  for (const headers of calls) answered.push((await call(port, base, { headers })).status);
  return answered;
}

test('values of a header field are counted apart, and a call without it by its address', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const limit = aLimit({ requests: 1, by: 'Header', header: 'x-device' });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url), limits: [limit] })]);
  const long = 'd'.repeat(5000);
  const calls = [{ 'X-Device': 'a' }, { 'x-device': 'a' }, { 'x-device': 'b' }, {}, {}, { 'x-device': '127.0.0.1' }];
  assert.deepEqual(await statuses(gw.port, calls), [200, 429, 200, 200, 429, 200]);
  assert.deepEqual(await statuses(gw.port, [{ 'x-device': long }, { 'x-device': long }]), [200, 429]);
});

test('a limit with a condition is about no other call', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const limit = aLimit({ requests: 1, when: 'request.headers["x-mode"] == "massal" && request.query.page != "1"' });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url), limits: [limit] })]);
  const mass = { 'X-Mode': 'massal' };
  assert.deepEqual(await statuses(gw.port, [{}, {}, mass, mass, {}]), [200, 200, 200, 429, 200]);
  assert.equal((await call(gw.port, `${base}?page=1`, { headers: mass })).status, 200);
  const free = await call(gw.port, base);
  assert.equal(free.headers['ratelimit-policy'], undefined, 'what does not hold is not stated');
});

test('a limit whose condition cannot be evaluated applies, and that is counted', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const limit = aLimit({ requests: 1, when: '"tulis" in claims.roles' });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url), limits: [limit] })]);
  assert.deepEqual(await statuses(gw.port, [{}, {}]), [200, 429]);
  const metrics = await gw.gateway.metrics.registry.metrics();
  assert.match(metrics, /simpul_gateway_limit_condition_errors_total\{level="api"\} 2/);
});

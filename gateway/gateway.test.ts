import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aLimit, anApi, aSubscription, aTenant, hashOf } from './testing/compiled.ts';
import { aBackend, backendAt } from './testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from './testing/test-gateway.ts';

const key = 'kunci-0123456789abcdef0123456789';

test('an open API is proxied with the base path taken off and the query as it came', async () => {
  await using backend = await aBackend((_request, response) => response.end('ok'));
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(`${backend.url}/situs`) })]);
  const answer = await call(gw.port, '/banten/situs/v1/a%7Eb?q=%2F..&x');
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.text, 'ok');
  assert.equal(backend.requests[0]?.url, '/situs/a~b?q=%2F..&x');
  assert.equal((await call(gw.port, '/banten/situs/v1')).status, 200);
  assert.equal(backend.requests[1]?.url, '/situs');
});

test('a keyed, limited API: 401, 200, 429', async () => {
  await using backend = await aBackend((_request, response) => response.end('ok'));
  const api = anApi({
    backend: backendAt(backend.url),
    authentication: { mode: 'Required', keyManagers: [] },
    plans: { dasar: { limits: [aLimit({ id: 'subscription-minute', requests: 2, by: 'Subscription' })] } },
  });
  const subscription = aSubscription({
    credentials: [{ name: 'utama', type: 'ApiKey', hash: hashOf(key) }],
    grants: [{ api: api.id, plan: 'dasar' }],
  });
  await using gw = await aRunningGateway([aTenant(), aTenant({ id: 'tangerang' }), api, subscription]);
  const bare = await call(gw.port, '/banten/situs/v1/');
  assert.equal(bare.status, 401);
  assert.equal(codeOf(bare), 'GW_API_KEY_MISSING');
  assert.equal(bare.headers['content-type'], 'application/problem+json');
  const headers = { 'x-api-key': key };
  const first = await call(gw.port, '/banten/situs/v1/', { headers });
  assert.equal(first.status, 200, first.text);
  assert.equal(first.headers['ratelimit-policy'], '"plan.subscription-minute";q=2;w=60');
  assert.equal(first.headers['ratelimit'], '"plan.subscription-minute";r=1;t=60');
  assert.equal(backend.requests[0]?.headers['x-api-key'], undefined);
  assert.equal((await call(gw.port, '/banten/situs/v1/', { headers: { authorization: `apikey ${key}` } })).status, 200);
  assert.equal(backend.requests[1]?.headers['authorization'], undefined);
  const third = await call(gw.port, '/banten/situs/v1/', { headers });
  assert.equal(third.status, 429);
  assert.equal(third.headers['retry-after'], '60');
  assert.match(third.text, /plan \\"dasar\\"/);
  assert.deepEqual(
    gw.calls.map(({ status, subscription: id, plan }) => ({ status, id, plan })),
    [
      { status: 401, id: undefined, plan: undefined },
      { status: 200, id: 'tangerang/perizinan', plan: 'dasar' },
      { status: 200, id: 'tangerang/perizinan', plan: 'dasar' },
      { status: 429, id: 'tangerang/perizinan', plan: 'dasar' },
    ],
  );
});

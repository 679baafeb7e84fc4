import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledCors } from '#api/compiled/contract.ts';
import { aLimit, anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from '../testing/test-gateway.ts';
import { CorsPolicy } from './cors-policy.ts';

const base = '/banten/situs/v1';
const portal = 'https://portal.example.go.id';
const rules: CompiledCors = {
  origins: [portal, 'https://*.banten.example', 'http://localhost:3000'],
  methods: ['GET', 'PUT'],
  headers: ['x-api-key'],
  exposeHeaders: ['x-total'],
  credentials: false,
  maxAgeSeconds: 600,
};

test('origins are compared exactly, and a wildcard holds for hosts below it alone', () => {
  const policy = new CorsPolicy(rules);
  const allowed = [portal, 'https://a.banten.example', 'https://a.b.banten.example', 'http://localhost:3000'];
  for (const origin of allowed) assert.ok(policy.allows(origin), origin);
  const others = [
    ...['', 'null', `${portal}.evil.example`, 'http://portal.example.go.id', `${portal}:8443`, 'http://localhost'],
    ...['https://banten.example', 'https://.banten.example', 'https://evilbanten.example', 'http://a.banten.example'],
    ...['https://evil.example/.banten.example', 'https://evil.example#.banten.example', 'https://a@b.banten.example'],
  ];
  for (const origin of others) assert.ok(!policy.allows(origin), origin);
});

test('every site is allowed by a star, by name only where credentials go along', () => {
  const open = new CorsPolicy({ ...rules, origins: ['*'] });
  assert.deepEqual(open.granted('https://any.example').slice(0, 2), ['Access-Control-Allow-Origin', '*']);
  const named = new CorsPolicy({ ...rules, credentials: true }).granted(portal);
  assert.deepEqual(named.slice(0, 4), [
    ...['Access-Control-Allow-Origin', portal],
    ...['Access-Control-Allow-Credentials', 'true'],
  ]);
});

function preflight(port: number, fields: Record<string, string>) {
  const headers = { origin: portal, 'access-control-request-method': 'PUT', ...fields };
  return call(port, `${base}/x`, { method: 'OPTIONS', headers });
}

test('a preflight needs no key, counts nowhere and never reaches the backend', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const api = anApi({
    backend: backendAt(backend.url),
    cors: rules,
    authentication: { mode: 'Required', keyManagers: [] },
    limits: [aLimit({ requests: 1 })],
  });
  await using gw = await aRunningGateway([aTenant(), api]);
  for (let i = 0; i < 3; i++) {
    const { status, headers } = await preflight(gw.port, {
      'access-control-request-headers': 'X-Api-Key',
      'access-control-request-private-network': 'true',
    });
    assert.equal(status, 204);
    assert.equal(headers['access-control-allow-origin'], portal);
    assert.equal(headers['access-control-allow-methods'], 'GET, PUT');
    assert.equal(headers['access-control-allow-headers'], 'x-api-key');
    assert.equal(headers['access-control-max-age'], '600');
    assert.equal(headers['access-control-allow-private-network'], undefined);
    assert.equal(headers['vary'], 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
    assert.equal(headers['ratelimit'], undefined);
  }
  assert.equal(backend.requests.length, 0);
});

test('a preflight for more than is allowed is refused with the reason', async () => {
  await using gw = await aRunningGateway([aTenant(), anApi({ cors: rules })]);
  const refused: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { 'access-control-request-method': 'DELETE' },
    { 'access-control-request-headers': 'x-api-key, x-other' },
  ];
  for (const fields of refused) {
    const answer = await preflight(gw.port, fields);
    assert.equal(codeOf(answer), 'GW_CORS_REFUSED');
    assert.equal(answer.headers['access-control-allow-methods'], undefined);
  }
});

test('refusals can be read by scripts, and say when to try again', async () => {
  const limited = anApi({ cors: rules, limits: [aLimit({ requests: 1 })] });
  await using backend = await aBackend((_request, response) => response.end());
  const backed = { ...limited, backend: backendAt(backend.url) };
  await using gw = await aRunningGateway([aTenant(), backed]);
  await call(gw.port, base, { headers: { origin: portal } });
  const { status, headers } = await call(gw.port, base, { headers: { origin: portal } });
  assert.equal(status, 429);
  assert.equal(headers['access-control-allow-origin'], portal);
  assert.match(String(headers['access-control-expose-headers']), /Retry-After.*x-total/);
  assert.equal(headers['vary'], 'Origin');
});

test('what the backend says about scripts is replaced, and others learn nothing', async () => {
  await using backend = await aBackend((_request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('access-control-allow-credentials', 'true');
    response.setHeader('Vary', 'Accept');
    response.end('hello');
  });
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url), cors: rules })]);
  const { headers, text } = await call(gw.port, base, { headers: { origin: portal } });
  assert.equal(text, 'hello');
  assert.equal(headers['access-control-allow-origin'], portal);
  assert.equal(headers['access-control-allow-credentials'], undefined);
  assert.equal(headers['vary'], 'Accept, Origin');
  for (const fields of [{ origin: 'https://evil.example' }, {}]) {
    const other = await call(gw.port, base, { headers: fields });
    assert.equal(other.status, 200);
    assert.equal(other.headers['access-control-allow-origin'], undefined);
    assert.equal(other.headers['vary'], 'Accept, Origin');
  }
});

test('an OPTIONS request that is no preflight goes to the backend', async () => {
  await using backend = await aBackend((_request, response) => response.end('options'));
  await using gw = await aRunningGateway([aTenant(), anApi({ backend: backendAt(backend.url), cors: rules })]);
  assert.equal((await call(gw.port, base, { method: 'OPTIONS', headers: { origin: portal } })).text, 'options');
});

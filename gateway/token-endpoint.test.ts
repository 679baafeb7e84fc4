import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';
import type { Compiled } from '#api/compiled/contract.ts';
import type { CompiledSigningKey } from '#api/compiled/key-manager.ts';
import { aGateway, anApi, aSubscription, aTenant, aTokenEndpoint, hashOf } from './testing/compiled.ts';
import { aBackend, backendAt } from './testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from './testing/test-gateway.ts';

const apiKey = 'kunci-0123456789abcdef0123456789';
const client = 'tangerang/perizinan';
const plain = { [oauth.allowInsecureRequests]: true };
const keyPem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const aKey = (kid: string, signsFrom: number): CompiledSigningKey => ({ kid, signsFrom, privateKey: keyPem() });
const first = aKey('satu', 0);

const credentials = [{ name: 'utama', type: 'ApiKey', hash: hashOf(apiKey) }] as const;
const subscription = (change = {}) =>
  aSubscription({
    credentials,
    grants: [
      { api: 'banten/situs', plan: 'resmi' },
      { api: 'banten/lain', plan: 'dasar' },
    ],
    ...change,
  });

/** A gateway with a token endpoint under its own address, and two APIs that take its tokens. */
async function aWorld(keys: readonly CompiledSigningKey[] = [first], objects: readonly Compiled[] = []) {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await aBackend((_request, response) => response.end('ok')));
  const authentication = { mode: 'Required', keyManagers: ['simpul-system/masuk'], scopes: ['penduduk.baca'] } as const;
  const shared = { backend: backendAt(backend.url), authentication };
  const plans = { resmi: { limits: [], scopes: ['penduduk.baca', 'penduduk.nik'] }, dasar: { limits: [] } };
  const present = [
    aGateway(),
    aTenant(),
    aTenant({ id: 'tangerang' }),
    anApi({ ...shared, plans }),
    anApi({ ...shared, id: 'banten/lain', basePath: '/banten/lain', plans: { ...plans } }),
    subscription(),
    ...objects,
  ];
  const gw = stack.use(await aRunningGateway(present));
  const issuer = `http://127.0.0.1:${gw.port}/masuk`;
  gw.source.put(aTokenEndpoint({ issuer, keys }));
  const owned = stack.move();
  const ask = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    call(gw.port, '/masuk/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const send = (token: string, path = '/banten/situs/v1') =>
    call(gw.port, path, { headers: { authorization: `Bearer ${token}` } });
  /** etcd is restored to what was there at first. */
  const restore = async () => {
    gw.source.goBackTo(1);
    await gw.source.list([...present, aTokenEndpoint({ issuer, keys })]);
  };
  return { gw, backend, issuer, ask, send, restore, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const own = { client_id: client, client_secret: apiKey, grant_type: 'client_credentials' };
const tokenIn = ({ text }: { text: string }): string => (JSON.parse(text) as { access_token: string }).access_token;
const claimsIn = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

for (const [name, authenticate] of [
  ['client_secret_basic', oauth.ClientSecretBasic(apiKey)],
  ['client_secret_post', oauth.ClientSecretPost(apiKey)],
] as const) {
  test(`a certified client library gets a token by ${name}, and verifies it by metadata and keys`, async () => {
    await using world = await aWorld();
    const issuer = new URL(world.issuer);
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...plain });
    const server = await oauth.processDiscoveryResponse(issuer, found);
    assert.ok(server.token_endpoint_auth_methods_supported?.includes(name));
    const answer = await oauth.clientCredentialsGrantRequest(
      ...[server, { client_id: client }, authenticate, { scope: 'penduduk.baca' }, plain],
    );
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const token = await oauth.processClientCredentialsResponse(server, { client_id: client }, answer);
    assert.equal(token.scope, 'penduduk.baca');
    assert.equal(token.expires_in, 300);
    const request = new Request('http://127.0.0.1/', { headers: { authorization: `Bearer ${token.access_token}` } });
    const claims = await oauth.validateJwtAccessToken(server, request, world.issuer, plain);
    assert.equal(claims.client_id, client);
    const served = await world.send(token.access_token);
    assert.equal(served.status, 200, served.text);
    const [seen] = world.backend.requests;
    assert.equal(seen?.headers['x-consumer-subscription'], client);
    assert.equal(seen?.headers.authorization, undefined);
  });
}

const refusals: readonly [what: string, status: number, error: string, fields: object, headers?: object][] = [
  ['no grant type', 400, 'invalid_request', { ...own, grant_type: undefined }],
  ['another grant type', 400, 'unsupported_grant_type', { ...own, grant_type: 'password' }],
  ['a wrong secret', 401, 'invalid_client', { ...own, client_secret: `${apiKey}x` }],
  ['the key of another Subscription', 401, 'invalid_client', { ...own, client_id: 'tangerang/lain' }],
  ['no secret', 401, 'invalid_client', { ...own, client_secret: undefined }],
  ['a scope of no plan', 400, 'invalid_scope', { ...own, scope: 'penduduk.baca admin' }],
  ['two ways at once', 400, 'invalid_request', own, { authorization: `Basic ${btoa(`${client}:${apiKey}`)}` }],
  ['JSON', 400, 'invalid_request', own, { 'content-type': 'application/json' }],
  ['Basic without a colon', 401, 'invalid_client', { grant_type: 'x' }, { authorization: `Basic ${btoa(client)}` }],
];
for (const [what, status, error, fields, headers] of refusals) {
  test(`no token for ${what}: ${error}`, async () => {
    await using world = await aWorld();
    const answer = await world.ask(JSON.parse(JSON.stringify(fields)) as Record<string, string>, { ...headers });
    assert.equal(answer.status, status, answer.text);
    assert.equal((JSON.parse(answer.text) as { error: string }).error, error);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.equal(answer.headers['www-authenticate'] !== undefined, status === 401);
  });
}

test('a parameter that stands twice, a long body and another method are refused', async () => {
  await using world = await aWorld();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = (body: string) => call(world.gw.port, '/masuk/token', { method: 'POST', headers, body });
  assert.match((await post('grant_type=a&grant_type=a')).text, /invalid_request/);
  assert.equal((await post('a'.repeat(9000))).status, 413);
  const got = await call(world.gw.port, '/masuk/token');
  assert.equal(got.status, 405);
  assert.equal(got.headers.allow, 'POST');
});

test('a token of a key that is withheld in a restored state stays refused, and there are no new ones', async () => {
  await using world = await aWorld();
  const token = tokenIn(await world.ask(own));
  world.gw.source.put(subscription({ credentials: [] }));
  await world.restore();
  assert.equal(codeOf(await world.send(token)), 'GW_TOKEN_INVALID');
  assert.equal((await world.ask(own)).status, 401);
});

test('a token ends with the key that it was given for, or with its Subscription', async () => {
  await using world = await aWorld();
  const token = tokenIn(await world.ask(own));
  assert.equal((await world.send(token)).status, 200);
  // The same name, but another key: somebody has replaced one that leaked.
  const next = [{ name: 'utama', type: 'ApiKey', hash: hashOf(`${apiKey}-baru`) }] as const;
  world.gw.source.put(subscription({ credentials: next }));
  const answer = await world.send(token);
  assert.equal(codeOf(answer), 'GW_TOKEN_INVALID');
  assert.match(answer.text, /ended with the API key/);
  world.gw.source.put(subscription());
  assert.equal((await world.send(token)).status, 200);
  world.gw.source.put(subscription({ credentials: [{ ...credentials[0], notAfter: 1 }] }));
  assert.notEqual((await world.send(token)).status, 200);
  assert.equal((await world.ask(own)).status, 401);
  world.gw.source.remove(subscription());
  assert.equal(codeOf(await world.send(token)), 'GW_TOKEN_INVALID');
});

test('scopes are those of the plans, and mean something only at the API whose plan has them', async () => {
  await using world = await aWorld();
  const all = tokenIn(await world.ask(own));
  assert.equal(claimsIn(all)['scope'], 'penduduk.baca penduduk.nik');
  assert.equal((await world.send(all)).status, 200);
  const other = await world.send(all, '/banten/lain');
  assert.equal(codeOf(other), 'GW_SCOPE_MISSING', 'the plan at that API has no scope of this name');
  const less = tokenIn(await world.ask({ ...own, scope: 'penduduk.nik' }));
  assert.equal(codeOf(await world.send(less)), 'GW_SCOPE_MISSING');
});

test('keys rotate: the next is published before it signs, the last verifies after', async () => {
  const [old, next] = [aKey('lama', 1), aKey('nanti', Date.now() + 600_000)];
  await using world = await aWorld([old, next]);
  const token = tokenIn(await world.ask(own));
  const kidOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as object;
  assert.deepEqual(kidOf(token), { alg: 'ES256', typ: 'at+jwt', kid: 'lama' });
  const jwks = await call(world.gw.port, '/masuk/jwks');
  const { keys } = JSON.parse(jwks.text) as { keys: Record<string, string>[] };
  assert.deepEqual(
    keys.map(({ kid }) => kid),
    ['nanti', 'lama'],
  );
  assert.ok(
    keys.every((key) => !('d' in key)),
    'nothing private is published',
  );
  world.gw.source.put(aTokenEndpoint({ issuer: world.issuer, keys: [old, { ...next, signsFrom: 2 }] }));
  assert.deepEqual(kidOf(tokenIn(await world.ask(own))), { alg: 'ES256', typ: 'at+jwt', kid: 'nanti' });
  assert.equal((await world.send(token)).status, 200);
  world.gw.source.put(aTokenEndpoint({ issuer: world.issuer, keys: [{ ...next, signsFrom: 2 }] }));
  assert.equal(codeOf(await world.send(token)), 'GW_TOKEN_INVALID');
});

test('without a key yet nobody gets a token, and an endpoint that is gone is no endpoint', async () => {
  await using world = await aWorld([]);
  const answer = await world.ask(own);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers['retry-after'], '5');
  world.gw.source.remove(aTokenEndpoint({ issuer: world.issuer, keys: [] }));
  assert.equal(codeOf(await world.ask(own)), 'GW_ROUTE_NOT_FOUND');
});

test('whoever asks too often waits, and nobody else does', async () => {
  await using world = await aWorld();
  const wrong = { ...own, client_secret: 'salah' };
  for (let i = 0; i < 60; i++) assert.equal((await world.ask(wrong)).status, 401);
  const late = await world.ask(wrong);
  assert.equal(late.status, 429);
  assert.equal(late.headers['retry-after'], '60');
  assert.equal((await world.ask({ ...wrong, client_id: 'tangerang/lain' })).status, 401);
  assert.equal((await world.ask(own)).status, 429, 'the secret is not even looked at');
  const metrics = await world.gw.gateway.metrics.registry.metrics();
  assert.match(metrics, /simpul_gateway_token_requests_total\{result="invalid_client"\} 61/);
  assert.match(metrics, /simpul_gateway_token_requests_total\{result="slow_down"\} 2/);
});

test('it answers on its own host alone', async () => {
  await using world = await aWorld();
  const answer = await call(world.gw.port, '/masuk/jwks', { headers: { host: 'api.example' } });
  assert.equal(codeOf(answer), 'GW_ROUTE_NOT_FOUND');
});

import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import type { Compiled, CompiledApiService } from '#api/compiled/contract.ts';
import type { CompiledOidcKeyManager } from '#api/compiled/key-manager.ts';
import { anAuthority } from './testing/authority.ts';
import { aGateway, aKeyManager, anApi, anIssuer, aSubscription, aTenant, hashOf } from './testing/compiled.ts';
import { aBackend, backendAt, type TestBackend } from './testing/test-backend.ts';
import { aRunningGateway, call, codeOf, until } from './testing/test-gateway.ts';
import { anIssuerKey, aTestIssuer, claimsOf, type IssuerKey, signedToken } from './testing/test-issuer.ts';

const base = '/banten/situs/v1/nik/1';
const apiKey = 'kunci-0123456789abcdef0123456789';
const key = anIssuerKey();
const managed = { authentication: { mode: 'Required', keyManagers: ['simpul-system/sso'] } } as const;

interface World {
  readonly keys?: readonly IssuerKey[];
  readonly keyManager?: Partial<CompiledOidcKeyManager>;
  readonly api?: Partial<CompiledApiService>;
  readonly objects?: readonly Compiled[];
}

/** A gateway in front of a backend, with an issuer that vouches for the client `perizinan`. */
async function aWorld({ keys = [key], keyManager = {}, api = {}, objects = [] }: World = {}) {
  await using stack = new AsyncDisposableStack();
  const issuer = stack.use(await aTestIssuer(keys));
  const backend = stack.use(await aBackend((_request, response) => response.end('ok')));
  const subscription = aSubscription({
    credentials: [
      { name: 'sso', type: 'OIDC', keyManager: 'simpul-system/sso', clientId: 'perizinan' },
      { name: 'utama', type: 'ApiKey', hash: hashOf(apiKey) },
    ],
    grants: [{ api: 'banten/situs' }],
  });
  const own = [
    aTenant(),
    aTenant({ id: 'tangerang' }),
    anIssuer({ issuer: issuer.issuer, ...keyManager }),
    anApi({ backend: backendAt(backend.url), ...managed, ...api }),
    subscription,
  ];
  const idOf = ({ kind, id }: Compiled): string => `${kind}/${id}`;
  const given = new Set(objects.map(idOf));
  const gw = stack.use(await aRunningGateway([...own.filter((one) => !given.has(idOf(one))), ...objects]));
  const owned = stack.move();
  const send = (token: string, headers: Record<string, string | string[]> = {}) =>
    call(gw.port, base, { headers: { authorization: `Bearer ${token}`, ...headers } });
  return { issuer, backend, gw, send, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Header fields of the first call that the backend got. */
function seenBy({ requests }: TestBackend): IncomingHttpHeaders {
  return requests[0]?.headers ?? assert.fail('the backend was not called');
}

test('a good token is let in, stops here, and the backend learns who calls', async () => {
  await using world = await aWorld();
  const { issuer, backend, gw, send } = world;
  const spoofed = { 'X-Consumer-Tenant': 'lain', 'x-consumer-anything': 'lain', 'X-Consumer-Subject': 'lain' };
  const answer = await send(signedToken(key, claimsOf(issuer.issuer)), spoofed);
  assert.equal(answer.status, 200, answer.text);
  const headers = seenBy(backend);
  assert.equal(headers.authorization, undefined);
  const consumer = Object.entries(headers).filter(([name]) => name.startsWith('x-consumer-'));
  assert.deepEqual(Object.fromEntries(consumer), {
    'x-consumer-tenant': 'tangerang',
    'x-consumer-subscription': 'tangerang/perizinan',
    'x-consumer-application': 'tangerang/perizinan',
    'x-consumer-client': 'perizinan',
    'x-consumer-subject': 'user-1',
  });
  await gw.logged(1);
  assert.equal(gw.calls[0]?.['subscription'], 'tangerang/perizinan');
});

test('an open API believes no X-Consumer field either', async () => {
  await using world = await aWorld({ api: { authentication: { mode: 'None', keyManagers: [] } } });
  await world.send('anything', { 'X-Consumer-Tenant': 'lain' });
  assert.equal(world.backend.requests[0]?.headers['x-consumer-tenant'], undefined);
  assert.equal(world.backend.requests[0]?.headers.authorization, 'Bearer anything');
});

test('forwardToken lets it through; a subject that is no plain text begins no line', async () => {
  await using world = await aWorld({ keyManager: { forwardToken: true } });
  const token = signedToken(key, claimsOf(world.issuer.issuer, { sub: 'a\r\nX-Consumer-Tenant: lain' }));
  assert.equal((await world.send(token)).status, 200);
  const headers = seenBy(world.backend);
  assert.equal(headers.authorization, `Bearer ${token}`);
  assert.equal(headers['x-consumer-subject'], undefined);
  assert.equal(headers['x-consumer-tenant'], 'tangerang');
});

for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
  test(`${alg} is verified, from the second call on without its signature`, async () => {
    const own = anIssuerKey(alg);
    await using world = await aWorld({ keys: [key, { ...own, kid: 'dua', jwk: { ...own.jwk, kid: 'dua' } }] });
    const token = signedToken({ ...own, kid: 'dua' }, claimsOf(world.issuer.issuer));
    for (let i = 0; i < 3; i++) assert.equal((await world.send(token)).status, 200);
    const metrics = await world.gw.gateway.metrics.registry.metrics();
    assert.match(metrics, /simpul_gateway_tokens_total\{result="verified"\} 1/);
    assert.match(metrics, /simpul_gateway_tokens_total\{result="cached"\} 2/);
    assert.match(metrics, /simpul_gateway_keys_age_seconds\{key_manager="simpul-system\/sso"\} [\d.]+/);
  });
}

test('what is wrong with a token is said, as RFC 6750 has it', async () => {
  await using world = await aWorld();
  const bare = await call(world.gw.port, base);
  assert.equal(bare.status, 401);
  assert.equal(codeOf(bare), 'GW_CREDENTIAL_MISSING');
  assert.equal(bare.headers['www-authenticate'], 'Bearer realm="simpul"');
  const late = await world.send(signedToken(key, claimsOf(world.issuer.issuer, { exp: 1 })));
  assert.equal(late.status, 401);
  assert.equal(codeOf(late), 'GW_TOKEN_EXPIRED');
  assert.equal(
    late.headers['www-authenticate'],
    'Bearer realm="simpul", error="invalid_token", error_description="the token has expired"',
  );
  assert.equal(late.headers['simpul-fault'], 'consumer');
});

test('a client without Subscription is told so, and one out of its time', async () => {
  await using world = await aWorld();
  const stranger = await world.send(signedToken(key, claimsOf(world.issuer.issuer, { azp: 'lain' })));
  assert.equal(stranger.status, 403);
  assert.equal(codeOf(stranger), 'GW_CLIENT_UNKNOWN');
  assert.match(stranger.text, /client \\"lain\\" of the KeyManager \\"simpul-system\/sso\\"/);
  const credentials = [
    { name: 'sso', type: 'OIDC', keyManager: 'simpul-system/sso', clientId: 'perizinan', notAfter: 1 },
  ] as const;
  world.gw.source.put(aSubscription({ credentials, grants: [{ api: 'banten/situs' }] }));
  const late = await world.send(signedToken(key, claimsOf(world.issuer.issuer)));
  assert.equal(codeOf(late), 'GW_CLIENT_UNKNOWN');
});

test('scopes of API and operation are needed, all of them; plans give them to keys and not to tokens', async () => {
  const operations = [{ path: '/nik/{nik}', methods: ['GET'], limits: [], scopes: ['penduduk.nik'] }];
  const authentication = {
    mode: 'Required',
    keyManagers: ['simpul-system/sso', 'simpul-system/keys'],
    scopes: ['penduduk.baca'],
  } as const;
  const plans = { dasar: { limits: [] }, resmi: { limits: [], scopes: ['penduduk.baca', 'penduduk.nik'] } };
  const subscribed = (plan: string) =>
    aSubscription({
      credentials: [
        { name: 'sso', type: 'OIDC', keyManager: 'simpul-system/sso', clientId: 'perizinan' },
        { name: 'utama', type: 'ApiKey', hash: hashOf(apiKey) },
      ],
      grants: [{ api: 'banten/situs', plan }],
    });
  await using world = await aWorld({
    api: { authentication, operations, plans },
    objects: [aKeyManager(), subscribed('dasar')],
  });
  const { issuer, gw, send } = world;
  const withScope = (change: Record<string, unknown>) => send(signedToken(key, claimsOf(issuer.issuer, change)));
  for (const change of [{ scope: 'a penduduk.baca penduduk.nik' }, { scp: ['penduduk.baca', 'penduduk.nik'] }]) {
    assert.equal((await withScope(change)).status, 200);
  }
  const lacking = await withScope({ scope: 'penduduk.baca penduduk.nikah' });
  assert.equal(lacking.status, 403);
  assert.equal(codeOf(lacking), 'GW_SCOPE_MISSING');
  assert.equal(
    lacking.headers['www-authenticate'],
    'Bearer realm="simpul", scope="penduduk.baca penduduk.nik", error="insufficient_scope", error_description="the call needs the scope penduduk.nik"',
  );
  const byKey = () => call(gw.port, base, { headers: { 'x-api-key': apiKey } });
  assert.equal(codeOf(await byKey()), 'GW_SCOPE_MISSING');
  gw.source.put(subscribed('resmi'));
  assert.equal((await byKey()).status, 200);
  assert.equal((await withScope({ scope: 'penduduk.baca' })).status, 403);
  const bare = await call(gw.port, base);
  assert.deepEqual(bare.headers['www-authenticate'], 'Bearer realm="simpul", scope="penduduk.baca", ApiKey');
});

test('with Optional an API that needs scopes asks for a credential', async () => {
  const authentication = { mode: 'Optional', keyManagers: ['simpul-system/sso'], scopes: ['penduduk.baca'] } as const;
  await using world = await aWorld({ api: { authentication } });
  assert.equal(codeOf(await call(world.gw.port, base)), 'GW_CREDENTIAL_MISSING');
});

test('one proof decides: two of different kinds, or two tokens, are refused', async () => {
  const keyManagers = ['simpul-system/sso', 'simpul-system/keys'];
  await using world = await aWorld({
    api: { authentication: { mode: 'Required', keyManagers } },
    objects: [aKeyManager()],
  });
  const token = signedToken(key, claimsOf(world.issuer.issuer));
  assert.equal(codeOf(await world.send(token, { 'x-api-key': apiKey })), 'GW_CREDENTIAL_AMBIGUOUS');
  const authorization = [`Bearer ${token}`, `Bearer ${token}x`];
  assert.equal(codeOf(await world.send(token, { authorization })), 'GW_CREDENTIAL_AMBIGUOUS');
  const scheme = { authorization: `bEaReR  ${token}` };
  assert.equal((await call(world.gw.port, base, { headers: scheme })).status, 200);
  assert.equal((await call(world.gw.port, base, { headers: { 'x-api-key': apiKey } })).status, 200);
});

test('of several issuers the one that the token names verifies it', async () => {
  const other = anIssuerKey();
  await using second = await aTestIssuer([other]);
  const keyManagers = ['simpul-system/sso', 'simpul-system/dua'];
  const dua = anIssuer({ id: 'simpul-system/dua', issuer: second.issuer, audiences: ['dua'] });
  await using world = await aWorld({ api: { authentication: { mode: 'Required', keyManagers } }, objects: [dua] });
  assert.equal((await world.send(signedToken(key, claimsOf(world.issuer.issuer)))).status, 200);
  const foreign = await world.send(signedToken(other, claimsOf(second.issuer, { aud: 'dua' })));
  assert.equal(codeOf(foreign), 'GW_CLIENT_UNKNOWN', 'one client id at two issuers are two clients');
  for (const token of [
    signedToken(other, claimsOf(world.issuer.issuer)),
    signedToken(key, claimsOf('http://lain')),
    'opaque',
  ]) {
    assert.equal(codeOf(await world.send(token)), 'GW_TOKEN_INVALID');
  }
});

test('a new key is fetched when a token names it, and a storm of made-up names fetches once', async () => {
  await using world = await aWorld();
  const { issuer, send, gw } = world;
  await until(() => issuer.asked.length === 2);
  const next = anIssuerKey('ES256', 'dua');
  issuer.keys = [next];
  // The keys were fetched a moment ago, so nobody is asked yet.
  const token = signedToken(next, claimsOf(issuer.issuer));
  assert.equal(codeOf(await send(token)), 'GW_TOKEN_INVALID');
  assert.equal(issuer.asked.length, 2);
  // Another KeyManager of this issuer, under another address of its keys, is fetched anew.
  gw.source.put(anIssuer({ issuer: issuer.issuer, keys: { from: 'Uri', uri: `${issuer.issuer}/keys` } }));
  await until(() => issuer.asked.length === 3);
  assert.equal((await send(token)).status, 200);
  assert.equal(
    codeOf(await send(signedToken(key, claimsOf(issuer.issuer)))),
    'GW_TOKEN_INVALID',
    'the old key is gone',
  );
  const made = Array.from({ length: 50 }, (_, i) => signedToken({ ...next, kid: `x${i}` }, claimsOf(issuer.issuer)));
  for (const answer of await Promise.all(made.map((one) => send(one))))
    assert.equal(codeOf(answer), 'GW_TOKEN_INVALID');
  assert.equal(issuer.asked.length, 3);
});

test('an edited KeyManager of the same issuer goes on with its keys while the provider is down', async () => {
  await using world = await aWorld();
  const { issuer, send, gw } = world;
  const token = signedToken(key, claimsOf(issuer.issuer));
  assert.equal((await send(token)).status, 200);
  issuer.broken = true;
  gw.source.put(anIssuer({ issuer: issuer.issuer, audiences: ['simpul', 'lain'] }));
  assert.equal((await send(token)).status, 200);
  gw.source.put(anIssuer({ issuer: issuer.issuer, audiences: ['lain'] }));
  assert.equal(codeOf(await send(token)), 'GW_TOKEN_INVALID', 'what was verified under other rules is not remembered');
});

for (const [name, change] of Object.entries({
  'is down': { broken: true },
  'is another issuer than it says': { discovery: { issuer: 'http://lain' } },
  'leads to no address': { discovery: { jwks_uri: 'file:///etc/passwd' } },
  'has no keys that verify': { keys: [] },
})) {
  test(`a provider that ${name} closes the API with a reason, and opens it again`, async () => {
    await using issuer = await aTestIssuer([key]);
    const before = { keys: issuer.keys, discovery: {}, broken: false };
    Object.assign(issuer, change);
    await using world = await aWorld({ objects: [anIssuer({ issuer: issuer.issuer })] });
    const token = signedToken(key, claimsOf(issuer.issuer));
    const answer = await world.send(token);
    assert.equal(answer.status, 503, answer.text);
    assert.equal(codeOf(answer), 'GW_KEY_MANAGER_UNREACHABLE');
    assert.equal(answer.headers['retry-after'], '5');
    Object.assign(issuer, before);
    while ((await world.send(token)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
  });
}

test('an issuer is no way to addresses that backends may not have', async () => {
  await using world = await aWorld({ objects: [aGateway({ backendAccess: { allow: ['127.0.0.1/32'], deny: [] } })] });
  const { port } = new URL(world.issuer.issuer);
  world.gw.source.put(anIssuer({ issuer: `http://127.0.0.2:${port}` }));
  assert.equal(codeOf(await world.send(signedToken(key, claimsOf('x')))), 'GW_KEY_MANAGER_UNREACHABLE');
});

test('an issuer with an authority of its own is believed where the KeyManager names that, and nowhere else', async () => {
  await using authority = await anAuthority();
  await using other = await anAuthority();
  await using issuer = await aTestIssuer([key], await authority.issue('sso', { names: 'IP:127.0.0.1' }));
  const keyManager = (keys: CompiledOidcKeyManager['keys']) => anIssuer({ issuer: issuer.issuer, keys });
  const discovery = { from: 'Discovery', issuer: issuer.issuer } as const;
  await using world = await aWorld({ objects: [keyManager({ ...discovery, ca: authority.ca })] });
  const token = signedToken(key, claimsOf(issuer.issuer));
  assert.equal((await world.send(token)).status, 200);
  for (const keys of [discovery, { ...discovery, ca: other.ca }]) {
    world.gw.source.put(keyManager(keys));
    assert.equal(codeOf(await world.send(token)), 'GW_KEY_MANAGER_UNREACHABLE');
  }
  world.gw.source.put(keyManager({ from: 'Uri', uri: `${issuer.issuer}/keys`, ca: authority.ca }));
  assert.equal((await world.send(token)).status, 200);
});

test('an issuer that is asked over https does not lead to keys over http', async () => {
  await using authority = await anAuthority();
  await using plain = await aTestIssuer([key]);
  await using issuer = await aTestIssuer([key], await authority.issue('sso', { names: 'IP:127.0.0.1' }));
  issuer.discovery = { jwks_uri: `${plain.issuer}/keys` };
  const keys = { from: 'Discovery', issuer: issuer.issuer, ca: authority.ca } as const;
  await using world = await aWorld({ objects: [anIssuer({ issuer: issuer.issuer, keys })] });
  assert.equal(codeOf(await world.send(signedToken(key, claimsOf(issuer.issuer)))), 'GW_KEY_MANAGER_UNREACHABLE');
  assert.deepEqual(plain.asked, []);
});

test('keys in the KeyManager itself need nobody', async () => {
  const jwks = JSON.stringify({ keys: [key.jwk] });
  await using world = await aWorld({ keyManager: { keys: { from: 'Inline', jwks } } });
  assert.equal((await world.send(signedToken(key, claimsOf(world.issuer.issuer)))).status, 200);
  assert.deepEqual(world.issuer.asked, []);
});

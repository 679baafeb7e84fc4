import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import { httpbis } from 'http-message-signatures';
import type { Compiled, CompiledApiService } from '#api/compiled/contract.ts';
import type { CompiledSignatureKeyManager } from '#api/compiled/key-manager.ts';
import { aGateway, anApi, aSignatureKeyManager, aSubscription, aTenant } from './testing/compiled.ts';
import { aBackend, backendAt } from './testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from './testing/test-gateway.ts';

const path = '/banten/situs/v1/nik/1?a=b%20c&d';
const usual = ['@method', '@authority', '@path', '@query'];
const pair = generateKeyPairSync('ed25519');
const spki = ({ publicKey }: { publicKey: KeyObject }) => publicKey.export({ type: 'spki', format: 'pem' }).toString();
const hmacSecret = Buffer.alloc(32, 5).toString('base64');

interface World {
  readonly key?: { readonly publicKey: string } | { readonly hmacSecret: string };
  readonly keyManager?: Partial<CompiledSignatureKeyManager>;
  readonly api?: Partial<CompiledApiService>;
  readonly objects?: readonly Compiled[];
}

async function aWorld({ key = { publicKey: spki(pair) }, keyManager = {}, api = {}, objects = [] }: World = {}) {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(
    await aBackend((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => response.end(Buffer.concat(pieces)));
    }),
  );
  const credential = {
    name: 'mesin',
    type: 'Signature',
    keyManager: 'simpul-system/tanda-tangan',
    keyId: 'satu',
    ...key,
  };
  const gw = stack.use(
    await aRunningGateway([
      aTenant(),
      aTenant({ id: 'tangerang' }),
      aSignatureKeyManager(keyManager),
      anApi({
        backend: backendAt(backend.url),
        authentication: { mode: 'Required', keyManagers: ['simpul-system/tanda-tangan'] },
        ...api,
      }),
      aSubscription({ credentials: [credential as never], grants: [{ api: 'banten/situs' }] }),
      ...objects,
    ]),
  );
  const owned = stack.move();
  const send = ({ method, headers, body }: Signed) =>
    call(gw.port, path, { method, headers, ...(body === undefined ? {} : { body }) });
  return { gw, backend, send, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Signed {
  readonly method: string;
  readonly headers: Record<string, string | string[]>;
  readonly body?: string;
}

interface Wish {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly fields?: readonly string[];
  readonly params?: Record<string, unknown>;
  readonly algorithm?: string;
  readonly signer?: (data: Buffer) => Buffer;
  readonly keyId?: string;
}

/** Signs by a library that is not ours. */
async function signed(port: number, wish: Wish = {}): Promise<Signed> {
  const { method = 'GET', body, fields, params, algorithm = 'ed25519', keyId = 'satu' } = wish;
  const { signer = (data: Buffer) => sign(null, data, pair.privateKey), headers = {} } = wish;
  const digest = body === undefined ? {} : { 'Content-Digest': `sha-256=:${digestOf(body)}:` };
  const all: Record<string, string> = { Host: `127.0.0.1:${port}`, ...digest, ...headers };
  const covered = fields ?? [...usual, ...(body === undefined ? [] : ['content-digest'])];
  const message = await httpbis.signMessage(
    {
      key: { id: keyId, alg: algorithm as 'ed25519', sign: async (data: Buffer) => signer(data) },
      fields: [...covered],
      paramValues: { created: new Date(), ...params } as never,
      ...(params === undefined ? {} : { params: ['created', 'keyid', 'alg', ...Object.keys(params)] }),
    },
    { method, url: `http://127.0.0.1:${port}${path}`, headers: all },
  );
  return { method, headers: message.headers as Signed['headers'], ...(body === undefined ? {} : { body }) };
}

const digestOf = (body: string) => createHash('sha256').update(body).digest('base64');

test('a request that an independent library signs is let in, once', async () => {
  await using world = await aWorld();
  const request = await signed(world.gw.port);
  const answer = await world.send(request);
  assert.equal(answer.status, 200, answer.text);
  const [seen] = world.backend.requests;
  assert.equal(seen?.headers['x-consumer-subscription'], 'tangerang/perizinan');
  assert.equal(seen?.headers['signature'], undefined);
  assert.equal(seen?.headers['signature-input'], undefined);
  const again = await world.send(request);
  assert.equal(codeOf(again), 'GW_SIGNATURE_INVALID');
  assert.match(again.text, /was used already/);
});

for (const [algorithm, curve] of [
  ['ecdsa-p256-sha256', 'P-256'],
  ['ecdsa-p384-sha384', 'P-384'],
] as const) {
  test(`${algorithm} is verified, with a body`, async () => {
    const own = generateKeyPairSync('ec', { namedCurve: curve });
    await using world = await aWorld({ key: { publicKey: spki(own) } });
    const hash = algorithm.endsWith('384') ? 'sha384' : 'sha256';
    const signer = (data: Buffer) => sign(hash, data, { key: own.privateKey, dsaEncoding: 'ieee-p1363' });
    const request = await signed(world.gw.port, { method: 'POST', body: '{"nik":"36"}', algorithm, signer });
    const answer = await world.send(request);
    assert.equal(answer.text, '{"nik":"36"}');
  });
}

test('hmac-sha256 has to be asked for', async () => {
  const signer = (data: Buffer) => createHmac('sha256', Buffer.from(hmacSecret, 'base64')).update(data).digest();
  await using world = await aWorld({ key: { hmacSecret } });
  const request = () => signed(world.gw.port, { algorithm: 'hmac-sha256', signer });
  assert.match((await world.send(await request())).text, /algorithm that is not accepted/);
  world.gw.source.put(aSignatureKeyManager({ algorithms: ['hmac-sha256'] }));
  assert.equal((await world.send(await request())).status, 200);
});

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
const wishes: readonly [what: string, wish: Wish, reason: RegExp][] = [
  ['another key', { signer: (data) => sign(null, data, generateKeyPairSync('ed25519').privateKey) }, /is wrong/],
  ['an unknown key', { keyId: 'dua' }, /that no Subscription names/],
  ['another alg than the key has', { algorithm: 'ecdsa-p256-sha256' }, /states another alg/],
  ['no method', { fields: usual.slice(1) }, /does not cover @method/],
  ['no authority', { fields: ['@method', '@path', '@query'] }, /does not cover @authority/],
  ['no authority beside the target', { fields: ['@method', '@request-target'] }, /does not cover @authority/],
  ['no query', { fields: ['@method', '@authority', '@path'] }, /does not cover @query/],
  ['a body that is not covered', { method: 'POST', body: 'x', fields: usual }, /does not cover content-digest/],
  ['an old time', { params: { created: ago(70) } }, /too old/],
  ['a time ahead', { params: { created: ago(-60) } }, /in the future/],
  ['an end that has passed', { params: { expires: ago(1) } }, /has expired/],
];
for (const [what, wish, reason] of wishes) {
  test(`refused: ${what}`, async () => {
    await using world = await aWorld();
    const answer = await world.send(await signed(world.gw.port, wish));
    assert.equal(answer.status, 401, answer.text);
    assert.equal(codeOf(answer), 'GW_SIGNATURE_INVALID');
    assert.match(answer.text, reason);
    assert.match(String(answer.headers['accept-signature']), /"@method"/);
    assert.equal(world.backend.requests.length, 0);
  });
}

test('what was signed cannot be exchanged: method, query, body, a covered field', async () => {
  await using world = await aWorld({ keyManager: { components: ['x-nik'] } });
  const { port } = world.gw;
  const wish = {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'X-Nik': '1' },
    fields: [...usual, 'content-digest', 'x-nik'],
  };
  const good = await signed(port, wish);
  const { headers, body } = good;
  const attempts = [
    call(port, path, { method: 'PUT', headers, body: body ?? '' }),
    call(port, `${path}&e=f`, { method: 'POST', headers, body: body ?? '' }),
    call(port, path, { method: 'POST', headers: { ...headers, 'X-Nik': '2' }, body: body ?? '' }),
  ];
  for (const answer of await Promise.all(attempts)) assert.match(answer.text, /is wrong/);
  const other = await call(port, path, { method: 'POST', headers, body: '{"a":2}' });
  assert.match(other.text, /of another body/);
  assert.equal(world.backend.requests.length, 0);
  const without = await world.send(await signed(port, { ...wish, fields: [...usual, 'content-digest'] }));
  assert.match(without.text, /does not cover x-nik/);
});

test('a body without a digest that is known, or with one of two that does not fit, is refused', async () => {
  await using world = await aWorld();
  for (const digest of ['md5=:AAAA:', `sha-256=:${digestOf('x')}:, sha-512=:AAAA:`, '(']) {
    const request = await signed(world.gw.port, { method: 'POST', body: 'x', headers: { 'Content-Digest': digest } });
    assert.equal(codeOf(await world.send(request)), 'GW_SIGNATURE_INVALID');
  }
});

test('without a signature the answer says what to sign; half of one, or a key beside it, is refused', async () => {
  const keys = [
    aGateway(),
    { ...aSignatureKeyManager(), id: 'simpul-system/keys', type: 'ApiKey', header: 'x-api-key' },
  ];
  const {
    algorithms: _a,
    components: _c,
    maxAgeMs: _m,
    clockLeewayMs: _l,
    ...apiKeys
  } = keys[1] as never as Record<string, unknown>;
  const keyManagers = ['simpul-system/tanda-tangan', 'simpul-system/keys'];
  await using world = await aWorld({
    api: { authentication: { mode: 'Required', keyManagers } },
    objects: [apiKeys as never],
  });
  const bare = await call(world.gw.port, path);
  assert.equal(codeOf(bare), 'GW_CREDENTIAL_MISSING');
  assert.equal(bare.headers['www-authenticate'], 'ApiKey, Signature realm="simpul"');
  const { headers } = await signed(world.gw.port);
  const { Signature: _s, ...half } = headers as Record<string, string>;
  assert.equal(codeOf(await call(world.gw.port, path, { headers: half })), 'GW_SIGNATURE_INVALID');
  const both = await call(world.gw.port, path, { headers: { ...headers, 'x-api-key': 'a'.repeat(40) } });
  assert.equal(codeOf(both), 'GW_CREDENTIAL_AMBIGUOUS');
});

/** What a caller sends whose proxy ends TLS. */
async function signedForHttps(): Promise<Record<string, string>> {
  const message = await httpbis.signMessage(
    {
      key: { id: 'satu', alg: 'ed25519', sign: async (data: Buffer) => sign(null, data, pair.privateKey) },
      fields: ['@method', '@target-uri'],
    },
    {
      method: 'GET',
      url: `https://api.example${path}`,
      headers: { Host: 'api.example:443', 'X-Forwarded-Proto': 'https' },
    },
  );
  return message.headers as Record<string, string>;
}

test('behind a proxy that ends TLS the caller has signed https, and nobody else says so', async () => {
  await using world = await aWorld({ objects: [aGateway({ trustedProxies: ['127.0.0.0/8'] })] });
  const answer = await call(world.gw.port, path, { headers: await signedForHttps() });
  assert.equal(answer.status, 200, answer.text);
  world.gw.source.put(aGateway());
  const direct = await call(world.gw.port, path, { headers: await signedForHttps() });
  assert.match(direct.text, /what was signed is not what came/);
});

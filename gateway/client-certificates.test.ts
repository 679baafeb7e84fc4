import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { type RequestOptions, request } from 'node:https';
import { test } from 'node:test';
import { certificateName } from '#api/certificate-name.ts';
import type { Compiled, CompiledApiService, CompiledListenerTls, CredentialProof } from '#api/compiled/contract.ts';
import { systemClock } from './clock.ts';
import { anAuthority, type TestCertificate } from './testing/authority.ts';
import {
  aCertificateKeyManager,
  aGateway,
  aKeyManager,
  anApi,
  anIssuer,
  aSubscription,
  aTenant,
  hashOf,
} from './testing/compiled.ts';
import { aBackend, backendAt } from './testing/test-backend.ts';
import { aRunningGateway, call, codeOf, type TestAnswer } from './testing/test-gateway.ts';
import { anIssuerKey, claimsOf, signedToken } from './testing/test-issuer.ts';

const base = '/banten/situs/v1/nik/1';
const apiKey = 'kunci-0123456789abcdef0123456789';
const partners = await anAuthority('mitra');
// Of the same name, but another key.
const others = await anAuthority('mitra');
const [server, client, other] = await Promise.all([
  partners.issue('api.example'),
  partners.issue('perizinan', {
    subject: '/C=ID/O=Kota Tangerang, Banten/CN=perizinan',
    names: 'DNS:Perizinan.Tangerang.example,URI:spiffe://tangerang/perizinan,email:a@tangerang.example,IP:10.20.30.40',
  }),
  others.issue('perizinan', { subject: '/C=ID/O=Kota Tangerang, Banten/CN=perizinan' }),
]);
test.after(() => Promise.all([partners, others].map((one) => one[Symbol.asyncDispose]())));

const subject = 'CN=perizinan, O=Kota Tangerang\\, Banten, C=ID';
const named = (kind: Parameters<typeof certificateName>[0], value: string): CredentialProof & { name: string } => {
  const name = certificateName(kind, value);
  return { name: 'mesin', type: 'ClientCertificate', keyManager: 'simpul-system/mitra', certificateName: name ?? '' };
};

interface World {
  readonly credential?: ReturnType<typeof named>;
  readonly authentication?: CompiledApiService['authentication'];
  readonly objects?: readonly Compiled[];
  /** Absent: a plain port, whose peers are trusted proxies that name certificates. */
  readonly tls?: CompiledListenerTls['clientCertificates'];
  readonly gateway?: Partial<Parameters<typeof aGateway>[0]>;
  /** How far the gateway's clock on the wall is ahead. */
  readonly aheadMs?: number;
}

const mutual = { mode: 'Optional', ca: partners.ca + others.ca } as const;
const byCertificate = { mode: 'Required', keyManagers: ['simpul-system/mitra'] } as const;

/** A gateway that knows one application by a certificate of `partners`; its listener trusts `others` too. */
async function aWorld(world: World = {}) {
  const { credential = named('subject', subject), authentication = byCertificate, objects = [], gateway = {} } = world;
  const clock = { ...systemClock, now: () => Date.now() + (world.aheadMs ?? 0) };
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await aBackend((_request, response) => response.end('ok')));
  const tls = world.tls && { certificates: [server], minVersion: 'TLSv1.2' as const, clientCertificates: world.tls };
  const shared = { name: 'http', port: 8443, http2: false, proxyProtocol: false };
  const own = [
    aGateway({
      listeners: [tls === undefined ? { ...shared, protocol: 'HTTP' } : { ...shared, protocol: 'HTTPS', tls }],
      ...gateway,
    }),
    aTenant(),
    aTenant({ id: 'tangerang' }),
    aCertificateKeyManager({ ca: partners.ca }),
    anApi({ backend: backendAt(backend.url), authentication }),
    aSubscription({ credentials: [credential], grants: [{ api: 'banten/situs' }] }),
  ];
  const gw = stack.use(await aRunningGateway([...own, ...objects], { clock }));
  const owned = stack.move();
  return { gw, backend, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** One call over TLS with this certificate. */
function callWith(port: number, pair: TestCertificate | null, headers: RequestOptions['headers'] = {}) {
  const own = pair === null ? {} : { cert: pair.certificate, key: pair.privateKey };
  return new Promise<TestAnswer>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: base, servername: 'api.example', ca: partners.ca, agent: false };
    request({ ...options, ...own, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

const ways: readonly Parameters<typeof named>[] = [
  ['subject', subject],
  ['dns', 'perizinan.tangerang.example'],
  ['uri', 'spiffe://tangerang/perizinan'],
  ['email', 'a@tangerang.example'],
  ['ip', '10.20.30.40'],
];
for (const [kind, value] of ways) {
  test(`a certificate is known by its ${kind}`, async () => {
    await using world = await aWorld({ tls: mutual, credential: named(kind, value) });
    const answer = await callWith(world.gw.port, client);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(world.backend.requests[0]?.headers['x-consumer-subscription'], 'tangerang/perizinan');
    await world.gw.logged(1);
    assert.equal(world.gw.calls[0]?.['subscription'], 'tangerang/perizinan');
  });
}

test('without a certificate, the answer says what to show', async () => {
  await using world = await aWorld({ tls: mutual });
  const answer = await callWith(world.gw.port, null);
  assert.equal(answer.status, 400);
  assert.equal(codeOf(answer), 'GW_CLIENT_CERTIFICATE_MISSING');
});

test('the same names under another authority are nobody, though the listener trusts it', async () => {
  await using world = await aWorld({ tls: mutual });
  const answer = await callWith(world.gw.port, other);
  assert.equal(codeOf(answer), 'GW_CLIENT_CERTIFICATE_INVALID');
  assert.match(answer.text, /is not issued by an authority of a KeyManager of this API/);
});

test('of several KeyManagers the one whose authority issued it says who it is', async () => {
  const authentication = { mode: 'Required', keyManagers: ['simpul-system/mitra', 'simpul-system/lain'] } as const;
  const objects = [
    aCertificateKeyManager({ id: 'simpul-system/lain', ca: others.ca }),
    aSubscription({
      id: 'tangerang/lain',
      credentials: [{ ...named('subject', subject), keyManager: 'simpul-system/lain' } as never],
      grants: [{ api: 'banten/situs' }],
    }),
  ];
  await using world = await aWorld({ tls: mutual, authentication, objects });
  await callWith(world.gw.port, other);
  await callWith(world.gw.port, client);
  assert.deepEqual(
    world.backend.requests.map(({ headers }) => headers['x-consumer-subscription']),
    ['tangerang/lain', 'tangerang/perizinan'],
  );
});

test('a good certificate that no Subscription names is told so, and is refused at once when the last goes', async () => {
  await using world = await aWorld({ tls: mutual });
  assert.equal((await callWith(world.gw.port, client)).status, 200);
  world.gw.source.remove(aSubscription());
  const answer = await callWith(world.gw.port, client);
  assert.equal(answer.status, 403);
  assert.equal(codeOf(answer), 'GW_CLIENT_UNKNOWN');
  assert.match(answer.text, /names its subject \\"CN=perizinan,O=Kota Tangerang/);
});

test('two Subscriptions that know one certificate by different names: nobody is guessed', async () => {
  const credentials = [named('dns', 'perizinan.tangerang.example')];
  const twin = aSubscription({ id: 'tangerang/kembar', credentials, grants: [{ api: 'banten/situs' }] });
  await using world = await aWorld({ tls: mutual, objects: [twin] });
  assert.equal(codeOf(await callWith(world.gw.port, client)), 'GW_CREDENTIAL_AMBIGUOUS');
});

test('a certificate that is made for servers alone, or an authority itself, is not a client', async () => {
  const wrong = await partners.issue('server', { purpose: 'serverAuth' });
  const authority = { name: 'mitra', certificate: partners.ca, privateKey: '' };
  await using world = await aWorld({ ...proxied, credential: named('subject', 'CN=mitra') });
  for (const shown of [wrong, authority]) {
    const answer = await call(world.gw.port, base, { headers: { 'client-cert': fieldOf(shown) } });
    assert.match(answer.text, /is not made for clients/);
  }
});

test('a certificate that is made for clients, or for anything, is one', async () => {
  await using world = await aWorld({ ...proxied, credential: named('dns', 'mesin.example') });
  for (const purpose of ['clientAuth', 'serverAuth,clientAuth', 'anyExtendedKeyUsage']) {
    const made = await partners.issue('mesin.example', { purpose });
    const answer = await call(world.gw.port, base, { headers: { 'client-cert': fieldOf(made) } });
    assert.equal(answer.status, 200, `${purpose}: ${answer.text}`);
  }
});

test('credentials have their own times', async () => {
  await using world = await aWorld({ tls: mutual, credential: { ...named('subject', subject), notAfter: 1 } as never });
  assert.equal(codeOf(await callWith(world.gw.port, client)), 'GW_CLIENT_UNKNOWN');
});

test('a key or a token that is sent goes before the certificate of the connection', async () => {
  const keys = aSubscription({
    id: 'tangerang/kunci',
    credentials: [{ name: 'utama', type: 'ApiKey', hash: hashOf(apiKey) }],
    grants: [{ api: 'banten/situs' }],
  });
  const authentication = { mode: 'Required', keyManagers: ['simpul-system/mitra', 'simpul-system/keys'] } as const;
  await using world = await aWorld({ tls: mutual, authentication, objects: [aKeyManager(), keys] });
  assert.equal((await callWith(world.gw.port, client, { 'x-api-key': apiKey })).status, 200);
  assert.equal(world.backend.requests[0]?.headers['x-consumer-subscription'], 'tangerang/kunci');
  assert.equal(codeOf(await callWith(world.gw.port, null)), 'GW_API_KEY_MISSING');
  assert.equal(codeOf(await callWith(world.gw.port, client, { 'x-api-key': `${apiKey}x` })), 'GW_API_KEY_UNKNOWN');
});

const fieldOf = ({ certificate }: TestCertificate) => `:${new X509Certificate(certificate).raw.toString('base64')}:`;
const proxied: World = { gateway: { trustedProxies: ['127.0.0.0/8'], clientCertHeader: 'TrustedProxies' } };

test('a trusted proxy names the certificate, which is not forwarded', async () => {
  await using world = await aWorld(proxied);
  const headers = { 'Client-Cert': fieldOf(client), 'X-Forwarded-For': '192.0.2.1' };
  for (let i = 0; i < 2; i++) assert.equal((await call(world.gw.port, base, { headers })).status, 200);
  assert.equal(world.backend.requests[1]?.headers['client-cert'], undefined);
  assert.equal(codeOf(await call(world.gw.port, base)), 'GW_CLIENT_CERTIFICATE_MISSING');
});

test('a certificate that nobody has signed is nobody, whatever it says of its authority', async () => {
  await using world = await aWorld(proxied);
  const forged = Buffer.from(new X509Certificate(client.certificate).raw);
  forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
  const headers = { 'client-cert': `:${forged.toString('base64')}:` };
  assert.match((await call(world.gw.port, base, { headers })).text, /is not issued by an authority/);
});

test('the field of anybody else says nothing, nor that of proxies that are not said to set it', async () => {
  for (const gateway of [{ clientCertHeader: 'TrustedProxies' as const }, { trustedProxies: ['127.0.0.0/8'] }]) {
    await using world = await aWorld({ gateway });
    const answer = await call(world.gw.port, base, { headers: { 'client-cert': fieldOf(client) } });
    assert.equal(codeOf(answer), 'GW_CLIENT_CERTIFICATE_MISSING');
  }
});

test('the certificate of a proxy itself makes no caller its own', async () => {
  await using world = await aWorld({ ...proxied, tls: mutual });
  assert.equal(codeOf(await callWith(world.gw.port, client)), 'GW_CLIENT_CERTIFICATE_MISSING');
  assert.equal((await callWith(world.gw.port, other, { 'client-cert': fieldOf(client) })).status, 200);
});

for (const [name, value] of Object.entries({
  'not a byte sequence': 'abc',
  'not a certificate': ':YWJj:',
  'in PEM form': `:${Buffer.from(client.certificate).toString('base64')}:`,
  'followed by more': `:${Buffer.concat([new X509Certificate(client.certificate).raw, Buffer.from('x')]).toString('base64')}:`,
  'with parameters': `${fieldOf(client)};a=1`,
  'two of them': [fieldOf(client), fieldOf(client)],
  empty: '',
})) {
  test(`a field Client-Cert that is ${name} is refused`, async () => {
    await using world = await aWorld(proxied);
    const answer = await call(world.gw.port, base, { headers: { 'client-cert': value } });
    assert.equal(codeOf(answer), 'GW_CLIENT_CERTIFICATE_INVALID', answer.text);
  });
}

test('a certificate that has expired is refused, on a connection that stands too', async () => {
  const expired = await partners.issue('lama', { days: -1 });
  await using world = await aWorld(proxied);
  const answer = await call(world.gw.port, base, { headers: { 'client-cert': fieldOf(expired) } });
  assert.match(answer.text, /has expired/);
});

for (const [name, aheadMs, reason] of [
  ['before its time', -3_600_000, /is not valid yet/],
  ['longer than its authority is valid', 31 * 86_400_000, /has expired, or its authority has/],
] as const) {
  test(`a certificate ${name} is refused`, async () => {
    const lasting = await partners.issue('lama', { days: 400 });
    await using world = await aWorld({ ...proxied, aheadMs });
    const answer = await call(world.gw.port, base, { headers: { 'client-cert': fieldOf(lasting) } });
    assert.equal(codeOf(answer), 'GW_CLIENT_CERTIFICATE_INVALID');
    assert.match(answer.text, reason);
  });
}

test('a token that is bound to a certificate takes the one that the proxy names', async () => {
  const key = anIssuerKey();
  const issuer = 'https://sso.example.go.id/realms/spbe';
  const keys = { from: 'Inline', jwks: JSON.stringify({ keys: [key.jwk] }) } as const;
  const oidc = aSubscription({
    id: 'tangerang/token',
    credentials: [{ name: 'sso', type: 'OIDC', keyManager: 'simpul-system/sso', clientId: 'perizinan' }],
    grants: [{ api: 'banten/situs' }],
  });
  const authentication = { mode: 'Required', keyManagers: ['simpul-system/sso'] } as const;
  const { fingerprint256 } = new X509Certificate(client.certificate);
  const thumbprint = Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  const token = signedToken(key, claimsOf(issuer, { cnf: { 'x5t#S256': thumbprint } }));
  await using world = await aWorld({ ...proxied, authentication, objects: [anIssuer({ keys }), oidc] });
  const send = (headers: Record<string, string>) =>
    call(world.gw.port, base, { headers: { authorization: `Bearer ${token}`, ...headers } });
  assert.equal((await send({ 'client-cert': fieldOf(client) })).status, 200);
  assert.equal(codeOf(await send({ 'client-cert': fieldOf(other) })), 'GW_TOKEN_INVALID');
  assert.equal(codeOf(await send({})), 'GW_TOKEN_INVALID');
});

import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { CompiledListenerTls } from '#api/compiled/contract.ts';
import { anAuthority } from '../testing/authority.ts';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, aRawBackend, backendAt, type TestBackend } from '../testing/test-backend.ts';
import { aRunningGateway, quietLog } from '../testing/test-gateway.ts';
import { clientCertificateOf } from '../tls/client-certificate.ts';

const base = '/banten/situs/v1';
const authority = await anAuthority();
const server = await authority.issue('api.example');
test.after(() => authority[Symbol.asyncDispose]());

function tlsGateway(tls: Partial<CompiledListenerTls> = {}) {
  const settings: CompiledListenerTls = { certificates: [server], minVersion: 'TLSv1.2', ...tls };
  return aGateway({
    listeners: [{ name: 'http', protocol: 'HTTPS', port: 8443, tls: settings, http2: true, proxyProtocol: false }],
  });
}

function open(backend: TestBackend | null, tls: Partial<CompiledListenerTls> = {}, options = {}) {
  const api = anApi(backend === null ? {} : { backend: backendAt(backend.url) });
  return aRunningGateway([tlsGateway(tls), aTenant(), api], options);
}

/** A TLS client whose handshake is complete. */
async function dial(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'api.example', ca: authority.ca, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

const get = (path: string, fields = '') => `GET ${base}${path} HTTP/1.1\r\nHost: api.example\r\n${fields}\r\n`;

/** Everything that comes until the other side closes. */
async function exchange(socket: TLSSocket, text: string): Promise<string> {
  let answer = '';
  socket.setEncoding('latin1').on('data', (piece) => {
    answer += piece;
  });
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return answer;
}

/** However it comes to it. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket
      .on('error', () => undefined)
      .on('close', () => resolve())
      .resume();
  });
}

const lastGet = (path = '') => get(path, 'Connection: close\r\n');

test('calls come over TLS, and the backend is told so', async () => {
  await using backend = await aBackend((_request, response) => response.end('hello'));
  await using gw = await open(backend);
  const socket = await dial(gw.port);
  assert.equal(socket.getProtocol(), 'TLSv1.3');
  const text = await exchange(socket, get('/a', 'Client-Cert: :x:\r\nX-Forwarded-Proto: http\r\n') + lastGet());
  assert.equal(text.match(/HTTP\/1\.1 200/g)?.length, 2);
  assert.equal(backend.requests[0]?.headers['x-forwarded-proto'], 'https');
  assert.equal(backend.requests[0]?.headers['client-cert'], undefined);
});

test('the certificate is chosen by the name that the client asks for, of equals the first', async () => {
  const wild = await authority.issue('wild', { names: 'DNS:*.banten.example,DNS:Banten.Example' });
  const same = await authority.issue('same', { names: 'DNS:*.banten.example,DNS:banten.example,DNS:api.example' });
  await using gw = await open(null, { certificates: [server, wild, same] });
  const shown = async (servername: string) => {
    const socket = await dial(gw.port, { servername, rejectUnauthorized: false });
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN;
  };
  const asked = ['api.example', 'a.banten.example', 'A.BANTEN.example', 'banten.example', 'a.b.banten.example', ''];
  assert.deepEqual(await Promise.all(asked.map(shown)), [
    'api.example',
    'wild',
    'wild',
    'wild',
    'api.example',
    'api.example',
  ]);
});

test('a rotated certificate holds for the next connection, and none is dropped', async () => {
  await using backend = await aBackend((_request, response) => response.end('hello'));
  await using gw = await open(backend);
  const before = await dial(gw.port);
  const next = await authority.issue('next', { names: 'DNS:api.example' });
  gw.source.put(tlsGateway({ certificates: [next] }));
  const after = await dial(gw.port);
  assert.equal(after.getPeerCertificate().subject.CN, 'next');
  assert.match(await exchange(before, lastGet()), /^HTTP\/1\.1 200 /);
  assert.match(await exchange(after, lastGet()), /^HTTP\/1\.1 200 /);
});

test('a certificate that cannot be read changes nothing, and the pod says why', async () => {
  await using gw = await open(null);
  const other = await authority.issue('other');
  gw.source.put(tlsGateway({ certificates: [{ ...server, privateKey: other.privateKey }] }));
  const [refusal] = gw.gateway.loader.refusals();
  assert.match(refusal?.reason ?? '', /certificate "api\.example": its key belongs to another certificate/);
  gw.source.put(tlsGateway({ certificates: [{ ...server, certificate: 'secret' }] }));
  assert.match(gw.gateway.loader.refusals()[0]?.reason ?? '', /"api\.example": its certificate is not in PEM form$/);
  (await dial(gw.port)).destroy();
});

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a session is resumed: ${version}`, async () => {
    const client = await authority.issue('client');
    const clientCertificates = { mode: 'Required', ca: authority.ca } as const;
    await using backend = await aBackend((_request, response) => response.end('hello'));
    await using gw = await open(backend, { clientCertificates });
    const options = { maxVersion: version, cert: client.certificate, key: client.privateKey };
    const first = await dial(gw.port, options);
    let session = first.getSession();
    first.on('session', (later) => {
      session = later;
    });
    assert.match(await exchange(first, lastGet()), /^HTTP\/1\.1 200 /);
    const again = { ...options, session };
    // The configuration is loaded anew, and nothing of TLS has changed.
    gw.source.put({ ...tlsGateway({ clientCertificates }), maxRequestBytes: 1 });
    const second = await dial(gw.port, again);
    assert.equal(second.isSessionReused(), true);
    assert.match(await exchange(second, lastGet()), /^HTTP\/1\.1 200 /);
    // Other authorities: what was true of the client need not be true any more.
    gw.source.put(tlsGateway({ clientCertificates: { mode: 'Required', ca: server.certificate } }));
    const third = await dial(gw.port, again);
    assert.equal(third.isSessionReused(), false);
    assert.match(await exchange(third, lastGet()), /GW_CLIENT_CERTIFICATE_INVALID/);
  });
}

test('TLS 1.2 can be refused, and TLS 1.1 always is', async () => {
  await using gw = await open(null, { minVersion: 'TLSv1.3' });
  await assert.rejects(dial(gw.port, { maxVersion: 'TLSv1.2' }), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  gw.source.put(tlsGateway());
  (await dial(gw.port, { maxVersion: 'TLSv1.2' })).destroy();
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  await assert.rejects(dial(gw.port, old), /alert protocol version/);
  const text = await gw.gateway.metrics.registry.metrics();
  assert.match(text, /simpul_gateway_failed_connections_total\{listener="http",reason="tls-version"\} 2/);
});

test('nobody renegotiates', async () => {
  await using gw = await open(null);
  const socket = await dial(gw.port, { maxVersion: 'TLSv1.2' });
  const error = await new Promise<Error | null>((resolve) => {
    socket.on('error', resolve);
    socket.renegotiate({}, resolve);
  });
  assert.match(String(error), /no.renegotiation|close/i);
});

const client = await authority.issue('client', {
  subject: '/C=ID/O=Kota Tangerang, Banten/CN=perizinan',
  names: 'DNS:perizinan.tangerang.example,URI:spiffe://tangerang/perizinan',
});
const stranger = await (async () => {
  await using other = await anAuthority('other');
  return await other.issue('stranger');
})();
const expired = await authority.issue('expired', { days: -1 });

const shown: readonly [mode: 'Optional' | 'Required', who: string, cert: typeof client | null, outcome: RegExp][] = [
  ['Required', 'nobody', null, /^HTTP\/1\.1 400 [\s\S]*GW_CLIENT_CERTIFICATE_MISSING/],
  ['Required', 'a stranger', stranger, /^HTTP\/1\.1 400 [\s\S]*GW_CLIENT_CERTIFICATE_INVALID/],
  ['Required', 'one that has expired', expired, /^HTTP\/1\.1 400 [\s\S]*CERT_HAS_EXPIRED/],
  ['Required', 'one that is trusted', client, /^HTTP\/1\.1 200 /],
  ['Optional', 'nobody', null, /^HTTP\/1\.1 200 /],
  ['Optional', 'a stranger', stranger, /^HTTP\/1\.1 400 [\s\S]*GW_CLIENT_CERTIFICATE_INVALID/],
  ['Optional', 'one that is trusted', client, /^HTTP\/1\.1 200 /],
];
for (const [mode, who, pair, outcome] of shown) {
  test(`client certificates ${mode}, shown is ${who}`, async () => {
    await using backend = await aBackend((_request, response) => response.end('hello'));
    await using gw = await open(backend, { clientCertificates: { mode, ca: authority.ca } });
    const own = pair === null ? {} : { cert: pair.certificate, key: pair.privateKey };
    const text = await exchange(await dial(gw.port, own), lastGet());
    assert.match(text, outcome);
    assert.equal(text.match(/HTTP\/1\.1/g)?.length, 1);
    await gw.logged(1);
  });
}

test('a connection whose certificate is not trusted ends with its first answer', async () => {
  await using gw = await open(null, { clientCertificates: { mode: 'Required', ca: authority.ca } });
  const text = await exchange(await dial(gw.port), get('/a') + get('/b'));
  assert.equal(text.match(/HTTP\/1\.1 400/g)?.length, 1);
});

test('an answer that breaks off is not closed as TLS closes', async () => {
  await using backend = await aRawBackend((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhalf', () => socket.resetAndDestroy());
  });
  await using gw = await open(backend);
  const socket = await dial(gw.port);
  let ended = false;
  socket.on('end', () => {
    ended = true;
  });
  // HTTP/1.0: the body lasts until the end of the connection.
  await assert.rejects(exchange(socket, `GET ${base} HTTP/1.0\r\nHost: a\r\n\r\n`), { code: 'ECONNRESET' });
  assert.equal(ended, false);
});

test('handshakes that nobody finishes end in time, and only so many are waited for', async () => {
  const warnings: object[] = [];
  const log = { ...quietLog, warn: (fields: object) => warnings.push(fields) };
  await using gw = await open(null, {}, { log, transport: { headTimeoutMs: 300, maxHandshakes: 2 } });
  const silent = Array.from({ length: 3 }, () => connectTcp(gw.port, '127.0.0.1'));
  await Promise.all(silent.map(closed));
  const text = await gw.gateway.metrics.registry.metrics();
  assert.match(text, /failed_connections_total\{listener="http",reason="overload"\} 1/);
  assert.match(text, /failed_connections_total\{listener="http",reason="timeout"\} 2/);
  assert.equal(warnings.length, 1);
  (await dial(gw.port)).destroy();
});

test('plain HTTP on a TLS port is no call', async () => {
  await using gw = await open(null);
  const socket = connectTcp(gw.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
  await closed(socket);
  assert.match(
    await gw.gateway.metrics.registry.metrics(),
    /failed_connections_total\{listener="http",reason="tls-plain-http"\} 1/,
  );
});

test('when a certificate expires can be read', async () => {
  await using gw = await open(null);
  gw.gateway.refreshMetrics();
  const text = await gw.gateway.metrics.registry.metrics();
  const found = /certificate_expiry_seconds\{listener="http",certificate="api\.example"\} (\d+)/.exec(text);
  assert.equal(Number(found?.[1]), new X509Certificate(server.certificate).validToDate.getTime() / 1000);
});

test('draining ends connections that are in their handshake or wait', async () => {
  await using gw = await open(null);
  const idle = await dial(gw.port);
  const half = connectTcp(gw.port, '127.0.0.1');
  await once(half, 'connect');
  await Promise.all([closed(idle), closed(half), gw.gateway.shutdown()]);
});

test('what a client certificate says', async () => {
  const leaf = new X509Certificate(client.certificate);
  const said = clientCertificateOf(leaf);
  assert.deepEqual(
    { ...said, serial: '', notBefore: 0, notAfter: 0, x509: null },
    {
      thumbprint: createHash('sha256').update(leaf.raw).digest('base64url'),
      fingerprint: createHash('sha256').update(leaf.raw).digest('hex'),
      subject: 'CN=perizinan,O=Kota Tangerang\\, Banten,C=ID',
      issuer: 'CN=simpul-test',
      serial: '',
      names: [
        { type: 'DNS', value: 'perizinan.tangerang.example' },
        { type: 'URI', value: 'spiffe://tangerang/perizinan' },
      ],
      notBefore: 0,
      notAfter: 0,
      x509: null,
    },
  );
});

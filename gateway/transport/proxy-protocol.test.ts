import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { anAuthority } from '../testing/authority.ts';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aRawClient } from '../testing/raw-client.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const listener = { name: 'http', protocol: 'HTTP', port: 8080, http2: false, proxyProtocol: true } as const;
const authority = await anAuthority();
const certificate = await authority.issue('localhost');
test.after(() => authority[Symbol.asyncDispose]());

async function open(change = {}, trustedProxies = ['127.0.0.0/8'], transport = {}) {
  const backend = await aBackend((_request, response) => response.end('hello'));
  const gateway = aGateway({ listeners: [{ ...listener, ...change }], trustedProxies });
  const gw = await aRunningGateway([gateway, aTenant(), anApi({ backend: backendAt(backend.url) })], { transport });
  const close = async () => {
    await gw[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
  };
  return { ...gw, backend, [Symbol.asyncDispose]: close };
}

const line = 'PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n';
const request = `GET ${base} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n`;
const tls = { protocol: 'HTTPS', tls: { certificates: [certificate], minVersion: 'TLSv1.2' } } as const;

test('the client is who the header names, one byte at a time', async () => {
  await using gw = await open();
  const client = aRawClient(gw.port);
  for (const character of line + request) {
    client.socket.write(character, 'latin1');
    await new Promise(setImmediate);
  }
  await until(() => client.isClosed);
  assert.match(client.text(), /^HTTP\/1\.1 200 /);
  await gw.logged(1);
  assert.equal(gw.calls[0]?.['client'], '192.0.2.1');
  // The client itself is nobody's proxy: what it says of others is not believed.
  assert.equal(gw.backend.requests[0]?.headers['x-forwarded-for'], '192.0.2.1');
});

test('a health check of the balancer is its own', async () => {
  await using gw = await open();
  const client = aRawClient(gw.port);
  client.socket.write(Buffer.from('\r\n\r\n\0\r\nQUIT\n\x20\0\0\0', 'latin1'));
  client.socket.write(request.replace(/X-For.*?\r\n/, ''));
  await until(() => client.isClosed);
  await gw.logged(1);
  assert.equal(gw.calls[0]?.['client'], '127.0.0.1');
});

test('it stands before TLS', async () => {
  await using gw = await open(tls);
  const raw = connectTcp(gw.port, '127.0.0.1');
  raw.write(line);
  const socket = connectTls({ socket: raw, servername: 'localhost', ca: authority.ca });
  await once(socket, 'secureConnect');
  socket.write(request);
  const [piece] = (await once(socket, 'data')) as [Buffer];
  assert.match(piece.toString(), /^HTTP\/1\.1 200 /);
  await once(socket.resume(), 'close');
  assert.equal(gw.calls[0]?.['client'], '192.0.2.1');
});

test('it stands before TLS, in one packet with its first bytes', async () => {
  await using gw = await open(tls);
  const raw = connectTcp(gw.port, '127.0.0.1');
  await once(raw, 'connect');
  raw.cork();
  raw.write(line);
  const socket = connectTls({ socket: raw, servername: 'localhost', ca: authority.ca });
  setImmediate(() => raw.uncork());
  await once(socket, 'secureConnect');
  socket.destroy();
});

test('it stands before HTTP/2', async () => {
  await using gw = await open({ http2: true });
  const raw = connectTcp(gw.port, '127.0.0.1');
  raw.write(line);
  const session = connectHttp2('http://a', { createConnection: () => raw });
  const stream = session.request({ ':path': base });
  const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
  assert.equal(headers[':status'], 200);
  session.destroy();
  await gw.logged(1);
  assert.equal(gw.calls[0]?.['client'], '192.0.2.1');
});

const failures: readonly [name: string, sent: string, trusted: string[], reason: string][] = [
  ['from nobody that is trusted', line + request, ['10.0.0.0/8'], 'proxy-untrusted'],
  ['without a header', request, ['127.0.0.0/8'], 'proxy-header'],
  ['with half a header', 'PROXY TCP4', ['127.0.0.0/8'], 'timeout'],
];
for (const [name, sent, trusted, reason] of failures) {
  test(`a connection ${name} is reset and counted, and no call`, async () => {
    await using gw = await open({}, trusted, { headTimeoutMs: 200 });
    const client = aRawClient(gw.port);
    client.socket.write(sent);
    await until(() => client.isClosed);
    assert.equal(client.text(), '');
    assert.equal(gw.calls.length, 0);
    const text = await gw.gateway.metrics.registry.metrics();
    assert.match(text, new RegExp(`failed_connections_total\\{listener="http",reason="${reason}"\\} 1`));
  });
}

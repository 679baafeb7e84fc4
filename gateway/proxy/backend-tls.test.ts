import assert from 'node:assert/strict';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { CompiledBackend, CompiledBackendTls } from '#api/compiled/contract.ts';
import { anAuthority, type CertificateWish, type TestAuthority, type TestCertificate } from '../testing/authority.ts';
import { anApi, aTenant } from '../testing/compiled.ts';
import { backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const name = 'dukcapil.internal';
let authority: TestAuthority;
let stranger: TestAuthority;
let server: TestCertificate;
let client: TestCertificate;

before(async () => {
  authority = await anAuthority('simpul-test');
  stranger = await anAuthority('somebody-else');
  server = await authority.issue(name);
  client = await authority.issue('simpul-gateway', { subject: '/CN=simpul' });
});
after(async () => {
  await authority?.[Symbol.asyncDispose]();
  await stranger?.[Symbol.asyncDispose]();
});

/** A real https backend; it answers with the subject of the certificate that it was shown. */
async function aTlsBackend({ certificate, privateKey }: TestCertificate, options: ServerOptions = {}) {
  const sockets = new Set<TLSSocket>();
  const served = createHttpsServer({ cert: certificate, key: privateKey, ...options }, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    setTimeout(() => response.end(`${subject?.CN ?? 'nobody'} of ${sockets.size}`), request.url === '/slow' ? 300 : 0);
  });
  served.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => served.listen(0, '127.0.0.1', resolve));
  const { port } = served.address() as AddressInfo;
  const close = async () => {
    served.closeAllConnections();
    await new Promise((resolve) => served.close(resolve));
  };
  return { url: `https://127.0.0.1:${port}`, sockets, served, [Symbol.asyncDispose]: close };
}

function apiWith(url: string, tls: Partial<CompiledBackendTls>, change: Partial<CompiledBackend> = {}) {
  return anApi({ backend: backendAt(url, { ...change, tls: { minVersion: 'TLSv1.2', ...tls } }) });
}

test('the authority of the API vouches for the name that the API gives', async () => {
  await using backend = await aTlsBackend(server);
  await using gw = await aRunningGateway([aTenant(), apiWith(backend.url, { ca: authority.ca, serverName: name })]);
  assert.equal((await call(gw.port, base)).status, 200);
});

describe('a backend that cannot be trusted is not called, and only the log says why', () => {
  const cases: Readonly<
    Record<string, { wish?: CertificateWish; ca?: () => string; serverName?: string; reason: RegExp }>
  > = {
    'an unknown authority': { ca: () => stranger.ca, reason: /UNABLE_TO|unable to/ },
    'another name': { serverName: 'lain.internal', reason: /ALTNAME|altnames/ },
    'a certificate that has expired': { wish: { days: -1 }, reason: /EXPIRED|expired/ },
  };
  for (const [title, { wish, ca = () => authority.ca, serverName = name, reason }] of Object.entries(cases)) {
    test(title, async () => {
      await using backend = await aTlsBackend(wish === undefined ? server : await authority.issue(name, wish));
      await using gw = await aRunningGateway([aTenant(), apiWith(backend.url, { ca: ca(), serverName })]);
      const answer = await call(gw.port, base);
      assert.deepEqual([answer.status, codeOf(answer)], [502, 'GW_BACKEND_TLS_FAILED']);
      assert.doesNotMatch(answer.text, reason);
      await gw.logged(1);
      assert.match(JSON.stringify(gw.calls[0]), reason);
    });
  }

  test('a version of TLS that is too old', async () => {
    await using backend = await aTlsBackend(server, { maxVersion: 'TLSv1.2' });
    const tls = { ca: authority.ca, serverName: name, minVersion: 'TLSv1.3' } as const;
    await using gw = await aRunningGateway([aTenant(), apiWith(backend.url, tls)]);
    assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_TLS_FAILED');
  });

  test('the public authorities do not count where the API names its own', async () => {
    await using backend = await aTlsBackend(server);
    const api = apiWith(backend.url, { ca: stranger.ca, serverName: name });
    await using gw = await aRunningGateway([aTenant(), api], { extraCa: [authority.ca] });
    assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_TLS_FAILED');
  });
});

describe('a backend that asks for a certificate', () => {
  const asking = (): ServerOptions => ({ requestCert: true, rejectUnauthorized: true, ca: authority.ca });
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`gets the one of the API, by ${maxVersion}`, async () => {
      await using backend = await aTlsBackend(server, { ...asking(), maxVersion });
      const tls = { ca: authority.ca, serverName: name, clientCertificate: client };
      await using gw = await aRunningGateway([aTenant(), apiWith(backend.url, withoutName(tls))]);
      const answer = await call(gw.port, base);
      assert.deepEqual([answer.status, answer.text.split(' ')[0]], [200, 'simpul'], answer.text);
    });

    test(`refuses without one, by ${maxVersion}`, async () => {
      await using backend = await aTlsBackend(server, { ...asking(), maxVersion });
      await using gw = await aRunningGateway([aTenant(), apiWith(backend.url, { ca: authority.ca, serverName: name })]);
      assert.equal(codeOf(await call(gw.port, base)), 'GW_BACKEND_TLS_FAILED');
    });
  }

  test('two APIs with certificates of their own never share a connection', async () => {
    await using backend = await aTlsBackend(server, asking());
    const other = await authority.issue('lain', { subject: '/CN=lain' });
    const apis = [client, other].map((clientCertificate, i) => {
      const tls = withoutName({ ca: authority.ca, serverName: name, clientCertificate });
      return { ...apiWith(backend.url, tls), id: `banten/api-${i}`, basePath: `/banten/${i}` };
    });
    await using gw = await aRunningGateway([aTenant(), ...apis]);
    for (let round = 0; round < 3; round++) {
      const answers = [await call(gw.port, '/banten/0'), await call(gw.port, '/banten/1')];
      assert.deepEqual(
        answers.map(({ text }) => text.split(' ')[0]),
        ['simpul', 'lain'],
      );
    }
    assert.equal(backend.sockets.size, 2);
  });

  test('a certificate that changes opens new connections, and calls under way end on the old ones', async () => {
    await using backend = await aTlsBackend(server, asking());
    const next = await authority.issue('berikut', { subject: '/CN=berikut' });
    const shown = (clientCertificate: TestCertificate) =>
      apiWith(backend.url, withoutName({ ca: authority.ca, serverName: name, clientCertificate }));
    await using gw = await aRunningGateway([aTenant(), shown(client)]);
    const slow = call(gw.port, `${base}/slow`);
    await until(() => backend.sockets.size === 1);
    gw.source.put(shown(next));
    assert.equal((await call(gw.port, base)).text.split(' ')[0], 'berikut');
    const answer = await slow;
    assert.deepEqual([answer.status, answer.text.split(' ')[0]], [200, 'simpul']);
    await until(() => backend.sockets.size === 1);
  });
});

test('what TLS does not take is refused, and the last good one serves on', async () => {
  await using backend = await aTlsBackend(server);
  await using gw = await aRunningGateway([aTenant(), apiWith(backend.url, { ca: authority.ca, serverName: name })]);
  const mixed = { certificate: server.certificate, privateKey: client.privateKey };
  gw.source.put(apiWith(backend.url, { ca: authority.ca, serverName: name, clientCertificate: mixed }));
  const [refusal] = gw.gateway.loader.refusals();
  assert.match(refusal?.reason ?? '', /backend\.tls holds a certificate or key that TLS does not take/);
  assert.equal((await call(gw.port, base)).status, 200);
});

/** As the contract has it. */
function withoutName(tls: { ca: string; serverName: string; clientCertificate: TestCertificate }) {
  const { certificate, privateKey } = tls.clientCertificate;
  return { ...tls, clientCertificate: { certificate, privateKey } };
}

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { coreKinds } from '#api/kinds.ts';
import { anAuthority, type CertificateWish, type TestAuthority } from '#gateway/testing/authority.ts';
import { Caller } from './caller.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation } from './harness.ts';
import { apiGateway, apiService, secret, tenant } from './objects.ts';
import { until } from './waiting.ts';

const rotations = 10;
const host = 'api.banten.test';

describe('an HTTPS listener, from the Secret to the call', () => {
  let installation: Installation;
  let authority: TestAuthority;
  let gateway: GatewayProgram;
  const api = () => apiService('banten', 'aman', { backendUrl: installation.backend });
  const listener = { name: 'http', protocol: 'HTTPS', port: 8443, tls: { certificateRefs: [{ name: 'gateway-tls' }] } };
  const fleet = apiGateway('public', { listeners: [listener] });

  before(async () => {
    authority = await anAuthority('simpul-test');
    installation = await Installation.start();
    await installation.startOperator();
    await installation.apply(fleet, tenant('banten', { paths: ['/banten'] }));
    await installation.untilNamespace('banten');
  });
  after(async () => {
    await installation?.stop();
    await authority?.[Symbol.asyncDispose]();
  });

  /** Writes another certificate into the Secret; gives its serial number. */
  async function rotate(wish: CertificateWish = {}): Promise<string> {
    const { certificate, privateKey } = await authority.issue('gateway', { names: `DNS:${host}`, days: 90, ...wish });
    const data = { 'tls.crt': certificate, 'tls.key': privateKey };
    await installation.apply(secret('simpul-system', 'gateway-tls', data, 'kubernetes.io/tls'));
    return new X509Certificate(certificate).serialNumber;
  }

  async function call(port: number, agent: Agent | false): Promise<{ status: number }> {
    const options = { host: '127.0.0.1', port, path: '/banten/aman', servername: host, headers: { host }, agent };
    const sent = request({ ...options, ca: authority.ca });
    sent.end();
    const [response] = await once(sent, 'response');
    await once(response.resume(), 'end');
    return { status: response.statusCode };
  }

  /** Serial number of the certificate that a new connection is shown. */
  async function shown(port: number): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port, servername: host, ca: authority.ca });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  }

  test('the ApiGateway waits for the Secret, and says so', async () => {
    await installation.untilCondition(fleet, 'ResolvedRefs', { status: 'False', reason: 'SecretNotFound' });
    const serial = await rotate();
    gateway = await installation.startGateway('public-1');
    await installation.apply(api());
    await installation.untilReady(fleet, api());
    assert.equal(await shown(await gateway.port()), serial);
    assert.deepEqual(await call(await gateway.port(), false), { status: 200 });
  });

  test('ten new certificates under load, on kept and on new connections: no call is dropped', async (context) => {
    const port = await gateway.port();
    const kept = new Agent({ keepAlive: true, maxSockets: 4 });
    const onKept = Array.from({ length: 4 }, () => new Caller(() => call(port, kept)));
    const onNew = Array.from({ length: 4 }, () => new Caller(() => call(port, false)));
    for (let i = 0; i < rotations; i++) {
      const serial = await rotate();
      await until('it is served', async () => (await shown(port)) === serial);
    }
    const answers = await Promise.all([...onKept, ...onNew].map((caller) => caller.stop()));
    kept.destroy();
    const statuses = new Set(answers.flatMap((answer) => Object.keys(answer)));
    const calls = answers.reduce((sum, answer) => sum + (answer['200'] ?? 0), 0);
    context.diagnostic(`${calls} calls, ${rotations} certificates`);
    assert.deepEqual([...statuses], ['200'], JSON.stringify(answers));
    assert.ok(calls > 100, String(calls));
  });

  test('workers resume the TLS sessions of one another', async () => {
    const other = await installation.startGateway('public-2', { workers: 2 });
    const port = await other.port();
    const meet = async (session?: Buffer): Promise<{ readonly session: Buffer; readonly isResumed: boolean }> => {
      const options = { host: '127.0.0.1', port, servername: host, ca: authority.ca, maxVersion: 'TLSv1.2' } as const;
      const socket = connect({ ...options, ...(session === undefined ? {} : { session }) });
      await once(socket, 'secureConnect');
      const met = { session: socket.getSession() ?? assert.fail('no session'), isResumed: socket.isSessionReused() };
      socket.destroy();
      return met;
    };
    const { session } = await meet();
    for (let i = 0; i < 6; i++) assert.equal((await meet(session)).isResumed, true, `connection ${i}`);
    await other.kill();
  });

  test('a certificate that soon expires, and one that has, are told by a condition and an Event', async () => {
    await rotate({ days: 5 });
    await installation.untilCondition(fleet, 'Warning', { status: 'True', reason: 'CertificateExpiring' });
    await until('an Event says so', async () => {
      const events = await installation.list(coreKinds.Event);
      return events.some((event) => (event as { reason?: string }).reason === 'CertificateExpiring');
    });
    await rotate({ days: -1 });
    await installation.untilCondition(fleet, 'Warning', { status: 'True', reason: 'CertificateExpired' });
    await rotate();
    await until('nothing is wrong any more', async () => {
      const { conditions = [] } = (await installation.get(fleet))?.status ?? {};
      return !conditions.some(({ type }) => type === 'Warning');
    });
  });
});

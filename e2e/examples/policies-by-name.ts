import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { anAuthority, type TestAuthority } from '#gateway/testing/authority.ts';
import { DevProcess, eventually, temporaryFolder } from '../standalone/simpul.ts';
import { Dukcapil, nikOf, rowOf, type Seen } from './dukcapil.ts';
import { type Answered, callByName } from './named-caller.ts';
import { NamedNetwork, silentAddress } from './named-network.ts';
import { approvalOf, policiesFile, policiesHost, policiesNeeds, subscriptionOf } from './policies.ts';
import { Sso } from './sso.ts';

/** Applications, each with a Subscription of its own, so that no test uses up what another may call. */
const applications = [
  ...['perizinan', 'sekolah', 'samsat', 'bansos', 'pajak', 'pemilu', 'rumahsakit', 'bank', 'imigrasi', 'pensiun'],
  ...['desa', 'kelurahan', 'kecamatan', 'polisi'],
];
/** So many that ten calls of each are more than both endpoints take at once. */
const crowd = Array.from({ length: 42 }, (_, i) => `dinas-${i}`);
const served = [...applications, ...crowd];
/** Its Subscription has no Approval. */
const waiting = 'menunggu';
/** The provider knows it, no Subscription does. */
const stranger = 'lain';

describe('examples/policies.yaml, unchanged, called through to the backends that it names', () => {
  const stack = new AsyncDisposableStack();
  const a = new Dukcapil('10.60.0.1');
  const b = new Dukcapil('10.60.0.2');
  let authority: TestAuthority;
  let network: NamedNetwork;
  let sso: Sso;
  let dev: DevProcess;
  const tokens = new Map<string, string>();

  before(async () => {
    authority = stack.use(await anAuthority());
    const folder = stack.use(await temporaryFolder()).path;
    network = stack.use(new NamedNetwork(stack.use(await temporaryFolder()).path));
    await network.up({
      [policiesHost]: '127.0.0.1',
      'sso.example.go.id': '10.60.0.3',
      'a.dukcapil.internal': a.address,
      'b.dukcapil.internal': b.address,
    });
    sso = stack.use(new Sso(authority));
    await sso.start('10.60.0.3', [...served, waiting, stranger]);
    for (const backend of [a, b]) stack.use(backend);
    await startBoth(authority);

    // The provider's certificate is for everybody to check by what the machine trusts; that of the backends is not.
    const trusted = join(folder, 'ca.pem');
    await writeFile(trusted, authority.ca);
    process.env['NODE_EXTRA_CA_CERTS'] = trusted;
    await cp(policiesFile, join(folder, 'policies.yaml'));
    const needs = (await policiesNeeds(authority)).map((object) =>
      // The backends are this machine's own addresses here, which are refused otherwise.
      object.kind === 'ApiGateway'
        ? { ...object, spec: { ...object.spec, backendAccess: { allow: ['10.60.0.0/24'] } } }
        : object,
    );
    const subscriptions = [...served, waiting].map(subscriptionOf);
    const objects = [...needs, ...subscriptions, ...served.map(approvalOf)];
    await writeFile(join(folder, 'needs.yaml'), objects.map((object) => stringify(object)).join('---\n'));
    const state = join(stack.use(await temporaryFolder()).path, 'state');
    dev = stack.use(await DevProcess.start(folder, state, ['--port', '80', '--access-log']));
    for (const client of [...served, waiting, stranger]) tokens.set(client, await sso.token(client));
    await eventually('a call is served', async () => (await callAs('polisi')).status === 200 || undefined);
  });
  after(() => stack.disposeAsync());
  beforeEach(() => {
    for (const backend of [a, b]) {
      Object.assign(backend, { nextStatuses: [], status: undefined, delayMs: 0, isWell: true, padding: 0 });
      backend.seen.length = 0;
    }
  });

  let persons = 0;
  /** One that no call has asked for, so that no answer comes from the cache. */
  const nextNik = (): string => nikOf((++persons % 90) + 1, persons);
  const callAs = (client: string, headers?: Record<string, string>, path = `/nik/${nextNik()}`): Promise<Answered> =>
    callByName({ path, token: tokens.get(client) ?? '', ...(headers && { headers }) });
  /** With certificates of that authority. */
  const startBoth = async (issuer: TestAuthority, names?: string): Promise<void> => {
    for (const backend of [a, b]) await backend.stop();
    for (const backend of [a, b]) await backend.start(issuer, names);
  };
  const seen = (): Seen[] => [...a.seen, ...b.seen];
  /** The log line of an answer. */
  const lineOf = (answer: Answered): Promise<Record<string, unknown>> =>
    eventually('the call has its line', () => {
      const id = `"requestId":"${String(answer.headers['x-request-id'])}"`;
      const line = dev.stdout.split('\n').find((text) => text.includes(id));
      return line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>);
    });

  test('endpoints: the call is carried to a name of the file, below its path, and the row of the data comes back', async () => {
    const answer = await callAs('perizinan', {}, `/nik/${nikOf(47)}`);
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.body), { id: 47, nik: nikOf(47), nama: rowOf(nikOf(47))?.['opd'] });
    assert.match(answer.body, /"nama":"Dinas Komunikasi, Informatika, Statistik dan Persandian"/);
    assert.equal(seen().length, 1);
    assert.match(String(seen()[0]?.headers.host), /^[ab]\.dukcapil\.internal$/);
    assert.equal(seen()[0]?.url, `/api/nik/${nikOf(47)}`);
    assert.equal((await lineOf(answer))['version'], '2.1.0');
  });

  test('tls: the backend is asked for as serverName, by clientCertificateRef, and believed by caRef alone', async () => {
    assert.equal((await callAs('perizinan')).status, 200);
    assert.deepEqual([seen()[0]?.serverName, seen()[0]?.client], ['dukcapil.internal', 'simpul-client']);
    const other = stack.use(await anAuthority('lain'));
    const impostor = { ...other, ca: authority.ca };
    for (const restart of [() => startBoth(authority, 'DNS:a.dukcapil.internal'), () => startBoth(impostor)]) {
      await restart();
      assert.equal((await callAs('perizinan')).code, 'GW_BACKEND_TLS_FAILED');
    }
    await startBoth(authority);
    await eventually('a call is served', async () => (await callAs('polisi')).status === 200 || undefined);
  });

  test("credentialRef and headers: the backend gets the gateway's password and x-instansi, and neither token nor x-debug", async () => {
    assert.equal((await callAs('perizinan', { 'x-instansi': '7', 'x-debug': 'ya' })).status, 200);
    const { headers } = seen()[0] ?? { headers: {} as Seen['headers'] };
    assert.equal(headers.authorization, `Basic ${Buffer.from('simpul:rahasia-dukcapil').toString('base64')}`);
    assert.deepEqual([headers['x-instansi'], headers['x-debug']], ['36', undefined]);
    assert.equal(headers['x-consumer-client'], 'perizinan');
  });

  test('access: addresses of allowFrom call, those of denyFrom and all others do not', async () => {
    const token = tokens.get('sekolah') ?? '';
    const path = `/nik/${nikOf(1)}`;
    assert.equal((await callByName({ path, token })).status, 200);
    assert.equal((await callByName({ path, token, from: '10.9.9.1' })).code, 'GW_ADDRESS_NOT_ALLOWED');
    assert.equal((await callByName({ path, token, from: '192.0.2.1' })).code, 'GW_ADDRESS_NOT_ALLOWED');
    const through = (client: string) =>
      callByName({ path, token, from: '127.0.0.1', headers: { 'x-forwarded-for': client } });
    assert.equal((await through('2001:db8::7')).status, 200);
    assert.equal((await through('2001:db9::7')).code, 'GW_ADDRESS_NOT_ALLOWED');
  });

  test('authentication: tokens of the provider, of clients with a Subscription; scopes of the API and of the operation', async () => {
    const path = `/nik/${nikOf(2)}`;
    const codeOf = async (token?: string) => (await callByName({ path, ...(token && { token }) })).code;
    assert.equal(await codeOf(), 'GW_CREDENTIAL_MISSING');
    assert.equal(await codeOf('a.b.c'), 'GW_TOKEN_INVALID');
    assert.equal(await codeOf(tokens.get(stranger)), 'GW_CLIENT_UNKNOWN');
    for (const scope of ['penduduk.baca', 'penduduk.nik']) {
      assert.equal(await codeOf(await sso.token('sekolah', scope)), 'GW_SCOPE_MISSING', scope);
    }
    assert.equal(await codeOf(await sso.token('sekolah')), undefined);
    assert.equal(seen().length, 1);
  });

  test('plans: whoever has no Approval waits, the others have the limit of the plan', async () => {
    assert.equal((await callAs(waiting)).code, 'GW_NOT_SUBSCRIBED');
    const answer = await callAs('sekolah');
    assert.match(String(answer.headers['ratelimit-policy']), /q=100000/);
    assert.equal((await lineOf(answer))['plan'], 'resmi');
  });

  test('operations: other paths and methods do not pass', async () => {
    assert.equal((await callAs('sekolah', {}, '/penduduk')).code, 'GW_OPERATION_NOT_FOUND');
    const path = `/nik/${nikOf(3)}`;
    const posted = await callByName({ path, token: tokens.get('sekolah') ?? '', method: 'POST' });
    assert.equal(posted.code, 'GW_METHOD_NOT_ALLOWED');
    assert.deepEqual(seen(), []);
  });

  test('operations: a call may take the 3s of its operation, not the 10s of the backend', async () => {
    for (const backend of [a, b]) backend.delayMs = 4000;
    const answer = await callAs('sekolah');
    assert.deepEqual([answer.status, answer.code], [504, 'GW_BACKEND_TIMEOUT']);
    assert.ok(answer.ms >= 2900 && answer.ms < 3900, `${answer.ms} ms`);
  });

  test('limits: ten calls a second for each Subscription, five where `when` says so', async () => {
    const refusedOf = async (client: string, calls: number, headers: Record<string, string>): Promise<Answered[]> => {
      const answers = await Promise.all(Array.from({ length: calls }, () => callAs(client, headers)));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 429]));
      return answers.filter(({ status }) => status === 429);
    };
    const [ten, five] = await Promise.all([
      refusedOf('samsat', 12, {}),
      refusedOf('bansos', 7, { 'x-mode': 'massal' }),
    ]);
    assert.deepEqual([ten.length, five.length], [2, 2]);
    for (const { code, headers } of [...ten, ...five]) {
      assert.deepEqual([code, headers['retry-after']], ['GW_RATE_LIMITED', '1']);
    }
    assert.equal(seen().length, 15);
  });

  test('loadBalancing: of eight calls under way, six are at the endpoint of weight 3', async () => {
    for (const backend of [a, b]) backend.delayMs = 1000;
    const answers = await Promise.all(Array.from({ length: 8 }, () => callAs('pajak')));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.deepEqual([a.seen.length, b.seen.length], [6, 2]);
  });

  test('retries: a 503 is asked again and the caller gets the row; what fails in the third attempt, too, is answered', async () => {
    for (const backend of [a, b]) backend.nextStatuses = [503];
    const answer = await callAs('pemilu');
    assert.equal(answer.status, 200);
    const attempts = (await lineOf(answer))['attempts'];
    assert.ok(attempts === 2 || attempts === 3, `${attempts}`);
    assert.equal(seen().length, attempts);
    for (const backend of [a, b]) Object.assign(backend, { nextStatuses: [], status: 503 });
    const failed = await callAs('pemilu');
    assert.deepEqual([failed.status, (await lineOf(failed))['attempts']], [503, 3]);
  });

  test('cors: the portal reads answers, and is told so for ten minutes; others are not', async () => {
    const preflight = { 'access-control-request-method': 'GET' };
    const portal = 'https://portal.bantenprov.go.id';
    const path = `/nik/${nikOf(4)}`;
    const asked = await callByName({ path, method: 'OPTIONS', headers: { origin: portal, ...preflight } });
    assert.deepEqual([asked.status, asked.headers['access-control-allow-origin']], [204, portal]);
    assert.deepEqual(
      [asked.headers['access-control-allow-methods'], asked.headers['access-control-max-age']],
      ['GET', '600'],
    );
    assert.equal((await callAs('rumahsakit', { origin: portal })).headers['access-control-allow-origin'], portal);
    const other = await callAs('rumahsakit', { origin: 'https://lain.example' });
    assert.equal(other.headers['access-control-allow-origin'], undefined);
  });

  test('cache: once for each Subscription and value of Accept, for 60s, and no answer beyond 1Mi', async () => {
    const path = `/nik/${nikOf(5)}`;
    const statusOf = async (client: string, headers = {}): Promise<string> =>
      String((await callAs(client, headers, path)).headers['cache-status']);
    assert.match(await statusOf('bank'), /fwd=uri-miss; stored/);
    const hit = /hit; ttl=(\d+)/.exec(await statusOf('bank'))?.[1];
    assert.ok(Number(hit) > 50 && Number(hit) <= 60, hit);
    assert.match(await statusOf('bank', { accept: 'text/html, */*' }), /fwd=.*-miss/);
    assert.match(await statusOf('imigrasi'), /fwd=uri-miss/);
    assert.equal(seen().length, 3);
    for (const backend of [a, b]) backend.padding = 1024 * 1024;
    const large = `/nik/${nikOf(6)}`;
    for (let call = 0; call < 2; call++) assert.equal((await callAs('bank', {}, large)).status, 200);
    assert.equal(seen().length, 5);
  });

  test('validation: requests must be what the definition says; answers that are not pass, and are counted', async () => {
    const short = await callAs('rumahsakit', {}, '/nik/123');
    assert.deepEqual([short.status, short.code], [400, 'GW_REQUEST_INVALID']);
    assert.match(short.body, /path nik/);
    const text = await callAs('rumahsakit', { 'x-instansi': 'banten' });
    assert.match(text.body, /header x-instansi/);
    assert.deepEqual(seen(), []);
    for (const backend of [a, b]) backend.padding = 10;
    const answer = await callAs('rumahsakit');
    assert.equal(answer.status, 200);
    assert.match(String((await lineOf(answer))['invalid']), /^response: body .*additionalProperties$/);
    const metrics = await (await fetch(`${dev.admin}/metrics`)).text();
    assert.match(metrics, /^simpul_gateway_validation_failures_total\{.*direction="response".*\} [1-9]/m);
  });

  test('maxRequestBytes: a body of more than 10Mi is refused by its length', async () => {
    const sized = (bytes: number) => callAs('desa', { 'content-length': String(bytes), connection: 'close' });
    assert.equal((await sized(10 * 1024 * 1024 + 1)).code, 'GW_BODY_TOO_LARGE');
  });

  test('formats: each that the file lists, by ?format= and by Accept, and no other', async () => {
    const opd = String(rowOf(nikOf(7))?.['opd']);
    const nik = nikOf(7);
    const expected: Record<string, string> = {
      json: `{"id":7,"nik":"${nik}","nama":"${opd}"}`,
      xml: `<id>7</id><nik>${nik}</nik><nama>${opd}</nama>`,
      csv: `id,nik,nama\r\n7,${nik},${opd}\r\n`,
      php: `'nama' => '${opd}'`,
      phpserialize: `s:4:"nama";s:${opd.length}:"${opd}";`,
    };
    for (const [format, text] of Object.entries(expected)) {
      const { status, body } = await callAs('kelurahan', {}, `/nik/${nik}?format=${format}`);
      assert.equal(status, 200, format);
      assert.ok(body.includes(text), body);
    }
    const xml = await callAs('kelurahan', { accept: 'application/xml' }, `/nik/${nik}`);
    assert.match(String(xml.headers['content-type']), /^application\/xml/);
    const none = await callAs('kelurahan', {}, `/nik/${nik}?format=yaml`);
    assert.equal(none.code, 'GW_FORMAT_NOT_OFFERED');
  });

  test('logging: no population or tax number, no body and no secret stands in any line', async () => {
    const secret = '012345678912000';
    const answer = await callAs('kecamatan', {}, `/nik/${nikOf(8)}?npwp=${secret}`);
    const line = await lineOf(answer);
    assert.deepEqual(
      [line['subscription'], line['operation'], line['status']],
      ['banten/kecamatan', '/nik/{nik}', 200],
    );
    assert.doesNotMatch(dev.stdout, /3671\d{12}/);
    for (const text of [secret, String(rowOf(nikOf(47))?.['opd']), 'rahasia-dukcapil', tokens.get('kecamatan') ?? '']) {
      assert.equal(dev.stdout.includes(text), false, text);
    }
  });

  test('circuitBreaker: an endpoint gets 200 calls at the same time; what both cannot take is refused', async () => {
    for (const client of crowd) assert.equal((await callAs(client)).status, 200); // tokens are checked by now
    await delay(1000);
    a.seen.length = 0;
    b.seen.length = 0;
    for (const backend of [a, b]) backend.delayMs = 1200;
    const answers = await Promise.all(crowd.flatMap((client) => Array.from({ length: 10 }, () => callAs(client))));
    assert.deepEqual([a.seen.length, b.seen.length], [200, 200]);
    const refused = answers.filter(({ status }) => status !== 200);
    assert.deepEqual([refused.length, ...new Set(refused.map(({ code }) => code))], [20, 'GW_BACKEND_OVERLOADED']);
  });

  test('names: a backend that moves to another address is called there, and no call is lost', async () => {
    const moved = stack.use(new Dukcapil('10.60.0.11'));
    await moved.start(authority);
    await network.move('a.dukcapil.internal', moved.address);
    await eventually('calls go to the new address', async () => {
      assert.equal((await callAs('pensiun')).status, 200);
      await delay(110);
      return moved.seen.length > 3 ? true : undefined;
    });
    await network.move('a.dukcapil.internal', a.address);
    await eventually('calls go back', async () => {
      const before = a.seen.length;
      assert.equal((await callAs('pensiun')).status, 200);
      await delay(110);
      return a.seen.length > before ? true : undefined;
    });
  });

  test('healthCheck: after three bad answers to /healthz an endpoint gets no calls, after two good ones it does', async () => {
    b.isWell = false;
    const checkOf = async (): Promise<string> => await (await fetch(`${dev.admin}/backends`)).text();
    await eventually('b is left out', async () => /"lastCheck": "status 503"/.test(await checkOf()) || undefined);
    await eventually('all calls go to a', async () => {
      const before = b.seen.length;
      for (let call = 0; call < 20; call++) {
        assert.equal((await callAs('bank')).status, 200);
        await delay(110);
      }
      return b.seen.length === before ? true : undefined;
    });
    b.isWell = true;
    await eventually('b gets calls again', async () => {
      const before = b.seen.length;
      assert.equal((await callAs('bank')).status, 200);
      await delay(110);
      return b.seen.length > before ? true : undefined;
    });
  });

  test('connectTimeout: an address that says nothing is given up after 2s, and the call goes elsewhere', async () => {
    await a.stop();
    await network.move('a.dukcapil.internal', silentAddress);
    await delay(1500);
    const answer = await eventually('a call meets the silence', async () => {
      const served = await callAs('polisi');
      assert.equal(served.status, 200);
      return served.ms > 1900 ? served : undefined;
    });
    assert.ok(answer.ms < 2900, `${answer.ms} ms`);
    assert.equal((await lineOf(answer))['attempts'], 2);
    await network.move('a.dukcapil.internal', a.address);
    await delay(1500);
    await a.start(authority);
    await eventually('a is called again', async () => {
      const before = a.seen.length;
      await callAs('polisi');
      return a.seen.length > before ? true : undefined;
    });
  });

  test('circuitBreaker: after five failures in a row an endpoint is left alone for 30s, and callers are told', async () => {
    for (const backend of [a, b]) backend.status = 503;
    const open = await eventually('it is open', async () => {
      const answer = await callAs('imigrasi');
      await delay(110);
      return answer.code === 'GW_CIRCUIT_OPEN' ? answer : undefined;
    });
    const retryAfter = Number(open.headers['retry-after']);
    assert.ok(retryAfter > 20 && retryAfter <= 30, `${retryAfter}`);
    for (const backend of [a, b]) backend.status = undefined;
    const before = seen().length;
    assert.equal((await callAs('imigrasi')).code, 'GW_CIRCUIT_OPEN');
    assert.equal(seen().length, before);
    await delay(retryAfter * 1000);
    await eventually('it closes', async () => (await callAs('imigrasi')).status === 200 || undefined);
  });
});

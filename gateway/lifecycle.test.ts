import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Compiled, CompiledApiService } from '#api/compiled/contract.ts';
import { startGateway } from './gateway.ts';
import { aGateway, aKeyManager, anApi, aSubscription, aTenant, hashOf } from './testing/compiled.ts';
import { aBackend, backendAt } from './testing/test-backend.ts';
import { aRunningGateway, call, codeOf, ManualSource, quietLog, until } from './testing/test-gateway.ts';

const base = '/banten/situs/v1';
const key = 'kunci-0123456789abcdef0123456789';
const other = 'lain-0123456789abcdef01234567890';

function subscriber(change: Parameters<typeof aSubscription>[0] = {}) {
  return aSubscription({
    credentials: [{ name: 'utama', type: 'ApiKey', hash: hashOf(key) }],
    grants: [{ api: 'banten/situs' }],
    ...change,
  });
}

interface Case {
  readonly name: string;
  readonly api?: Partial<CompiledApiService>;
  readonly objects?: readonly Compiled[];
  readonly without?: readonly string[];
  readonly headers?: Record<string, string | string[]>;
  readonly host?: string;
  readonly expect: string;
}

const keyed = { authentication: { mode: 'Required', keyManagers: [] } } as const;
const optional = { authentication: { mode: 'Optional', keyManagers: [] } } as const;
const managed = { authentication: { mode: 'Required', keyManagers: ['simpul-system/keys'] } } as const;
const draft = { lifecycle: { state: 'Draft' } } as const;
const good = { 'x-api-key': key };
const longest = 'k'.repeat(512);
const longestKnown = subscriber({ credentials: [{ name: 'utama', type: 'ApiKey', hash: hashOf(longest) }] });

const cases: readonly Case[] = [
  { name: 'an open API', expect: '200' },
  { name: 'an open API ignores keys', headers: { 'x-api-key': other }, expect: '200' },
  { name: 'no key', api: keyed, expect: 'GW_API_KEY_MISSING' },
  { name: 'a good key', api: keyed, headers: good, expect: '200' },
  { name: 'an unknown key', api: keyed, headers: { 'x-api-key': other }, expect: 'GW_API_KEY_UNKNOWN' },
  {
    name: 'a key that is too long',
    api: keyed,
    headers: { 'x-api-key': 'x'.repeat(600) },
    expect: 'GW_API_KEY_UNKNOWN',
  },
  { name: 'the longest key', api: keyed, headers: { 'x-api-key': longest }, objects: [longestKnown], expect: '200' },
  {
    name: 'the longest key with something behind it',
    api: keyed,
    headers: { 'x-api-key': `${longest}x` },
    objects: [longestKnown],
    expect: 'GW_API_KEY_UNKNOWN',
  },
  {
    name: 'two different keys',
    api: keyed,
    headers: { ...good, authorization: `ApiKey ${other}` },
    expect: 'GW_API_KEY_AMBIGUOUS',
  },
  {
    name: 'two different keys in one field',
    api: keyed,
    headers: { 'x-api-key': [key, other] },
    expect: 'GW_API_KEY_AMBIGUOUS',
  },
  { name: 'the same key twice', api: keyed, headers: { ...good, authorization: `ApiKey ${key}` }, expect: '200' },
  {
    name: 'another scheme is no key',
    api: keyed,
    headers: { authorization: `Bearer ${key}` },
    expect: 'GW_API_KEY_MISSING',
  },
  { name: 'optional, no key', api: optional, expect: '200' },
  { name: 'optional, a wrong key', api: optional, headers: { 'x-api-key': other }, expect: 'GW_API_KEY_UNKNOWN' },
  {
    name: 'a key before its time',
    api: keyed,
    headers: good,
    objects: [subscriber({ credentials: [{ name: 'utama', type: 'ApiKey', hash: hashOf(key), notBefore: 8e15 }] })],
    expect: 'GW_API_KEY_EXPIRED',
  },
  {
    name: 'a key after its time',
    api: keyed,
    headers: good,
    objects: [subscriber({ credentials: [{ name: 'utama', type: 'ApiKey', hash: hashOf(key), notAfter: 1 }] })],
    expect: 'GW_API_KEY_EXPIRED',
  },
  { name: 'no access', api: keyed, headers: good, objects: [subscriber({ grants: [] })], expect: 'GW_NOT_SUBSCRIBED' },
  {
    name: 'a plan that is gone',
    api: { ...keyed, plans: { dasar: { limits: [] } } },
    headers: good,
    objects: [subscriber({ grants: [{ api: 'banten/situs', plan: 'mitra' }] })],
    expect: 'GW_PLAN_MISSING',
  },
  {
    name: 'no plan where there are some',
    api: { ...keyed, plans: { dasar: { limits: [] } } },
    headers: good,
    expect: 'GW_PLAN_MISSING',
  },
  {
    name: "the KeyManager's own header",
    api: managed,
    objects: [aKeyManager({ header: 'x-kunci' })],
    headers: { 'x-kunci': key },
    expect: '200',
  },
  {
    name: 'the built-in header where a KeyManager has another',
    api: managed,
    objects: [aKeyManager({ header: 'x-kunci' })],
    headers: good,
    expect: 'GW_API_KEY_MISSING',
  },
  { name: 'a KeyManager that is missing', api: managed, headers: good, expect: 'GW_KEY_MANAGER_MISSING' },
  { name: 'a provider that is missing', without: ['Tenant/banten'], expect: 'GW_TENANT_MISSING' },
  {
    name: 'a consumer that is missing',
    api: keyed,
    headers: good,
    without: ['Tenant/tangerang'],
    expect: 'GW_TENANT_MISSING',
  },
  { name: 'a provider that is suspended', objects: [aTenant({ suspended: true })], expect: 'GW_PROVIDER_SUSPENDED' },
  {
    name: 'a consumer that is suspended',
    api: keyed,
    headers: good,
    objects: [aTenant({ id: 'tangerang', suspended: true })],
    expect: 'GW_CONSUMER_SUSPENDED',
  },
  { name: 'a draft without a key, although its mode is None', api: draft, expect: 'GW_API_KEY_MISSING' },
  { name: 'a draft from elsewhere', api: draft, headers: good, expect: 'GW_NOT_PUBLISHED' },
  {
    name: 'a draft from its own namespace',
    api: draft,
    headers: good,
    objects: [subscriber({ id: 'banten/uji', tenant: 'banten' })],
    without: ['Subscription/tangerang/perizinan'],
    expect: '200',
  },
  { name: 'blocked', api: { lifecycle: { state: 'Blocked', reason: 'perbaikan' } }, expect: 'GW_API_BLOCKED' },
  { name: 'retired', api: { lifecycle: { state: 'Retired' } }, expect: 'GW_API_RETIRED' },
  {
    name: 'an endpoint without weight',
    api: { backend: backendAt('', { endpoints: [{ url: 'http://127.0.0.1:9', weight: 0 }] }) },
    expect: 'GW_NO_ENDPOINT',
  },
  { name: 'a path that is not claimed', objects: [aTenant({ paths: ['/lain'] })], expect: 'GW_PATH_NOT_CLAIMED' },
  {
    name: 'a prefix that is no whole segment',
    objects: [aTenant({ paths: ['/bant'] })],
    expect: 'GW_PATH_NOT_CLAIMED',
  },
  {
    name: 'a path that is not claimed, on a host of the Tenant',
    objects: [aTenant({ paths: [], hosts: ['api.banten'] })],
    host: 'api.banten',
    expect: '200',
  },
  {
    name: 'a host that its Tenant claims no more, whatever paths it claims',
    api: { hosts: ['api.banten'] },
    objects: [aTenant({ paths: ['/'], hosts: [] })],
    host: 'api.banten',
    expect: 'GW_PATH_NOT_CLAIMED',
  },
  {
    name: 'a host that another Tenant claims',
    objects: [aTenant({ id: 'jakarta', hosts: ['api.jakarta'] })],
    host: 'API.Jakarta.:80',
    expect: 'GW_ROUTE_NOT_FOUND',
  },
  {
    name: 'an operation that is not listed',
    api: { operations: [{ path: '/nik/{nik}', methods: ['GET'], limits: [] }] },
    expect: 'GW_OPERATION_NOT_FOUND',
  },
  {
    name: 'a method that is not listed',
    api: { operations: [{ path: '/', methods: ['POST'], limits: [] }] },
    expect: 'GW_METHOD_NOT_ALLOWED',
  },
];

test('who may call what', async (t) => {
  await using backend = await aBackend((_request, response) => response.end());
  for (const { name, api, objects = [], without = [], headers = {}, host, expect } of cases) {
    await t.test(name, async () => {
      const all = [
        aTenant(),
        aTenant({ id: 'tangerang', paths: [] }),
        subscriber(),
        anApi({ backend: backendAt(backend.url), ...api }),
        ...objects,
      ];
      const byId = new Map(all.map((object) => [`${object.kind}/${object.id}`, object]));
      for (const id of without) byId.delete(id);
      await using gw = await aRunningGateway([...byId.values()]);
      const answer = await call(gw.port, base, { headers: { ...headers, ...(host === undefined ? {} : { host }) } });
      assert.equal(answer.status === 200 ? '200' : codeOf(answer), expect, answer.text);
    });
  }
});

test('a deprecated API says so in every answer, also in refusals', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const lifecycle = {
    state: 'Deprecated',
    deprecation: '@1',
    sunset: 'Wed, 30 Jun 2027 00:00:00 GMT',
    link: '</v2>; rel="successor-version"',
  } as const;
  await using gw = await aRunningGateway([
    aTenant(),
    anApi({ backend: backendAt(backend.url), lifecycle, ...optional }),
  ]);
  for (const headers of [{}, { 'x-api-key': other }]) {
    const answer = await call(gw.port, base, { headers });
    assert.equal(answer.headers['deprecation'], '@1');
    assert.equal(answer.headers['sunset'], lifecycle.sunset);
    assert.equal(answer.headers['link'], lifecycle.link);
  }
});

test('a bad object is refused and reported while its last good version serves on', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const api = anApi({ backend: backendAt(backend.url) });
  await using gw = await aRunningGateway([aTenant(), api]);
  const secret = gw.source.secretOf({ ...api, basePath: '/a/../b' });
  gw.source.putSecret(secret);
  assert.equal((await call(gw.port, base)).status, 200);
  const [refusal] = gw.gateway.loader.refusals();
  assert.equal(refusal?.name, secret.metadata.name);
  assert.equal(refusal?.hash, secret.metadata.annotations?.['simpul.id/content-hash']?.slice(0, 16));
  assert.match(refusal?.reason ?? '', /basePath has a dot segment/);
  gw.source.putSecret({
    ...secret,
    metadata: { ...secret.metadata, annotations: {} },
    data: { 'compiled.json': 'AA==' },
  });
  assert.match(gw.gateway.loader.refusals()[0]?.reason ?? '', /not JSON/);
  gw.source.put({ ...api, basePath: '/baru' });
  assert.equal(gw.gateway.loader.refusals().length, 0);
  assert.equal((await call(gw.port, '/baru')).status, 200);
  assert.equal((await call(gw.port, base)).status, 404);
});

test('every change holds at once, and calls never fall between two versions', async () => {
  await using backend = await aBackend((_request, response) => setTimeout(() => response.end(), 2));
  const api = anApi({ backend: backendAt(backend.url) });
  await using gw = await aRunningGateway([aTenant(), api]);
  const statuses = new Set<number>();
  let changing = true;
  const caller = (async () => {
    while (changing) statuses.add((await call(gw.port, base)).status);
  })();
  for (let i = 1; i <= 100; i++) {
    gw.source.put(
      anApi({
        backend: backendAt(backend.url, { timeoutMs: 5000 + i, connectTimeoutMs: 2000 + (i % 3) }),
        version: `1.0.${i}`,
      }),
    );
    if (i % 10 === 0) await gw.source.list([aGateway(), aTenant(), api]);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  changing = false;
  await caller;
  assert.deepEqual([...statuses], [200]);
});

test('what a complete list does not hold is gone', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const api = anApi({ backend: backendAt(backend.url), ...keyed });
  await using gw = await aRunningGateway([aTenant(), aTenant({ id: 'tangerang' }), api, subscriber()]);
  assert.equal((await call(gw.port, base, { headers: good })).status, 200);
  await gw.source.list([aGateway(), aTenant(), aTenant({ id: 'tangerang' }), api]);
  assert.equal(codeOf(await call(gw.port, base, { headers: good })), 'GW_API_KEY_UNKNOWN');
  gw.source.remove(api);
  assert.equal(codeOf(await call(gw.port, base, { headers: good })), 'GW_ROUTE_NOT_FOUND');
});

test('a key that moves from one Subscription to another works in either order of the changes', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const objects = [aTenant(), aTenant({ id: 'tangerang' }), anApi({ backend: backendAt(backend.url), ...keyed })];
  await using gw = await aRunningGateway([...objects, subscriber()]);
  gw.source.put(subscriber({ id: 'tangerang/baru' }));
  assert.equal((await call(gw.port, base, { headers: good })).status, 200);
  gw.source.put(subscriber({ credentials: [] }));
  assert.equal((await call(gw.port, base, { headers: good })).status, 200);
  await gw.logged(2);
  assert.deepEqual(
    gw.calls.map((line) => line['subscription']),
    ['tangerang/perizinan', 'tangerang/baru'],
  );
});

test('ready only after the first complete list, and with a gateway', async () => {
  await using gw = await aRunningGateway([aTenant()]);
  assert.equal(gw.gateway.unready(), undefined);
  gw.source.remove(aGateway());
  assert.match(gw.gateway.unready() ?? '', /no ApiGateway/);
  assert.equal(codeOf(await call(gw.port, base)), 'GW_NOT_READY');
});

test('draining: not ready, accepts on with Connection: close, lets calls finish, then ends', async () => {
  const waiting: (() => void)[] = [];
  await using backend = await aBackend((request, response) => {
    if (request.url === '/slow') waiting.push(() => response.end('done'));
    else response.end('ok');
  });
  const objects = [aGateway({ drainDelayMs: 300 }), aTenant(), anApi({ backend: backendAt(backend.url) })];
  await using gw = await aRunningGateway(objects, { admin: { host: '127.0.0.1', port: 0 } });
  const adminPort = gw.gateway.adminAddress?.port ?? 0;
  assert.equal((await call(adminPort, '/readyz')).status, 200);
  const slow = call(gw.port, `${base}/slow`);
  await until(() => waiting.length === 1);
  const ended = gw.gateway.shutdown();
  assert.deepEqual(await call(adminPort, '/readyz').then(({ status, text }) => [status, text]), [503, 'draining\n']);
  const during = await call(gw.port, base, { headers: { connection: 'keep-alive' } });
  assert.deepEqual([during.status, during.headers['connection']], [200, 'close']);
  await until(() => gw.gateway.unready() === 'draining');
  setTimeout(() => waiting[0]?.(), 400);
  assert.equal((await slow).text, 'done');
  await ended;
  await assert.rejects(call(gw.port, base), { code: 'ECONNREFUSED' });
});

test('a drain is bounded, and can be hurried', async () => {
  await using backend = await aBackend(() => undefined);
  const objects = [aGateway({ drainDelayMs: 60_000 }), aTenant(), anApi({ backend: backendAt(backend.url) })];
  await using gw = await aRunningGateway(objects);
  const hanging = call(gw.port, base).catch((error: Error) => error);
  await until(() => backend.requests.length === 1);
  const hurry = new AbortController();
  const ended = gw.gateway.shutdown(hurry.signal);
  hurry.abort();
  await ended;
  assert.ok((await hanging) instanceof Error);
});

test('ports follow the configuration', async () => {
  const ports = await freePorts(2);
  const listener = (index: number) =>
    ({ name: `p${index}`, protocol: 'HTTP', port: ports[index] ?? 0, http2: false, proxyProtocol: false }) as const;
  const source = new ManualSource();
  const gateway = await startGateway({
    source: source.start,
    log: quietLog,
    host: '127.0.0.1',
    accessLog: () => undefined,
  });
  await source.list([aGateway({ listeners: [listener(0)] })]);
  await gateway.ready;
  assert.deepEqual(
    gateway.addresses().map(({ port }) => port),
    [ports[0]],
  );
  source.put(aGateway({ listeners: [listener(1)] }));
  await until(() => gateway.addresses()[0]?.port === ports[1]);
  await assert.rejects(call(ports[0] ?? 0, '/'), { code: 'ECONNREFUSED' });
  assert.equal((await call(ports[1] ?? 0, '/')).status, 404);
  await gateway.shutdown(AbortSignal.abort());
});

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => aBackend(() => undefined)));
  const ports = servers.map(({ port }) => port);
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  return ports;
}

import assert from 'node:assert/strict';
import type { RequestListener, RequestOptions } from 'node:http';
import { test } from 'node:test';
import type { CompiledApiService, CompiledCache } from '#api/compiled/contract.ts';
import { readDefinition } from '#api/openapi/read-definition.ts';
import { aLimit, anApi, anIssuer, aSubscription, aTenant, hashOf } from '../testing/compiled.ts';
import { aBackend, aRawBackend, backendAt } from '../testing/test-backend.ts';
import { TestClock } from '../testing/test-clock.ts';
import { aRunningGateway, call, codeOf, type TestAnswer, until } from '../testing/test-gateway.ts';
import { anIssuerKey, claimsOf, signedToken } from '../testing/test-issuer.ts';

const base = '/banten/situs/v1';
const rules: CompiledCache = {
  ttlMs: 60_000,
  maxBytes: 100_000,
  keyHeaders: [],
  shared: false,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
};

/** A gateway whose only API has a cache in front of `listener`, and time that passes when it is told. */
async function aCached(
  listener: RequestListener,
  change: Partial<CompiledCache> = {},
  api: Partial<CompiledApiService> = {},
) {
  const stack = new AsyncDisposableStack();
  const backend = stack.use(await aBackend(listener));
  const clock = new TestClock();
  const cached = anApi({ backend: backendAt(backend.url), cache: { ...rules, ...change }, ...api });
  const tenants = [aTenant(), aTenant({ id: 'tangerang' })];
  const gw = stack.use(await aRunningGateway([...tenants, ...subscriptions, cached], { clock }));
  const get = (path = '', headers: RequestOptions['headers'] = {}, method = 'GET'): Promise<TestAnswer> =>
    call(gw.port, `${base}${path}`, { headers, method });
  return { backend, clock, gw, get, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const keys = ['kunci-pertama-0123456789abcdef01', 'kunci-kedua-0123456789abcdef0123'];
const subscriptions = keys.map((key, i) =>
  aSubscription({
    id: `tangerang/aplikasi-${i}`,
    credentials: [{ name: 'utama', type: 'ApiKey', hash: hashOf(key) }],
    grants: [{ api: 'banten/situs' }],
  }),
);
const keyed = { authentication: { mode: 'Required', keyManagers: [] } } as const;

const outcomes = (answers: readonly TestAnswer[]) => answers.map(({ headers }) => headers['cache-status']);

test('the second call is answered from memory, with its age, and counts for limits', async () => {
  await using it = await aCached(
    (_request, response) => response.setHeader('ETag', '"1"').end('hello'),
    {},
    { limits: [aLimit({ requests: 3 })] },
  );
  const first = await it.get('/a?b=c');
  it.clock.advance(10_000);
  const second = await it.get('/a?b=c');
  assert.deepEqual(outcomes([first, second]), ['simpul; fwd=uri-miss; stored', 'simpul; hit; ttl=50']);
  assert.equal(second.text, 'hello');
  assert.equal(second.headers['age'], '10');
  assert.equal(second.headers['date'], first.headers['date']);
  assert.notEqual(second.headers['x-request-id'], first.headers['x-request-id']);
  assert.equal(it.backend.requests.length, 1);
  await it.get('/a?b=c');
  assert.equal((await it.get('/a?b=c')).status, 429);
  await it.gw.logged(4);
  assert.deepEqual(
    it.gw.calls.map((line) => line['cache']),
    ['miss', 'hit', 'hit', undefined],
  );
});

test('another path, query or host is another answer', async () => {
  await using it = await aCached((request, response) =>
    response.end(`${request.url} ${request.headers['x-forwarded-host']}`),
  );
  for (const [path, host] of [
    ['/a', 'h'],
    ['/a?', 'h'],
    ['/a?x', 'h'],
    ['/b', 'h'],
    ['/a', 'i'],
  ] as const) {
    assert.match((await it.get(path, { host })).text, new RegExp(`${host}$`));
  }
  assert.equal(it.backend.requests.length, 5);
});

test('no caller sees what another was answered', async () => {
  await using it = await aCached((_request, response) => response.end(String(it.backend.requests.length)), {}, keyed);
  const as = (key: string, more = {}) => it.get('', { 'x-api-key': key, ...more });
  const texts = [];
  for (const key of [...keys, ...keys]) texts.push((await as(key)).text);
  assert.deepEqual(texts, ['1', '2', '1', '2']);
  assert.equal((await as(keys[0]!, { authorization: 'Bearer a' })).text, '3');
  assert.equal((await as(keys[0]!, { authorization: 'Bearer b' })).text, '4');
  assert.equal((await as(keys[0]!, { cookie: 'sesi=1' })).text, '5');
  assert.equal((await as(keys[0]!, { authorization: 'Bearer a' })).text, '3');
  assert.equal((await as(keys[0]!)).text, '1');
});

test('users of one application do not see what another was answered, although its token stops at the gateway', async () => {
  const key = anIssuerKey();
  const keyManagers = ['simpul-system/sso'];
  await using it = await aCached(
    (request, response) => response.end(`${request.headers['x-consumer-subject']} ${it.backend.requests.length}`),
    {},
    { authentication: { mode: 'Required', keyManagers } },
  );
  const manager = anIssuer({ keys: { from: 'Inline', jwks: JSON.stringify({ keys: [key.jwk] }) } });
  const credentials = [{ name: 'sso', type: 'OIDC', keyManager: 'simpul-system/sso', clientId: 'perizinan' } as const];
  it.gw.source.put(manager);
  it.gw.source.put(aSubscription({ id: 'tangerang/sso', credentials, grants: [{ api: 'banten/situs' }] }));
  const iat = it.clock.now() / 1000;
  const as = async (sub: string) => {
    const token = signedToken(key, claimsOf(manager.issuer, { sub, iat, exp: iat + 300 }));
    return (await it.get('', { authorization: `Bearer ${token}` })).text;
  };
  assert.deepEqual([await as('ani'), await as('budi'), await as('ani')], ['ani 1', 'budi 2', 'ani 1']);
});

test('shared answers serve all callers, but for what was answered to a user', async () => {
  await using it = await aCached(
    (_request, response) => response.end(String(it.backend.requests.length)),
    { shared: true },
    keyed,
  );
  assert.equal((await it.get('/u', { 'x-api-key': keys[0], authorization: 'Bearer a' })).text, '1');
  const open = await it.get('/u', { 'x-api-key': keys[0] });
  assert.equal(open.text, '2');
  assert.equal((await it.get('/u', { 'x-api-key': keys[1] })).text, '2');
});

test('Vary and keyHeaders keep answers apart', async () => {
  const listener: RequestListener = (request, response) =>
    response
      .setHeader('Vary', 'Accept-Language')
      .end(`${request.headers['accept-language']} ${request.headers['x-mode']}`);
  await using it = await aCached(listener, { keyHeaders: ['x-mode'] });
  for (const [language, mode] of [
    ['id', 'a'],
    ['en', 'a'],
    ['id', 'b'],
    ['id', 'a'],
    ['en', 'a'],
  ] as const) {
    assert.equal((await it.get('', { 'accept-language': language, 'x-mode': mode })).text, `${language} ${mode}`);
  }
  assert.equal(it.backend.requests.length, 3);
});

test('a caller that has the answer already gets 304', async () => {
  const date = 'Sat, 21 Nov 2026 09:00:00 GMT';
  await using it = await aCached((_request, response) =>
    response.setHeader('ETag', '"v1"').setHeader('Last-Modified', date).setHeader('X-Other', 'x').end('hello'),
  );
  await it.get();
  for (const tag of ['"v1"', 'W/"v1"', '"v0", "v1"', '*']) {
    const { status, headers, text } = await it.get('', { 'if-none-match': tag });
    assert.deepEqual([status, text, headers['etag'], headers['x-other']], [304, '', '"v1"', undefined], tag);
    assert.equal(headers['content-length'], undefined);
  }
  assert.equal((await it.get('', { 'if-none-match': '"v2"' })).status, 200);
  assert.equal((await it.get('', { 'if-modified-since': date })).status, 304);
  assert.equal((await it.get('', { 'if-modified-since': 'Sat, 21 Nov 2026 08:00:00 GMT' })).status, 200);
  assert.equal(it.backend.requests.length, 1);
});

test('HEAD is answered by what GET has stored', async () => {
  await using it = await aCached((_request, response) => response.end('hello'));
  await it.get();
  const { status, headers, text } = await it.get('', {}, 'HEAD');
  assert.deepEqual([status, headers['content-length'], text], [200, '5', '']);
  assert.equal(it.backend.requests.length, 1);
});

test('an old answer is confirmed by the backend', async () => {
  let version = 'v1';
  await using it = await aCached((request, response) => {
    response.setHeader('ETag', `"${version}"`).setHeader('Cache-Control', 'max-age=10');
    if (request.headers['if-none-match'] === `"${version}"`) response.writeHead(304, { 'X-News': '1' }).end();
    else response.end(version);
  });
  await it.get();
  it.clock.advance(11_000);
  const confirmed = await it.get('', { 'if-none-match': '"of-the-client"' });
  assert.deepEqual([confirmed.status, confirmed.text, confirmed.headers['x-news']], [200, 'v1', '1']);
  assert.equal(confirmed.headers['cache-status'], 'simpul; fwd=stale; fwd-status=304; stored');
  assert.equal((await it.get()).headers['cache-status'], 'simpul; hit; ttl=10');
  it.clock.advance(11_000);
  version = 'v2';
  assert.deepEqual([(await it.get()).text, (await it.get()).text], ['v2', 'v2']);
  assert.equal(it.backend.requests.length, 3);
});

test('those who ask the same at one time wait for one call', async () => {
  let release = () => undefined as unknown;
  await using it = await aCached((_request, response) => {
    release = () => response.end('once');
  });
  const all = Array.from({ length: 20 }, () => it.get());
  await until(() => it.backend.requests.length === 1 && it.gw.gateway.metrics.callsInFlight === 20);
  release();
  const answers = await Promise.all(all);
  assert.deepEqual(new Set(answers.map(({ text }) => text)), new Set(['once']));
  assert.equal(it.backend.requests.length, 1);
  assert.equal(outcomes(answers).filter((status) => String(status).endsWith('collapsed')).length, 19);
});

test('nobody waits for what cannot be stored, or for a caller that has left', async () => {
  const waiting: (() => void)[] = [];
  await using it = await aCached((_request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    waiting.push(() => response.end('mine'));
  });
  const leaver = new AbortController();
  const left = call(it.gw.port, base, { signal: leaver.signal }).catch(() => 'left');
  await until(() => it.backend.requests.length === 1);
  const all = [it.get(), it.get()];
  await until(() => it.gw.gateway.metrics.callsInFlight === 3);
  leaver.abort();
  await left;
  await until(() => waiting.length === 3);
  for (const answer of waiting) answer();
  assert.deepEqual(
    (await Promise.all(all)).map(({ text }) => text),
    ['mine', 'mine'],
  );
});

test('an old answer is given while a newer one is fetched', async () => {
  await using it = await aCached((_request, response) => response.end(String(it.backend.requests.length)), {
    ttlMs: 1000,
    staleWhileRevalidateMs: 5000,
  });
  await it.get();
  it.clock.advance(2000);
  const stale = await it.get();
  assert.deepEqual([stale.text, stale.headers['cache-status']], ['1', 'simpul; hit; ttl=-1']);
  await until(() => it.backend.requests.length === 2);
  const newer = await it.get();
  assert.equal(newer.text, '2');
  it.clock.advance(7000);
  assert.equal((await it.get()).text, '3');
});

test('only so many old answers are renewed at one time, and each that is makes room', async () => {
  const waiting: (() => void)[] = [];
  let holds = false;
  await using it = await aCached(
    (_request, response) => {
      if (holds) waiting.push(() => response.end('new'));
      else response.end('old');
    },
    { ttlMs: 1000, staleWhileRevalidateMs: 5000 },
  );
  const paths = Array.from({ length: 65 }, (_, i) => `/${i}`);
  for (let round = 0; round < 2; round++) {
    holds = false;
    for (const path of paths) await it.get(path);
    holds = true;
    it.clock.advance(2000);
    const old = await Promise.all(paths.slice(1).map((path) => it.get(path)));
    assert.ok(old.every(({ headers }) => headers['cache-status'] === 'simpul; hit; ttl=-1'));
    const last = it.get(paths[0]);
    await until(() => waiting.length === 65);
    for (const answer of waiting.splice(0)) answer();
    assert.equal((await last).text, 'new', 'this one has waited for the backend');
    it.clock.advance(10_000);
  }
});

test('an old answer is given while the backend fails, as long as that is allowed', async () => {
  let fails = false;
  const listener: RequestListener = (request, response) => {
    if (fails && request.url === '/gone') request.socket.destroy();
    else response.writeHead(fails ? 503 : 200).end('text');
  };
  await using it = await aCached(listener, { ttlMs: 1000, staleIfErrorMs: 5000 });
  for (const path of ['/a', '/gone']) await it.get(path);
  fails = true;
  it.clock.advance(2000);
  for (const path of ['/a', '/gone']) {
    const { status, text, headers } = await it.get(path);
    assert.deepEqual([status, text, headers['simpul-code']], [200, 'text', undefined]);
    assert.equal(headers['cache-status'], 'simpul; hit; ttl=-1');
  }
  await it.gw.logged(4);
  assert.equal(it.gw.calls[3]?.['code'], 'GW_BACKEND_BROKE_OFF');
  it.clock.advance(5000);
  assert.equal((await it.get('/a')).status, 503);
  assert.equal((await it.get('/gone')).status, 502);
});

test('a change makes what is stored forgotten, for all callers and for calls under way', async () => {
  let held: (() => void) | undefined;
  await using it = await aCached(
    (request, response) => {
      if (request.headers['x-hold'] !== undefined) held = () => response.end('old');
      else response.writeHead(request.method === 'DELETE' ? 500 : 200).end(String(it.backend.requests.length));
    },
    {},
    keyed,
  );
  const as = (i: number, method = 'GET', more = {}) => it.get('/x', { 'x-api-key': keys[i], ...more }, method);
  await as(0);
  await as(1);
  await as(0, 'DELETE');
  assert.equal((await as(1)).text, '2');
  await as(0, 'PUT');
  assert.deepEqual([(await as(0)).text, (await as(1)).text], ['5', '6']);
  await as(0, 'PUT');
  const slow = as(0, 'GET', { 'x-hold': '1' });
  await until(() => held !== undefined);
  await as(1, 'POST');
  held?.();
  assert.equal((await slow).text, 'old');
  assert.equal((await as(0)).text, '10');
});

test('what a caller says about caching holds', async () => {
  await using it = await aCached((_request, response) => response.end(String(it.backend.requests.length)));
  assert.equal(codeOf(await it.get('', { 'cache-control': 'only-if-cached' })), 'GW_NOT_IN_CACHE');
  assert.equal((await it.get('', { 'cache-control': 'no-store' })).text, '1');
  assert.equal((await it.get()).text, '2');
  it.clock.advance(5000);
  assert.equal((await it.get('', { 'cache-control': 'max-age=3' })).text, '3');
  assert.equal((await it.get('', { 'cache-control': 'no-cache' })).text, '4');
  assert.equal((await it.get('', { pragma: 'no-cache' })).text, '5');
  assert.equal((await it.get('', { range: 'bytes=0-1' })).headers['cache-status'], 'simpul; fwd=bypass');
  assert.equal((await it.get()).text, '5');
});

test('what is too large or broken off is not kept', async () => {
  await using backend = await aRawBackend((socket, head) => {
    if (head.includes('/large')) socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${'x'.repeat(200_000)}`);
    else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhalf');
  });
  await using it = await aCached(() => undefined, {}, { backend: backendAt(backend.url) });
  for (let i = 0; i < 2; i++) {
    assert.equal((await it.get('/large')).text.length, 200_000);
    await assert.rejects(it.get('/half'));
  }
  it.gw.gateway.refreshMetrics();
  assert.match(await it.gw.gateway.metrics.registry.metrics(), /simpul_gateway_cache_answers 0\n/);
});

test('an edited API begins with nothing stored', async () => {
  await using it = await aCached((_request, response) => response.end(String(it.backend.requests.length)));
  await it.get();
  const api = anApi({ backend: backendAt(it.backend.url, { timeoutMs: 4000 }), cache: rules });
  it.gw.source.put(api);
  assert.equal((await it.get()).text, '2');
});

test('an answer that is fetched in the background is compared with the definition as any other', async () => {
  const verdict = readDefinition(`
openapi: 3.1.0
info: { title: Situs, version: 1.0.0 }
paths: { /: { get: { responses: { '200': { description: Ada, content: { application/json: { schema: { type: object } } } } } } } }
`);
  assert.ok(verdict.ok);
  const { definition } = verdict;
  let body = '{"nama":"Kominfo"}';
  const change = { staleWhileRevalidateMs: 60_000 };
  const use = { definition: { id: definition.id, requests: 'None', responses: 'Enforce' } } as const;
  const listener: RequestListener = (_request, response) => {
    response.setHeader('Content-Type', 'application/json').end(body);
  };
  await using place = await aCached(listener, change, use);
  const { gw, backend, clock } = place;
  gw.source.put(definition);
  assert.equal((await call(gw.port, `${base}/`)).text, '{"nama":"Kominfo"}');
  body = '"rusak"';
  clock.advance(61_000);
  assert.equal((await call(gw.port, `${base}/`)).text, '{"nama":"Kominfo"}');
  await until(() => backend.requests.length === 2);
  const failures = async () =>
    /validation_failures_total\{api="banten\/situs",direction="response"\} 1/.test(
      await gw.gateway.metrics.registry.metrics(),
    );
  let isCounted = false;
  await until(() => {
    void failures().then((found) => (isCounted = found));
    return isCounted;
  });
  assert.equal((await call(gw.port, `${base}/`)).text, '{"nama":"Kominfo"}');
});

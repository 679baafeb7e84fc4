import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, aRawBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const offered = ['json', 'xml', 'csv', 'php', 'phpserialize'] as const;

async function running(body: string, fields: Record<string, string> = {}) {
  const stack = new AsyncDisposableStack();
  const backend = stack.use(
    await aBackend((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', ETag: '"v1"', ...fields });
      response.end(body);
    }),
  );
  const api = anApi({ formats: offered, backend: backendAt(backend.url) });
  const gw = stack.use(await aRunningGateway([aTenant(), api]));
  return { backend, gw, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('a JSON answer is given in the format that the caller asks for', async () => {
  await using place = await running('[{"nama":"Kominfo","kode":36}]');
  const { gw, backend } = place;
  const csv = await call(gw.port, `${base}?format=csv&x=1`);
  assert.equal(csv.text, 'nama,kode\r\nKominfo,36\r\n');
  assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8; header=present');
  assert.equal(csv.headers['content-length'], String(csv.text.length));
  assert.deepEqual([csv.headers.etag, csv.headers.vary], ['W/"v1-csv"', 'Accept']);
  assert.equal(backend.requests[0]?.url, '/?x=1');
  assert.equal(backend.requests[0]?.headers.accept, 'application/json');
  const xml = await call(gw.port, base, { headers: { Accept: 'application/xml', 'Accept-Encoding': 'gzip' } });
  assert.match(xml.text, /<item><nama>Kominfo<\/nama><kode>36<\/kode><\/item>/);
  assert.equal(backend.requests[1]?.headers['accept-encoding'], undefined);
  const json = await call(gw.port, base);
  assert.deepEqual([json.text, json.headers.vary], ['[{"nama":"Kominfo","kode":36}]', 'Accept']);
  const head = await call(gw.port, `${base}?format=php`, { method: 'HEAD' });
  assert.equal(head.headers['content-type'], 'application/x-php; charset=utf-8');
  const metrics = await gw.gateway.metrics.registry.metrics();
  assert.match(metrics, /formatted_answers_total\{format="csv"\} 1/);
});

test('a format that is not offered is refused, in the query alone', async () => {
  await using place = await running('{}');
  assert.equal(codeOf(await call(place.gw.port, `${base}?format=yaml`)), 'GW_FORMAT_NOT_OFFERED');
  assert.equal(codeOf(await call(place.gw.port, `${base}?format=xml&format=csv`)), 'GW_FORMAT_NOT_OFFERED');
  assert.equal((await call(place.gw.port, base, { headers: { Accept: 'image/png' } })).text, '{}');
});

const untouched: [string, string, Record<string, string>][] = [
  ['no JSON after all', '{"a":', {}],
  ['another type', '<a/>', { 'Content-Type': 'text/html' }],
  ['encoded', '{}', { 'Content-Encoding': 'x-own' }],
  ['not to be changed', '{}', { 'Cache-Control': 'no-transform' }],
  ['too large', `["${'x'.repeat(3 * 1024 * 1024)}"]`, {}],
  ['a problem', '{}', { 'Content-Type': 'application/problem+json' }],
];

for (const [what, body, fields] of untouched) {
  test(`goes as it came: ${what}`, async () => {
    await using place = await running(body, fields);
    const answer = await call(place.gw.port, `${base}?format=xml`);
    assert.equal(answer.text, body);
    assert.equal(answer.headers['content-type'], fields['Content-Type'] ?? 'application/json');
  });
}

test('too large without saying so: goes as it came, whole', async () => {
  const body = JSON.stringify('x'.repeat(3 * 1024 * 1024));
  await using place = await running(body, { 'Transfer-Encoding': 'chunked' });
  assert.equal((await call(place.gw.port, `${base}?format=csv`)).text, body);
});

test('a backend that breaks off while its answer is held is told so', async () => {
  await using backend = await aRawBackend((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a"');
    setTimeout(() => socket.destroy(), 20);
  });
  const api = anApi({ formats: offered, backend: backendAt(backend.url) });
  await using gw = await aRunningGateway([aTenant(), api]);
  assert.equal(codeOf(await call(gw.port, `${base}?format=xml`)), 'GW_BACKEND_BROKE_OFF');
});

test('one stored answer serves all formats', async () => {
  let calls = 0;
  await using backend = await aBackend((_request, response) => {
    calls++;
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"a":1}');
  });
  const cache = {
    ttlMs: 60_000,
    maxBytes: 1000,
    keyHeaders: ['accept'],
    shared: true,
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 0,
  };
  await using gw = await aRunningGateway([
    aTenant(),
    anApi({ formats: offered, cache, backend: backendAt(backend.url) }),
  ]);
  assert.equal((await call(gw.port, `${base}?format=csv`)).text, 'a\r\n1\r\n');
  assert.equal((await call(gw.port, `${base}?format=phpserialize`)).text, 'a:1:{s:1:"a";i:1;}');
  assert.equal(calls, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { CompiledLogging } from '#api/compiled/contract.ts';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, until } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const all = { target: true, headers: ['x-instansi', 'x-nik'], bodies: { rate: 1, maxBytes: 100 } };
const mask = ['path.nik', 'query.npwp', 'header.x-nik', 'body.nik'];
const operations = [{ path: '/nik/{nik}', methods: [], limits: [] }];
const permitting = aGateway({ logging: { bodies: true, mask: ['body.nama'] } });
const json = { 'content-type': 'application/json' };

function served(url: string, logging: CompiledLogging) {
  return [aTenant(), anApi({ backend: backendAt(url), operations, logging })];
}

test('path, query, header fields and bodies are logged as the ApiService says, without what is masked', async () => {
  await using backend = await aBackend((request, response) => {
    response.setHeader('content-type', 'application/problem+json; charset=utf-8');
    request.pipe(response);
  });
  await using gw = await aRunningGateway([permitting, ...served(backend.url, { ...all, mask })]);
  const body = JSON.stringify({ nik: 'rahasia', kota: 'Serang', orang: [{ NIK: 'rahasia', nama: 'rahasia' }] });
  const headers = { ...json, 'X-Instansi': '36', 'X-Nik': 'rahasia', 'X-Lain': 'rahasia', 'x-api-key': 'rahasia' };
  const answer = await call(gw.port, `${base}/nik/rahasia?npwp=rahasia&tahun=2024`, { method: 'POST', body, headers });
  assert.equal(answer.text, body);
  await gw.logged(1);
  const [line = {}] = gw.calls;
  const { path, query, headers: fields, requestBody, answerBody } = line;
  const shownBody = '{"nik":"[masked]","kota":"Serang","orang":[{"NIK":"[masked]","nama":"[masked]"}]}';
  assert.deepEqual(
    { path, query, fields, requestBody, answerBody },
    {
      path: `${base}/nik/[masked]`,
      query: 'npwp=[masked]&tahun=2024',
      fields: { 'x-instansi': '36', 'x-nik': '[masked]' },
      requestBody: shownBody,
      answerBody: shownBody,
    },
  );
  assert.doesNotMatch(JSON.stringify(line), /rahasia/);
  assert.equal(backend.requests.length, 1);
});

test('the field that carries API keys is never logged, whoever asks for it', async () => {
  await using backend = await aBackend((_request, response) => response.end('ok'));
  const logging = { target: false, headers: ['x-api-key', 'x-instansi'], mask: [] };
  const authentication = { mode: 'Optional', keyManagers: [] } as const;
  const api = anApi({ backend: backendAt(backend.url), logging, authentication });
  await using gw = await aRunningGateway([permitting, aTenant(), api]);
  await call(gw.port, base, { headers: { 'x-api-key': 'rahasia', 'X-Instansi': '36' } });
  await gw.logged(1);
  assert.deepEqual(gw.calls[0]?.['headers'], { 'x-instansi': '36' });
});

const silent: readonly [name: string, gateway: ReturnType<typeof aGateway>, logging: CompiledLogging][] = [
  ['the gateway does not permit them', aGateway(), { ...all, mask: [] }],
  ['the rate is zero', permitting, { ...all, bodies: { rate: 0, maxBytes: 100 }, mask: [] }],
  ['the ApiService does not ask', permitting, { target: true, headers: [], mask: [] }],
];

for (const [name, gateway, logging] of silent) {
  test(`no bodies are logged where ${name}`, async () => {
    await using backend = await aBackend((_request, response) =>
      response.setHeader('content-type', 'application/json').end('{}'),
    );
    await using gw = await aRunningGateway([gateway, ...served(backend.url, logging)]);
    await call(gw.port, `${base}/nik/1`, { method: 'POST', body: '{}', headers: json });
    await gw.logged(1);
    assert.deepEqual(
      Object.keys(gw.calls[0] ?? {}).filter((field) => /body/i.test(field)),
      [],
    );
  });
}

test('a body that cannot be shown is passed on, and the line says why it is not there', async () => {
  await using backend = await aBackend((request, response) => {
    const encoding = request.headers['x-encoding'];
    if (typeof encoding === 'string') response.setHeader('content-encoding', encoding);
    response.setHeader('content-type', request.headers['content-type'] ?? 'text/plain');
    request.pipe(response);
  });
  await using gw = await aRunningGateway([permitting, ...served(backend.url, { ...all, mask })]);
  const cases: readonly [body: Buffer, headers: Record<string, string>, request: string, answer: string][] = [
    [Buffer.from('{"nik":'), json, 'Unreadable', 'Unreadable'],
    [Buffer.from('<nik>1</nik>'), { 'content-type': 'application/xml' }, 'NotJson', 'NotJson'],
    [Buffer.alloc(101, ' '), json, 'TooLarge', 'TooLarge'],
    [Buffer.from('{}'), { ...json, 'transfer-encoding': 'chunked' }, 'Streamed', 'none'],
    [gzipSync('{"nik":1}'), { ...json, 'content-encoding': 'gzip', 'x-encoding': 'gzip' }, 'Encoded', 'Encoded'],
  ];
  for (const [index, [body, headers, request, answer]] of cases.entries()) {
    const { text } = await call(gw.port, `${base}/nik/1`, { method: 'POST', body, headers });
    assert.equal(text.length > 0, true);
    await gw.logged(index + 1);
    const line = gw.calls[index] ?? {};
    assert.equal(line['requestBodyOmitted'], request);
    assert.equal(line['answerBodyOmitted'] ?? 'none', answer);
    assert.equal(line['bytesIn'], body.length);
  }
});

test('an API without operations has no path in its lines, because nobody says what is a value there', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const api = anApi({ backend: backendAt(backend.url), logging: { target: true, headers: [], mask: [] } });
  await using gw = await aRunningGateway([aTenant(), api]);
  await call(gw.port, `${base}/nik/abc?x=1`);
  await until(() => gw.calls.length === 1);
  assert.equal(gw.calls[0]?.['path'], undefined);
  assert.equal(gw.calls[0]?.['query'], 'x=1');
});

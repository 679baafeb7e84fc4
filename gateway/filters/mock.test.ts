import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDefinition } from '#api/openapi/read-definition.ts';
import { anApi, aTenant } from '../testing/compiled.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from '../testing/test-gateway.ts';

const base = '/banten/situs/v1';
const document = `
openapi: 3.1.0
info: { title: Situs, version: 1.0.0 }
paths:
  /situs/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      responses:
        '404': { description: Tidak ada, content: { application/problem+json: { example: { title: Tidak ada } } } }
        '200':
          description: Ada
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Situs' }
              examples:
                biasa: { value: { nama: Kominfo } }
                kosong: { value: { nama: '' } }
            text/csv: { example: "nama\\nKominfo\\n" }
    delete: { responses: { '204': { description: Hilang } } }
  /situs:
    get:
      responses:
        2XX: { description: Semua, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Situs' } } } } }
    post: { responses: { '201': { description: Ada, content: { application/json: { schema: { type: string, pattern: '^x+$' } } } } } }
components:
  schemas:
    Situs:
      allOf:
        - { type: object, required: [nama], properties: { nama: { type: string, minLength: 8 }, sejak: { type: string, format: date } } }
        - { properties: { jenis: { enum: [dinas, badan] }, nilai: { type: integer, minimum: 5 }, induk: { $ref: '#/components/schemas/Situs' } } }
`;
const verdict = readDefinition(document);
assert.ok(verdict.ok);
const { definition } = verdict;
const use = { id: definition.id, requests: 'None', responses: 'None' } as const;
const nowhere = { endpoints: [], timeoutMs: 1000, connectTimeoutMs: 1000 };

async function running(change: object = {}) {
  return await aRunningGateway([
    aTenant(),
    definition,
    anApi({ definition: use, mock: 'Always', backend: nowhere, ...change }),
  ]);
}

const asked = (port: number, path: string, prefer = '', more: object = {}) =>
  call(port, `${base}${path}`, { headers: { ...(prefer === '' ? {} : { Prefer: prefer }), ...more } });

test('an API without a backend answers with the first example of the least success', async () => {
  await using gw = await running();
  const answer = await asked(gw.port, '/situs/1');
  assert.deepEqual([answer.status, answer.text], [200, '{"nama":"Kominfo"}']);
  const { 'content-type': type, 'simpul-mock': from, 'cache-control': stored } = answer.headers;
  assert.deepEqual([type, from, stored], ['application/json', 'example', 'no-store']);
  await gw.logged(1);
  assert.equal(gw.calls[0]?.['mock'], true);
});

test('callers choose by Prefer and Accept', async () => {
  await using gw = await running();
  const missing = await asked(gw.port, '/situs/1', 'code=404');
  assert.deepEqual([missing.status, missing.text], [404, '{"title":"Tidak ada"}']);
  assert.deepEqual(
    [missing.headers['preference-applied'], missing.headers['content-type']],
    ['code=404', 'application/problem+json'],
  );
  assert.equal((await asked(gw.port, '/situs/1', 'respond-async, example="kosong"')).text, '{"nama":""}');
  assert.equal((await asked(gw.port, '/situs/1', 'code=200; example=biasa')).text, '{"nama":"Kominfo"}');
  assert.equal((await asked(gw.port, '/situs/1', '', { Accept: 'text/csv' })).text, 'nama\nKominfo\n');
  const gone = await call(gw.port, `${base}/situs/1`, { method: 'DELETE' });
  assert.deepEqual([gone.status, gone.text], [204, '']);
});

test('without examples the schema is shown, as far as it says how', async () => {
  await using gw = await running();
  const all = await asked(gw.port, '/situs');
  assert.deepEqual([all.status, all.headers['simpul-mock']], [200, 'schema']);
  const [first] = JSON.parse(all.text) as Record<string, unknown>[];
  const { nama, sejak, jenis, nilai } = first ?? {};
  assert.deepEqual([nama, sejak, jenis, nilai], ['contoh--', '2026-01-01', 'dinas', 5]);
  assert.equal((await asked(gw.port, '/situs', 'code=206')).status, 206);
});

test('what the definition does not have is refused', async () => {
  await using gw = await running();
  assert.equal(codeOf(await asked(gw.port, '/situs/1', 'code=500')), 'GW_MOCK_MISSING');
  assert.equal(codeOf(await asked(gw.port, '/situs/1', 'example=lain')), 'GW_MOCK_MISSING');
  assert.equal(codeOf(await call(gw.port, `${base}/situs`, { method: 'POST' })), 'GW_MOCK_MISSING');
  assert.equal(codeOf(await asked(gw.port, '/lain')), 'GW_OPERATION_NOT_FOUND');
  assert.equal(codeOf(await call(gw.port, `${base}/situs`, { method: 'PUT' })), 'GW_METHOD_NOT_ALLOWED');
});

test('beside a backend only those who prefer an answer get it', async () => {
  await using backend = await aBackend((_request, response) => response.end('asli'));
  await using gw = await running({ mock: 'Preferred', backend: backendAt(backend.url) });
  assert.equal((await asked(gw.port, '/situs/1')).text, 'asli');
  assert.equal((await asked(gw.port, '/situs/1', 'respond-async')).text, 'asli');
  assert.equal((await asked(gw.port, '/situs/1', 'code=404')).status, 404);
});

test('a call that breaks the definition is refused before it is answered', async () => {
  await using gw = await running({ definition: { ...use, requests: 'Enforce' } });
  assert.equal(codeOf(await asked(gw.port, '/situs/x')), 'GW_REQUEST_INVALID');
  assert.equal((await asked(gw.port, '/situs/1')).status, 200);
});

test('without mock answers an API without a backend says so', async () => {
  const { mock: _, ...api } = anApi({ definition: use, mock: 'Always', backend: nowhere });
  await using gw = await aRunningGateway([aTenant(), definition, api]);
  assert.equal(codeOf(await asked(gw.port, '/situs/1')), 'GW_NO_ENDPOINT');
});

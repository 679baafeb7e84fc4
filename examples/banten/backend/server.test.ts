import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { formatCsv, parseCsv } from './csv.ts';
import { siteServer } from './server.ts';
import { readSites } from './sites.ts';

const file = new URL('../data/banten-sites.csv', import.meta.url);

describe('csv', () => {
  test('what was written is read back', () => {
    const table = fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 5 }), { maxLength: 8 });
    fc.assert(fc.property(table, (rows) => assert.deepEqual(parseCsv(formatCsv(rows)), rows)));
  });

  test('quotes, commas and line breaks inside a field belong to it', () => {
    assert.deepEqual(parseCsv('a,b\n"x, ""y""\nz",\n'), [
      ['a', 'b'],
      ['x, "y"\nz', ''],
    ]);
  });
});

describe('site server', () => {
  const server = siteServer(readSites(file));
  let base = '';
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  test('all rows come as JSON, gaps as null', async () => {
    const response = await fetch(`${base}/situs`);
    assert.equal(response.headers.get('content-type'), 'application/json');
    const rows = (await response.json()) as Record<string, unknown>[];
    assert.equal(rows.length, 100);
    assert.deepEqual(Object.keys(rows[0]!), ['no', 'opd', 'url', 'posisi_server', 'jenis', 'keterangan']);
    assert.equal(rows[87]!['no'], 88);
    assert.equal(rows[87]!['url'], null);
  });

  test('as CSV they are the file', async () => {
    const text = await (await fetch(`${base}/situs`, { headers: { accept: 'text/csv' } })).text();
    assert.equal(text.replaceAll('\r\n', '\n'), readFileSync(file, 'utf8'));
  });

  const cases = [
    { name: 'one row by its number', path: '/situs/3', status: 200, includes: '"url":"sipo.bantenprov.go.id"' },
    { name: 'one row as CSV', path: '/situs/3?format=csv', status: 200, includes: '3,Badan Kepegawaian Daerah,sipo' },
    { name: 'a filter ignores case', path: '/situs?jenis=aplikasi&no=2', status: 200, includes: '"no":2' },
    { name: 'a filter that nothing fits gives no rows', path: '/situs?jenis=x', status: 200, includes: '[]' },
    { name: 'weights decide', path: '/situs', accept: 'text/csv;q=0.5, application/json', status: 200, includes: '[{' },
    { name: 'a type with weight 0 is not sent', path: '/situs', accept: 'text/csv;q=0', status: 406, includes: 'csv' },
    { name: 'an unknown format is refused', path: '/situs?format=xml', status: 406, includes: 'json or csv' },
    { name: 'an unknown column is named', path: '/situs?status=Aktif', status: 400, includes: 'posisi_server' },
    { name: 'an unknown row is named', path: '/situs/101', status: 404, includes: '101' },
    { name: 'an unknown path is named', path: '/x', status: 404, includes: '/situs' },
    { name: 'a deeper path is unknown', path: '/situs/1/2', status: 404, includes: '/situs/1/2' },
  ];
  for (const { name, path, accept = '*/*', status, includes } of cases) {
    test(name, async () => {
      const response = await fetch(base + path, { headers: { accept } });
      assert.equal(response.status, status);
      const body = await response.text();
      assert.ok(body.includes(includes), body);
    });
  }

  test('HEAD has the length and no body', async () => {
    const [head, get] = await Promise.all([fetch(`${base}/situs`, { method: 'HEAD' }), fetch(`${base}/situs`)]);
    assert.equal(head.headers.get('content-length'), get.headers.get('content-length'));
    assert.equal(await head.text(), '');
    await get.text();
  });

  test('writing is refused with what is allowed', async () => {
    const response = await fetch(`${base}/situs`, { method: 'POST', body: '{}' });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'GET, HEAD');
    await response.text();
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maskedJson } from './masked-json.ts';
import { maskedPath, maskedQuery } from './masked-target.ts';
import { buildMasks, looksPersonal } from './masks.ts';

const masks = [buildMasks(['path.nik', 'query.npwp', 'body.nik', 'body.orang.nama']), buildMasks(['query.kk'])];

const queries: readonly [name: string, query: string, shown: string][] = [
  ['masked and not', '?npwp=12-ab&tahun=2024', 'npwp=[masked]&tahun=2024'],
  ['by the gateway', '?kk=12', 'kk=[masked]'],
  [
    'another spelling of the name',
    '?NPWP=1&n%70wp=2&wajib[npwp]=3&npwp[]=4',
    'NPWP=[masked]&npwp=[masked]&wajib[npwp]=[masked]&npwp[]=[masked]',
  ],
  ['a semicolon separates', '?a=1;npwp=2', 'a=1&npwp=[masked]'],
  ['a query within a value', '?kembali=%2Fx%3Fnpwp%3D12', 'kembali=[unreadable]'],
  ['a query within a value, escaped twice', '?kembali=npwp%253D12', 'kembali=[unreadable]'],
  ['a personal number under any name', '?q=3671012345670001&x=36.71.01-234567-0001', 'q=[masked]&x=[masked]'],
  ['a personal number, escaped', '?q=%33671012345670001', 'q=[masked]'],
  ['a value without a name', '?3671012345670001', '[unreadable]'],
  ['a personal number within a name', '?n3671012345670001=1&n3671012345670001', '[unreadable]&[unreadable]'],
  ['a word without a value', '?wsdl', 'wsdl'],
  ['a masked name without a value', '?npwp&wsdl', '[masked]&wsdl'],
  ['escapes that are none', '?a=%zz&b=%ff', 'a=[unreadable]&b=[unreadable]'],
];

for (const [name, query, shown] of queries) {
  test(`query: ${name}`, () => assert.equal(maskedQuery(query, masks), shown));
}

const paths: readonly [name: string, path: string, operation: string, shown: string][] = [
  ['literals stay', '/a/b', '/a/b', '/a/b'],
  ['a masked parameter', '/nik/abc', '/nik/{nik}', '/nik/[masked]'],
  ['another parameter', '/kota/serang/x', '/kota/{nama}/x', '/kota/serang/x'],
  ['a personal number', '/cari/3671012345670001', '/cari/{apa}', '/cari/[masked]'],
  ['matrix parameters', '/cari/x;nik=1', '/cari/{apa}', '/cari/[unreadable]'],
  ['what stands behind the operation is not shown', '/berkas/a/b', '/berkas/*', '/berkas/*'],
];

for (const [name, path, operation, shown] of paths) {
  test(`path: ${name}`, () => assert.equal(maskedPath(path, operation, masks), shown));
}

const bodies: readonly [name: string, body: string, shown: string | undefined][] = [
  ['at any depth', '{"nik":1,"a":[{"NIK":"x","b":2}]}', '{"nik":"[masked]","a":[{"NIK":"[masked]","b":2}]}'],
  ['all below it', '{"nik":{"x":[1]}}', '{"nik":"[masked]"}'],
  ['only within', '{"nama":"a","orang":[{"nama":"b"}]}', '{"nama":"a","orang":[{"nama":"[masked]"}]}'],
  ['a dot within a name', '{"orang.nama":"b"}', '{"orang.nama":"[masked]"}'],
  ['escapes in a name', '{"n\\u0069k":"x"}', '{"nik":"[masked]"}'],
  ['doubled', '{"nik":"x","nik":"y"}', '{"nik":"[masked]"}'],
  ['a personal number, also as a name', '{"q":3671012345670001,"3671012345670001":1}', '{"q":"[masked]","[masked]":1}'],
  ['JSON within a string', '{"q":"{\\"nik\\":1}"}', '{"q":"[unreadable]"}'],
  ['XML within a string', '{"q":"<nik>1</nik>"}', '{"q":"[unreadable]"}'],
  ['no JSON', '{"nik":1', undefined],
  ['no UTF-8', '\xff', undefined],
];

for (const [name, body, shown] of bodies) {
  test(`body: ${name}`, () => assert.equal(maskedJson(Buffer.from(body, 'latin1'), masks), shown));
}

test('body: nesting without end costs no stack', () => {
  const body = Buffer.from(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
  assert.ok((maskedJson(body, masks) ?? '').length < 100);
});

test('what looks personal has 15 digits in a row', () => {
  assert.deepEqual(
    ['3671012345670001', '01.234.567.8-912.345', '12345678901234', '1234567890a1234567890', '2024-01-02 03:04:05'].map(
      looksPersonal,
    ),
    [true, true, false, false, false],
  );
});

/** Letters that nothing else here is made of. */
const secret = fc.stringMatching(/^[QZ]{12}$/);
const word = fc.stringMatching(/^[a-z]{1,8}$/);

test('no masked value is ever written, wherever it stands in a body', () => {
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      word,
      fc.integer(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(word, tie('tree'), { maxKeys: 3 }),
      fc.record({ nik: fc.oneof(secret, fc.array(secret), fc.dictionary(word, secret)), lain: tie('tree') }),
      fc.record({ orang: fc.record({ NAMA: secret }) }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const shown = maskedJson(Buffer.from(JSON.stringify(value)), masks) ?? '';
      assert.doesNotMatch(shown, /[QZ]{4}/);
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 1000) },
  );
});

test('no masked value is ever written, however its parameter is spelt', () => {
  const escaped = (text: string, choices: readonly boolean[]): string =>
    [...text].map((c, i) => (choices[i] ? `%${c.charCodeAt(0).toString(16)}` : c)).join('');
  const choices = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 });
  const name = fc.constantFrom('npwp', 'NPWP', 'Npwp', 'npwp[]', 'a[npwp]', 'a.npwp', 'kk');
  const pair = fc
    .tuple(name, secret, choices)
    .map(([key, value, how]) => `${escaped(key, how)}=${escaped(value, how)}`);
  const noise = fc.oneof(fc.webQueryParameters(), fc.constantFrom('', '=', '%', '&&', 'x', 'a=b=c', '%3D'));
  fc.assert(
    fc.property(fc.array(fc.oneof(pair, noise)), fc.constantFrom('&', ';'), (parts, separator) => {
      assert.doesNotMatch(maskedQuery(`?${parts.join(separator)}`, masks), /Q{3}|Z{3}|[QZ]{8}/);
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 1000) },
  );
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { programPath } from '#tools/testing/programs.ts';
import { toCsv } from './csv.ts';
import { acceptedFormat } from './formats.ts';
import { toPhpArray, toPhpSerialized } from './php.ts';
import { readJson, type Value } from './read-json.ts';
import { toXml } from './xml.ts';

const rows: Value = [
  { nama: 'Siti "Aja" O\'Neil', catatan: 'a,b\r\nc', nik: 3601012345678901, aktif: true, nilai: 0.5, kosong: null },
  { nama: 'Pelabuhan Ratu — é', catatan: '', nik: 1, lain: ['x', { y: 2 }] },
];

test('Accept chooses by weight, and then by the order of the API', () => {
  const offered = ['json', 'xml', 'csv'] as const;
  const cases: [string, string | undefined][] = [
    ['', undefined],
    ['image/png', undefined],
    ['*/*', 'json'],
    ['text/csv', 'csv'],
    ['text/*', 'xml'],
    ['application/json;q=0.1, application/xml', 'xml'],
    ['application/*;q=0.8, application/json;q=0', 'xml'],
    ['TEXT/CSV; header=present; Q=1', 'csv'],
    ['text/csv;q=2', undefined],
    ['application/vnd.php.serialized', undefined],
  ];
  for (const [accept, format] of cases) assert.equal(acceptedFormat(accept, offered), format, accept);
});

test('whole numbers keep their digits', () => {
  assert.deepEqual(readJson('[123456789012345678, 1.5, -0, 1e3]'), [123456789012345678n, 1.5, -0, 1000]);
  assert.equal(readJson('{"a":'), undefined);
  assert.equal(readJson('['.repeat(300) + ']'.repeat(300)), undefined);
});

test('CSV: a line of names, null apart from empty text, nested values as JSON', () => {
  assert.equal(
    toCsv(rows),
    'nama,catatan,nik,aktif,nilai,kosong,lain\r\n' +
      '"Siti ""Aja"" O\'Neil","a,b\r\nc",3601012345678901,true,0.5,,\r\n' +
      'Pelabuhan Ratu — é,"",1,,,,"[""x"",{""y"":2}]"\r\n',
  );
  assert.equal(toCsv({ jumlah: 2, data: [{ a: 1 }, { a: 2 }] }), 'a\r\n1\r\n2\r\n');
  assert.equal(toCsv({ a: 1, b: 'x' }), 'a,b\r\n1,x\r\n');
  assert.equal(toCsv([1, 'constructor']), 'value\r\n1\r\nconstructor\r\n');
  assert.equal(toCsv([{ a: 1 }, { toString: 2 }]), 'a,toString\r\n1,\r\n,2\r\n');
});

test('XML: names that are none stand in an attribute, characters that cannot be written are replaced', () => {
  const text = toXml({ nama: 'a<b&"c"', '1x': [1, null], 'x:y': '\u0000', 'xml-a': '' });
  assert.match(text, /<nama>a&lt;b&amp;&quot;c&quot;<\/nama>/);
  assert.match(text, /<member name="1x"><item>1<\/item><item xsi:nil="true"\/><\/member>/);
  assert.match(text, /<member name="x:y">\ufffd<\/member><member name="xml-a"><\/member>/);
});

/** What PHP makes of it, as JSON. */
function phpReads(reads: string, text: string): unknown {
  const flags = 'JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION';
  const script = `$text = stream_get_contents(STDIN); echo json_encode(${reads}, ${flags});`;
  const run = spawnSync(programPath('php8.2'), ['-d', 'serialize_precision=-1', '-r', script], {
    input: text,
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stderr + run.stdout);
  return readJson(run.stdout);
}

const eval_ = 'eval("return $text;")';
const unserialize = 'unserialize($text, ["allowed_classes" => false])';

test('PHP reads both of its formats as they were meant', () => {
  const value: Value = {
    rows,
    "a\\'b": [],
    '7': 'key',
    '-0': 1,
    besar: 123456789012345678n,
    terkecil: -(2n ** 63n),
    _: 1.0e25,
  };
  const expected = { ...value, besar: 123456789012345678n };
  assert.deepEqual(phpReads(eval_, toPhpArray(value)), expected);
  assert.deepEqual(phpReads(unserialize, toPhpSerialized(value)), expected);
});

test('PHP reads whatever JSON can say', { timeout: 120_000 }, () => {
  const values = fc.sample(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 5 }), { numRuns: 200, seed: 7 });
  const texts = values.map((value) => readJson(JSON.stringify(value)) as Value);
  assert.deepEqual(phpReads(eval_, toPhpArray(texts)), plain(texts));
  assert.deepEqual(phpReads(unserialize, toPhpSerialized(texts)), plain(texts));
});

/** PHP has no objects apart from arrays: an empty one, and one whose keys are 0, 1, 2 …, is a list. Beyond 64 bits numbers are texts. */
function plain(value: Value): unknown {
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value) return String(value);
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? 0 : value;
  const isListed = Object.keys(value).every((key, i) => key === String(i));
  if (isListed) return Object.values(value).map((part) => plain(part as Value));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part as Value)]));
}

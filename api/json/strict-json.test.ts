import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseStrictJson } from './strict-json.ts';

test('reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      assert.deepEqual(parseStrictJson(text, 32), { ok: true, value: JSON.parse(text) });
    }),
  );
});

test('never throws, and takes nothing that JSON.parse refuses', () => {
  const alphabet = fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '1', 'a', ' ', 'true', '"a":1');
  fc.assert(
    fc.property(fc.array(alphabet), (parts) => {
      const text = parts.join('');
      const verdict = parseStrictJson(text, 4);
      if (verdict.ok) assert.deepEqual(verdict.value, JSON.parse(text));
    }),
  );
});

const refused = [
  { name: 'a name twice', text: '{"a":1,"a":2}', fault: 'a name stands twice in an object' },
  { name: 'a name twice below', text: '[{"b":{"a":1,"a":1}}]', fault: 'a name stands twice in an object' },
  { name: 'a name twice, once escaped', text: '{"a":1,"\\u0061":2}', fault: 'a name stands twice in an object' },
  { name: 'too deep', text: `${'['.repeat(5)}${']'.repeat(5)}`, fault: 'nested too deeply' },
  { name: 'a million brackets', text: '['.repeat(1_000_000), fault: 'nested too deeply' },
  { name: 'half a string', text: '"\\"', fault: 'not JSON' },
  { name: 'nothing', text: '', fault: 'not JSON' },
  { name: 'a byte order mark', text: '\ufeff{}', fault: 'not JSON' },
];

for (const { name, text, fault } of refused) {
  test(`refused: ${name}`, () => assert.deepEqual(parseStrictJson(text, 4), { ok: false, fault }));
}

test('quotes and brackets inside of strings do not count', () => {
  const text = '{"a:{[":"\\\\","b":"\\"}]:"}';
  assert.deepEqual(parseStrictJson(text, 1), { ok: true, value: JSON.parse(text) });
  assert.equal(parseStrictJson('{"__proto__":{"a":1}}', 4).ok, true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from './line-splitter.ts';

function split(bytes: Uint8Array, cuts: readonly number[]): { lines: string[]; unfinished: boolean } {
  const splitter = new LineSplitter(1_000_000);
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const lines = edges.slice(1).flatMap((end, index) => [...splitter.push(bytes.subarray(edges[index], end))]);
  return { lines, unfinished: splitter.unfinished };
}

test('lines are the same however the bytes are cut, also within a character', () => {
  const line = fc
    .string({ unit: 'grapheme' })
    .filter((text) => !/[\n\r]/.test(text) && text.trim() === text && text !== '');
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      assert.deepEqual(split(bytes, cuts), { lines, unfinished: false });
    }),
  );
});

test('empty lines are left out', () => {
  assert.deepEqual(split(Buffer.from('a\n\n\r\nb\n'), []).lines, ['a', 'b']);
});

test('a stream that ends within a line is unfinished', () => {
  assert.deepEqual(split(Buffer.from('a\nhalf'), [3]), { lines: ['a'], unfinished: true });
});

test('a line over the bound is refused before it is complete', () => {
  const splitter = new LineSplitter(10);
  assert.deepEqual([...splitter.push(Buffer.from('123456789\n'))], ['123456789']);
  assert.throws(() => [...splitter.push(Buffer.from('12345')), ...splitter.push(Buffer.from('678901'))], {
    code: 'STORE_InternalError',
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isUnder } from './path-prefix.ts';

const judged: readonly [path: string, prefix: string, under: boolean][] = [
  ['/a', '/a', true],
  ['/a/b', '/a', true],
  ['/ab', '/a', false],
  ['/a', '/a/b', false],
  ['/b/a', '/a', false],
  ['/a', '/', true],
  ['/', '/', true],
  ['/', '/a', false],
];

for (const [path, prefix, under] of judged) {
  test(`${path} is ${under ? '' : 'not '}under ${prefix}`, () => assert.equal(isUnder(path, prefix), under));
}

test('a path is under another exactly when its segments begin with all of the other', () => {
  const segments = fc.array(fc.constantFrom('a', 'ab', 'b'), { maxLength: 4 });
  fc.assert(
    fc.property(segments, segments, (path, prefix) => {
      const wanted = prefix.every((segment, index) => path[index] === segment);
      assert.equal(isUnder(`/${path.join('/')}`, `/${prefix.join('/')}`), wanted);
    }),
  );
});

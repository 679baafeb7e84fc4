import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions } from './resource-version.ts';

test('versions are ordered as numbers, however long they are', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 80n }), fc.bigInt({ min: 0n, max: 1n << 80n }), (a, b) => {
      const wanted = a < b ? -1 : a > b ? 1 : 0;
      assert.equal(Math.sign(compareVersions(String(a), String(b))), wanted);
    }),
  );
});

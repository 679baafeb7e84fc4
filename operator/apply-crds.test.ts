import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNewer } from './apply-crds.ts';

test('versions are compared by their numbers', () => {
  assert.deepEqual(
    [
      ['0.10.0', '0.9.0'],
      ['1.0.0', '1.0.0-rc.1'],
      ['0.9.0', '0.10.0'],
      ['1.0.0-rc.1', '1.0.0'],
      ['1.0.0', '1.0.0'],
      ['odd', '0.1.0'],
    ].map(([present = '', version = '']) => isNewer(present, version)),
    [true, true, false, false, false, false],
  );
});

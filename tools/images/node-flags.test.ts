import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeFlagsOf } from './node-flags.ts';

test('the flags of Node.js of an image are read from its Dockerfile', async () => {
  assert.deepEqual(await nodeFlagsOf('gateway'), ['--initial-heap-size=256']);
  assert.deepEqual(await nodeFlagsOf('operator'), []);
  await assert.rejects(nodeFlagsOf('none'), /no ENTRYPOINT for none/);
});

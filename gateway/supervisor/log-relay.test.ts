import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { relayLines } from './log-relay.ts';

test('whole lines alone go on, with how many they are, wherever the writes were cut', async () => {
  const output = new PassThrough();
  const written: [string, number][] = [];
  relayLines(output, (lines, count) => written.push([lines, count]));
  for (const chunk of ['{"a":1}\n{"b"', ':2}', '\n', '{"c":3}\n{"d":4}\n{"torn":']) {
    output.write(chunk);
    await new Promise(setImmediate);
  }
  output.end();
  await finished(output);
  assert.deepEqual(written, [
    ['{"a":1}', 1],
    ['{"b":2}', 1],
    ['{"c":3}\n{"d":4}', 2],
  ]);
});

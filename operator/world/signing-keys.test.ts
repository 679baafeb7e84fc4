import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRotation, publishedBeforeMs } from './signing-keys.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = 1_800_000_000_000;
const key = (kid: string, signsFrom: number) => ({ kid, signsFrom, privateKey: '' });

test('the first key signs at once', () => {
  assert.deepEqual(planRotation([], day, start), { kept: [], nextFrom: start });
});

test('the next key is made ten minutes before it signs, and once', () => {
  const first = key('a', start);
  const early = start + day - publishedBeforeMs - 1;
  assert.deepEqual(planRotation([first], day, early), { kept: [first], nextFrom: undefined });
  const nextFrom = start + day;
  assert.deepEqual(planRotation([first], day, early + 1), { kept: [first], nextFrom });
  const both = [first, key('b', nextFrom)];
  assert.deepEqual(planRotation(both, day, early + 2), { kept: both, nextFrom: undefined });
});

test('an operator that was away publishes first all the same', () => {
  const late = start + 10 * day;
  assert.deepEqual(planRotation([key('a', start)], day, late).nextFrom, late + publishedBeforeMs);
});

test('an old key goes when the last of its tokens has expired, whatever the order', () => {
  const both = [key('b', start + day), key('a', start)];
  const last = start + day + hour + publishedBeforeMs;
  const kidsAt = (now: number) => planRotation(both, 30 * day, now).kept.map(({ kid }) => kid);
  assert.deepEqual(kidsAt(last - 1), ['a', 'b']);
  assert.deepEqual(kidsAt(last), ['b']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attempts } from './attempts.ts';

test('each may try so often in a window, and again in the next one', () => {
  const attempts = new Attempts(2, 60_000);
  const admitted = (who: string, now: number) => attempts.admit(who, now);
  assert.deepEqual([admitted('a', 0), admitted('a', 59_999), admitted('a', 59_999)], [true, true, false]);
  assert.equal(admitted('b', 59_999), true);
  assert.deepEqual([admitted('a', 60_000), admitted('a', 119_999), admitted('a', 119_999)], [true, true, false]);
});

test('names that are made up cost a bounded memory, and who tries on is not forgotten for them', () => {
  const attempts = new Attempts(1, 60_000);
  assert.equal(attempts.admit('a', 0), true);
  for (let i = 0; i < 10_000; i++) {
    attempts.admit(`made-up-${i}`, 0);
    if (i % 1000 === 0) assert.equal(attempts.admit('a', 0), false);
  }
});

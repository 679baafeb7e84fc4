import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from './backoff.ts';

const waits = (random: number, count: number) => {
  const backoff = new Backoff({ baseMs: 100, capMs: 1_000, random: () => random });
  return Array.from({ length: count }, () => backoff.next());
};

test('waits double up to the cap, and jitter takes at most half of them', () => {
  assert.deepEqual(waits(1, 6), [100, 200, 400, 800, 1_000, 1_000]);
  assert.deepEqual(waits(0, 6), [50, 100, 200, 400, 500, 500]);
});

test('a success begins anew', () => {
  const backoff = new Backoff({ baseMs: 100, capMs: 1_000, random: () => 1 });
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.failures, 0);
  assert.equal(backoff.next(), 100);
});

test('a thousand failures do not overflow', () => {
  assert.equal(waits(1, 2_000).at(-1), 1_000);
});

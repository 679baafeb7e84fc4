import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bandwidth, BandwidthPool } from './bandwidth.ts';
import { maxKeysPerLimit } from './limit-bounds.ts';

const rate = 1000;

/** How many pieces of 10 bytes go out at once. */
function burstOf(bandwidth: Bandwidth, key: string, steady: number): number {
  let pieces = 0;
  while (bandwidth.waitMs(key, rate, steady) === 0) {
    bandwidth.take(key, 10);
    pieces++;
  }
  return pieces;
}

test('after a pause, however long, a tenth of a second goes out at once', () => {
  const bandwidth = new Bandwidth('x');
  assert.equal(burstOf(bandwidth, 'a', 0), 11, 'the last one overdraws');
  assert.equal(bandwidth.waitMs('a', rate, 0), 10);
  assert.equal(bandwidth.waitMs('a', rate, 10), 0);
  assert.equal(burstOf(bandwidth, 'a', 3_600_000), 11);
});

test('what was overdrawn is paid back, and each key pays its own', () => {
  const bandwidth = new Bandwidth('x');
  assert.equal(bandwidth.waitMs('a', rate, 0), 0);
  bandwidth.take('a', 5100);
  assert.equal(bandwidth.waitMs('a', rate, 0), 5000);
  assert.equal(bandwidth.waitMs('a', 2 * rate, 0), 2500, 'at once at the new rate of an edited limit');
  assert.equal(bandwidth.waitMs('b', rate, 0), 0);
});

test('a flood of keys shares one bucket, and is forgotten when nothing is owed', () => {
  const pool = new BandwidthPool();
  const bandwidth = pool.acquire('x');
  for (let i = 0; i < maxKeysPerLimit; i++) bandwidth.waitMs(`made-up-${i}`, rate, 0);
  burstOf(bandwidth, 'one more', 0);
  assert.ok(bandwidth.waitMs('yet another', rate, 0) > 0);
  assert.equal(bandwidth.waitMs('made-up-0', rate, 0), 0);
  pool.sweep(1000);
  burstOf(bandwidth, 'one more', 1000);
  assert.equal(bandwidth.waitMs('yet another', rate, 1000), 0);
});

test('who owes is not forgotten by a sweep', () => {
  const pool = new BandwidthPool();
  const bandwidth = pool.acquire('x');
  bandwidth.waitMs('a', rate, 0);
  bandwidth.take('a', 5100);
  pool.sweep(1000);
  assert.equal(bandwidth.waitMs('a', rate, 1000), 4000);
});

test('an edited limit goes on, one that nobody states begins anew', () => {
  const pool = new BandwidthPool();
  const bandwidth = pool.acquire('x');
  assert.equal(pool.acquire('x'), bandwidth);
  pool.release(bandwidth);
  assert.equal(pool.acquire('x'), bandwidth);
  for (let i = 0; i < 2; i++) pool.release(bandwidth);
  assert.notEqual(pool.acquire('x'), bandwidth);
});

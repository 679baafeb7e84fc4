import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { GatewayError } from '../errors.ts';
import { TestClock } from '../testing/test-clock.ts';
import type { ChannelTaker } from './backend-channel.ts';
import { ConnectionPool, type OpenSocket } from './connection-pool.ts';

class NoConnection extends Error {}

const bounds = { maxConnections: 1024, maxPendingRequests: 1024 };

/** A pool whose attempts all wait to be told that they fail. */
function aPool(change: Partial<typeof bounds> = {}) {
  const attempts: ((opened: Socket | Error) => void)[] = [];
  const pool = new ConnectionPool({
    clock: new TestClock(),
    open: (done) => attempts.push(done),
    ...bounds,
    ...change,
  });
  const failAll = () => {
    for (const attempt of attempts.splice(0)) attempt(new NoConnection('refused'));
  };
  return { pool, attempts, failAll };
}

class Taker implements ChannelTaker {
  isDone = false;
  failures = 0;
  /** Why it got none. */
  error: Error | undefined = undefined;

  onConnection(): void {
    assert.fail('there is no connection');
  }

  onNoConnection(error: Error): void {
    this.error = error;
    this.failures++;
    this.isDone = true;
  }
}

function takers(count: number): Taker[] {
  return Array.from({ length: count }, () => new Taker());
}

test('a call that is sent again takes no attempt from those who wait', () => {
  const { pool, attempts, failAll } = aPool();
  const [again, other] = [new Taker(), new Taker()];
  pool.acquireFresh(again);
  pool.acquire(other);
  assert.equal(attempts.length, 2);
  failAll();
  assert.deepEqual([again.failures, other.failures], [1, 1]);
});

test('everyone who waits gets an attempt, also when those before fail', () => {
  const { pool, attempts, failAll } = aPool();
  const all = takers(1500);
  for (const taker of all) pool.acquire(taker);
  assert.equal(attempts.length, 1024);
  failAll();
  assert.equal(attempts.length, 476);
  failAll();
  assert.ok(all.every(({ failures }) => failures === 1));
});

test('who has given up neither waits nor hears of it', () => {
  const { pool, attempts, failAll } = aPool();
  const [gone, other] = [new Taker(), new Taker()];
  pool.acquire(gone);
  gone.isDone = true;
  pool.forget(gone);
  pool.acquire(other);
  // The attempt that was begun for the first serves the second as well.
  assert.equal(attempts.length, 1);
  failAll();
  assert.deepEqual([gone.failures, other.failures], [0, 1]);
});

test('a call that has ended while it waited is passed over', () => {
  const { pool, failAll } = aPool({ maxConnections: 1 });
  const [first, gone, other] = [new Taker(), new Taker(), new Taker()];
  for (const taker of [first, gone, other]) pool.acquire(taker);
  gone.isDone = true;
  failAll();
  failAll();
  assert.deepEqual([first.failures, gone.failures, other.failures], [1, 0, 1]);
});

test('attempts that fail at once end too', () => {
  const failed: Taker[] = takers(2000);
  const open: OpenSocket = (done) => done(new NoConnection('refused'));
  const pool = new ConnectionPool({ clock: new TestClock(), open, ...bounds });
  for (const taker of failed) pool.acquire(taker);
  assert.ok(failed.every(({ failures }) => failures === 1));
});

test('beyond what may be opened only so many wait, and one more is refused at once', () => {
  const { pool, attempts, failAll } = aPool({ maxConnections: 2, maxPendingRequests: 3 });
  const all = takers(7);
  for (const taker of all) pool.acquire(taker);
  assert.equal(attempts.length, 2);
  assert.deepEqual(
    all.map(({ error }) => error instanceof GatewayError && error.code),
    [false, false, false, false, false, 'GW_BACKEND_OVERLOADED', 'GW_BACKEND_OVERLOADED'],
  );
  // Who was refused is not served later either.
  failAll();
  failAll();
  failAll();
  assert.deepEqual([attempts.length, all.map(({ failures }) => failures)], [0, [1, 1, 1, 1, 1, 1, 1]]);
});

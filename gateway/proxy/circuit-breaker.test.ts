import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CircuitBreaker } from './circuit-breaker.ts';

const options = { consecutiveFailures: 3, openForMs: 1000 };

function opened(): CircuitBreaker {
  const breaker = new CircuitBreaker(options);
  for (let i = 0; i < 3; i++) breaker.fail(breaker.enter(), 0);
  return breaker;
}

test('only failures in a row open it', () => {
  const breaker = new CircuitBreaker(options);
  for (const works of [false, false, true, false, false]) {
    if (works) breaker.succeed(breaker.enter());
    else breaker.fail(breaker.enter(), 0);
  }
  assert.deepEqual([breaker.isClosed, breaker.admits(0)], [true, true]);
  breaker.fail(breaker.enter(), 0);
  assert.deepEqual([breaker.isClosed, breaker.admits(0), breaker.openings], [false, false, 1]);
});

test('after its time one call goes, and decides', () => {
  const breaker = opened();
  assert.deepEqual([breaker.admits(999), breaker.admitsAt(400), breaker.admits(1000)], [false, 1000, true]);
  assert.equal(breaker.enter(), true);
  assert.equal(breaker.admits(1000), false, 'a second one waits for what the first says');
  breaker.fail(true, 1200);
  assert.deepEqual([breaker.admits(2199), breaker.admits(2200)], [false, true]);
  breaker.enter();
  breaker.succeed(true);
  assert.deepEqual([breaker.isClosed, breaker.admits(2200), breaker.enter(), breaker.openings], [true, true, false, 2]);
});

test('a deciding call that says nothing leaves it to the next', () => {
  const breaker = opened();
  breaker.enter();
  breaker.forget();
  assert.equal(breaker.admits(1000), true);
  assert.equal(breaker.enter(), true);
});

test('calls from before it opened change nothing', () => {
  const breaker = opened();
  breaker.succeed(false);
  breaker.fail(false, 500);
  assert.deepEqual([breaker.admits(999), breaker.admits(1000), breaker.openings], [false, true, 1]);
});

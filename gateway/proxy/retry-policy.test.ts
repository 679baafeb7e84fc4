import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetryPolicy } from './retry-policy.ts';

test('pauses grow with each attempt up to a bound, and lie anywhere below it', () => {
  const totals = { retries: 0, withheld: 0 };
  const policy = new RetryPolicy({ attempts: 10, retryOn: [503], backoffMs: 100 }, totals);
  const longest = [1, 2, 3, 6, 7, 20].map((attempts) => policy.delayMs(attempts, () => 1));
  assert.deepEqual(longest, [100, 200, 400, 3200, 5000, 5000]);
  assert.equal(
    policy.delayMs(3, () => 0.25),
    100,
  );
  assert.equal(
    policy.delayMs(3, () => 0),
    0,
  );
});

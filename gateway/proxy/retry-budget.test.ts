import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetryBudget } from './retry-budget.ts';

function taken(budget: RetryBudget, wanted: number, now: number): number {
  let count = 0;
  for (let i = 0; i < wanted; i++) if (budget.take(now)) count++;
  return count;
}

test('a quiet backend has three retries a second over the window', () => {
  assert.equal(taken(new RetryBudget(), 100, 5_000), 30);
});

test('a busy one has a fifth of its calls, and no more however many fail', () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 1000; i++) budget.count(50_000 + i);
  assert.equal(taken(budget, 1000, 51_000), 200);
});

test('what is older than ten seconds counts no more', () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 1000; i++) budget.count(60_000);
  assert.equal(taken(budget, 500, 60_500), 200);
  assert.equal(taken(budget, 500, 69_999), 0);
  assert.equal(taken(budget, 500, 70_000), 30, 'calls and retries of second 60 are gone');
  assert.equal(taken(budget, 500, 1_000_000), 30, 'a long silence empties all of it');
});

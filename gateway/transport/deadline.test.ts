import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import { until } from '../testing/test-gateway.ts';
import { Deadline } from './deadline.ts';

function aDeadline() {
  const passed: number[] = [];
  const deadline = new Deadline(systemClock, () => passed.push(systemClock.steady()));
  return { deadline, passed, set: (ms: number) => deadline.set(systemClock.steady(), ms) };
}

test('passes once, not before its time', async () => {
  const { set, passed } = aDeadline();
  const began = systemClock.steady();
  set(60);
  await until(() => passed.length > 0);
  assert.ok((passed[0] ?? 0) - began >= 60);
  await delay(80);
  assert.equal(passed.length, 1);
});

test('one that is cleared never passes, and the next one on the same timer does', async () => {
  const { deadline, set, passed } = aDeadline();
  set(30);
  deadline.clear();
  await delay(60);
  assert.equal(passed.length, 0);
  set(30);
  await until(() => passed.length === 1);
});

test('a later deadline holds although the timer of an earlier one fires', async () => {
  const { deadline, set, passed } = aDeadline();
  set(20);
  deadline.clear();
  const began = systemClock.steady();
  set(100);
  await until(() => passed.length === 1);
  assert.ok((passed[0] ?? 0) - began >= 100);
});

test('an earlier deadline is not late because the timer runs for a later one', async () => {
  const { deadline, set, passed } = aDeadline();
  set(4000);
  deadline.clear();
  const began = systemClock.steady();
  set(20);
  await until(() => passed.length === 1);
  assert.ok((passed[0] ?? 0) - began < 1000);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledConcurrencyLimit } from '#api/compiled/limit.ts';
import { nobody } from '../testing/limit-pod.ts';
import { TestClock } from '../testing/test-clock.ts';
import { Calendar } from './calendar.ts';
import { CounterPool } from './counters.ts';
import { maxKeysPerLimit } from './limit-bounds.ts';
import { buildLimits } from './rule.ts';
import { releaseSlots, SlotAdmission, type TakenSlots } from './slot-admission.ts';

/** Slots of one process, without Redis. */
function aBench(limits: readonly CompiledConcurrencyLimit[]) {
  const pool = new CounterPool(new Calendar('Asia/Jakarta'));
  const built = buildLimits(pool, { level: 'api', owner: 'banten/situs', label: 'the API' }, limits);
  const clock = new TestClock();
  /** Null: refused. */
  const begin = (clientIp: string): TakenSlots | null => {
    const keys = { ...nobody, clientIp };
    const admission = new SlotAdmission({ store: null, clock, keys, onBadCondition: () => undefined });
    admission.addRules(built.slots);
    return admission.admit() === null ? admission.counters : null;
  };
  return { pool, begin };
}

const each: CompiledConcurrencyLimit = { id: 'each', concurrent: 1, by: 'ClientIP' };
const total: CompiledConcurrencyLimit = { id: 'total', concurrent: 2, by: 'Total' };

test('callers that are refused, and calls that have ended, leave nothing behind', () => {
  const { pool, begin } = aBench([total, each]);
  const taken = [begin('a'), begin('b')];
  for (let i = 0; i < 100; i++) assert.equal(begin(`c${i}`), null);
  assert.equal(pool.slots.size, 3, 'all together, a and b');
  for (const slots of taken) releaseSlots(slots ?? assert.fail());
  assert.equal(pool.slots.size, 0);
});

test('a flood of keys shares one counter: refused too early, and never around the limit', () => {
  const { begin } = aBench([each]);
  for (let i = 0; i < maxKeysPerLimit; i++) assert.ok(begin(`${i}`));
  assert.ok(begin('one more'));
  assert.equal(begin('yet another'), null);
  assert.equal(begin('0'), null, 'who is known keeps a counter of his own');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledLimit } from '#api/compiled/limit.ts';
import { Calendar } from './calendar.ts';
import { CounterPool } from './counters.ts';
import { buildLimits, releaseLimits } from './rule.ts';

const source = { level: 'api', owner: 'banten/situs', label: 'the API' } as const;
/** One of each kind, all of one name. */
const limits: readonly CompiledLimit[] = [
  { id: 'x', requests: 5, per: 'Hour', by: 'Total' },
  { id: 'x', bytes: 5, per: 'Hour', by: 'Total' },
  { id: 'x', bytes: 5, per: 'Second', by: 'Total' },
  { id: 'x', concurrent: 5, by: 'Total' },
];

/** What each limit is counted in. */
function countersOf({ windows, slots, bandwidths }: ReturnType<typeof buildLimits>): readonly object[] {
  return [
    ...windows.map(({ counters }) => counters),
    ...(bandwidths ?? []).map(({ bandwidth }) => bandwidth),
    ...(slots ?? []).map((rule) => rule.slots),
  ];
}

test('a limit that is edited to count something else begins anew', () => {
  const counters = countersOf(buildLimits(new CounterPool(new Calendar('Asia/Jakarta')), source, limits));
  assert.equal(counters.length, 4);
  assert.equal(new Set(counters).size, 4);
});

test('an edited object goes on with its counters, and one that is gone leaves none behind', () => {
  const pool = new CounterPool(new Calendar('Asia/Jakarta'));
  const first = buildLimits(pool, source, limits);
  const edited = buildLimits(pool, source, limits);
  releaseLimits(pool, first);
  assert.deepEqual(countersOf(edited), countersOf(first));
  const again = buildLimits(pool, source, limits);
  for (const [i, counter] of countersOf(again).entries()) assert.equal(counter, countersOf(first)[i]);
  for (const built of [edited, again]) releaseLimits(pool, built);
  const anew = countersOf(buildLimits(pool, source, limits));
  for (const [i, counter] of anew.entries()) assert.notEqual(counter, countersOf(first)[i]);
});

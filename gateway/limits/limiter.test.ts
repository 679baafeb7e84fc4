import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CompiledLimit } from '#api/compiled/limit.ts';
import { aLimit } from '../testing/compiled.ts';
import { TestClock } from '../testing/test-clock.ts';
import { Calendar } from './calendar.ts';
import { CounterPool } from './counters.ts';
import { maxKeysPerLimit } from './limit-bounds.ts';
import { type Denial, Limiter, type LimitKeys } from './limiter.ts';
import { buildRules, type LimitLevel, type LimitRule, releaseRules } from './rule.ts';

const caller: LimitKeys = {
  subscription: 'a/s',
  application: 'a/app',
  clientIp: '192.0.2.1',
  header: () => '',
  claim: () => '',
  facts: () => assert.fail('no limit has a condition'),
};

class Bench {
  readonly clock = new TestClock();
  readonly pool = new CounterPool(new Calendar('Asia/Jakarta'));
  readonly limiter = new Limiter(this.pool, this.clock);

  rules(limits: readonly CompiledLimit[], level: LimitLevel = 'api', owner = 'banten/situs'): readonly LimitRule[] {
    return buildRules(this.pool, { level, owner, label: `the ${level}` }, limits);
  }

  call(rules: readonly LimitRule[], keys: LimitKeys = caller): Denial | null {
    this.limiter.begin();
    this.limiter.addRules(rules, keys);
    const verdict = this.limiter.admit();
    assert.ok(!(verdict instanceof Promise));
    return verdict;
  }

  /** How many calls in a row are admitted. */
  admitted(rules: readonly LimitRule[], attempts: number, keys: LimitKeys = caller): number {
    let count = 0;
    for (let i = 0; i < attempts; i++) if (this.call(rules, keys) === null) count++;
    return count;
  }
}

test('a window begins with the first call and ends its length later', () => {
  const bench = new Bench();
  const rules = bench.rules([aLimit({ requests: 3 })]);
  assert.equal(bench.admitted(rules, 2), 2);
  bench.clock.advance(59_999);
  assert.equal(bench.admitted(rules, 5), 1);
  assert.equal(bench.call(rules)?.retryAfterMs, 1);
  bench.clock.advance(1);
  assert.equal(bench.admitted(rules, 5), 3);
});

test('a refused call counts nowhere', () => {
  const bench = new Bench();
  const wide = bench.rules([aLimit({ requests: 100 })], 'gateway', 'g');
  const tight = bench.rules([aLimit({ requests: 1 })], 'plan', 'p');
  assert.equal(bench.admitted([...wide, ...tight], 10), 1);
  assert.equal(bench.admitted(wide, 200), 99);
});

test('a refused call begins no window', () => {
  const bench = new Bench();
  const day = bench.rules([aLimit({ requests: 1, per: 'Hour' })], 'gateway', 'g');
  const minute = bench.rules([aLimit({ requests: 1 })], 'plan', 'p');
  bench.call(day);
  assert.notEqual(bench.call([...minute, ...day]), null);
  bench.clock.advance(59_000);
  bench.clock.advance(3_600_000 - 59_000);
  assert.equal(bench.call([...minute, ...day]), null);
  assert.equal(bench.limiter.tightest.resetMs, 60_000);
});

test('the first level that refuses is named', () => {
  const bench = new Bench();
  const rules = [
    ...bench.rules([aLimit({ requests: 5 })], 'tenant', 't'),
    ...bench.rules([aLimit({ requests: 2, id: 'x' })], 'operation', 'o'),
  ];
  bench.admitted(rules, 2);
  const denial = bench.call(rules);
  assert.equal(denial?.rule.source.level, 'operation');
  assert.equal(denial?.rule.limit.id, 'x');
});

test('callers are counted apart as the limit says', () => {
  const other: LimitKeys = { ...caller, subscription: 'b/s' };
  const expected = { Total: 1, Subscription: 2, Application: 1, ClientIP: 1 };
  for (const [by, count] of Object.entries(expected)) {
    const bench = new Bench();
    const rules = bench.rules([aLimit({ requests: 1, by: by as CompiledLimit['by'] })]);
    const admitted = bench.admitted(rules, 3) + bench.admitted(rules, 3, other);
    assert.equal(admitted, count, by);
  }
});

test('a caller without Subscription is counted by address where Subscriptions are counted', () => {
  const bench = new Bench();
  const rules = bench.rules([aLimit({ requests: 1, by: 'Subscription' })]);
  const anonymous = (clientIp: string): LimitKeys => ({ ...caller, subscription: '', application: '', clientIp });
  assert.equal(bench.admitted(rules, 2, anonymous('192.0.2.1')), 1);
  assert.equal(bench.admitted(rules, 2, anonymous('192.0.2.2')), 1);
});

test('an edited limit holds at once and goes on with what was counted', () => {
  const bench = new Bench();
  const before = bench.rules([aLimit({ requests: 60 })]);
  assert.equal(bench.admitted(before, 30), 30);
  const after = bench.rules([aLimit({ requests: 40 })]);
  releaseRules(bench.pool, before);
  assert.equal(bench.admitted(after, 30), 10);
  const longer = bench.rules([aLimit({ requests: 45, per: 'Hour' })]);
  releaseRules(bench.pool, after);
  bench.clock.advance(60_000);
  assert.equal(bench.admitted(longer, 30), 5, 'the hour began with the first call of the minute');
  bench.clock.advance(3_600_000 - 60_000);
  assert.equal(bench.admitted(longer, 60), 45);
});

test('days follow the wall clock of the time zone, and setting the clock back opens no window', () => {
  const bench = new Bench();
  bench.clock.setWall('2026-11-21T16:00:00Z');
  const rules = bench.rules([aLimit({ requests: 2, per: 'Day' })]);
  assert.equal(bench.admitted(rules, 3), 2);
  assert.equal(bench.call(rules)?.retryAfterMs, 3_600_000);
  bench.clock.setWall('2026-11-21T15:00:00Z');
  assert.equal(bench.admitted(rules, 3), 0);
  bench.clock.setWall('2026-11-21T17:00:00Z');
  assert.equal(bench.admitted(rules, 3), 2);
});

test('setting the clock does not touch minutes', () => {
  const bench = new Bench();
  const rules = bench.rules([aLimit({ requests: 1 })]);
  bench.call(rules);
  bench.clock.setWall('2027-01-01T00:00:00Z');
  assert.equal(bench.admitted(rules, 1), 0);
});

test('a burst holds within any one second, never more', () => {
  const instants = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), instants, (burst, gaps) => {
      const bench = new Bench();
      const rules = bench.rules([aLimit({ requests: 1_000_000, burst })]);
      const admitted: number[] = [];
      for (const gap of gaps) {
        bench.clock.advance(gap);
        const now = bench.clock.steady();
        const within = admitted.filter((time) => now - time < 1000).length;
        // Exact on both sides: refused only when the second really is full.
        assert.equal(bench.call(rules) === null, within < burst);
        if (within < burst) admitted.push(now);
      }
    }),
    { numRuns: 300 },
  );
});

test('a burst says how long to wait', () => {
  const bench = new Bench();
  const rules = bench.rules([aLimit({ requests: 100, burst: 2 })]);
  bench.call(rules);
  bench.clock.advance(300);
  bench.call(rules);
  const denial = bench.call(rules);
  assert.equal(denial?.by, 'burst');
  assert.equal(denial?.retryAfterMs, 700);
});

test('a burst outlives the end of its window', () => {
  const bench = new Bench();
  const rules = bench.rules([aLimit({ requests: 100, per: 'Second', burst: 2 })]);
  bench.call(rules);
  bench.clock.advance(900);
  assert.equal(bench.admitted(rules, 2), 1);
  bench.clock.advance(150);
  assert.equal(bench.admitted(rules, 2), 1, 'the call of 150 ms ago still counts');
});

test('the tightest limit is described', () => {
  const bench = new Bench();
  const rules = [
    ...bench.rules([aLimit({ requests: 100 })], 'gateway', 'g'),
    ...bench.rules([aLimit({ requests: 3, per: 'Hour' })], 'plan', 'p'),
  ];
  bench.call(rules);
  assert.equal(bench.limiter.tightest.rule?.policyName, 'plan.total-minute');
  assert.equal(bench.limiter.tightest.remaining, 2);
  assert.equal(bench.limiter.tightest.resetMs, 3_600_000);
});

test('ended windows are forgotten, and so are limits that nobody states', () => {
  const bench = new Bench();
  const rules = bench.rules([aLimit({ by: 'ClientIP' })]);
  for (let i = 0; i < 1000; i++) bench.call(rules, { ...caller, clientIp: `198.51.100.${i}` });
  assert.equal(bench.pool.size, 1000);
  releaseRules(bench.pool, rules);
  bench.clock.advance(60_000);
  bench.pool.sweep(bench.clock);
  assert.equal(bench.pool.size, 0);
});

test('a flood of addresses is bounded in memory and cannot go round the limit', () => {
  const bench = new Bench();
  const rules = bench.rules([aLimit({ requests: 2, by: 'ClientIP' })]);
  const from = (i: number): LimitKeys => ({ ...caller, clientIp: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` });
  for (let i = 0; i < maxKeysPerLimit; i++) bench.call(rules, from(i));
  assert.equal(bench.pool.size, maxKeysPerLimit);
  let admitted = 0;
  for (let i = 0; i < 1000; i++) if (bench.call(rules, from(maxKeysPerLimit + i)) === null) admitted++;
  assert.equal(admitted, 2, 'addresses beyond the bound share one counter');
  assert.equal(bench.pool.size, maxKeysPerLimit);
  assert.equal(bench.admitted(rules, 5, from(0)), 1, 'those known before keep theirs');
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreError } from '#kube/store-error.ts';
import { systemClock } from './clock.ts';
import { type ControllerOptions, type Outcome, ReconcileDeadlineError, runController } from './controller.ts';
import { NotLeaderError } from './fenced-store.ts';
import { ManualClock } from './manual-clock.ts';
import { StatusError } from './status-error.ts';
import { WorkQueue } from './work-queue.ts';

interface Line {
  readonly level: string;
  readonly fields: Record<string, unknown>;
}

/** A controller under a manual clock, with what it counted and logged. */
class Harness {
  readonly clock = new ManualClock();
  readonly queue = new WorkQueue({ clock: this.clock, random: () => 1 });
  readonly outcomes: Outcome[] = [];
  readonly lines: Line[] = [];
  readonly #stop = new AbortController();
  leader = true;
  ended = false;
  running: Promise<void> = Promise.resolve();

  start(reconcile: ControllerOptions<string>['reconcile'], more: Partial<ControllerOptions<string>> = {}): this {
    const line =
      (level: string) =>
      (fields: unknown): void => {
        this.lines.push({ level, fields: Object(fields) });
      };
    this.running = runController({
      name: 'ApiService',
      queue: this.queue,
      workers: 1,
      reconcile,
      metrics: { reconciled: (_kind, outcome) => this.outcomes.push(outcome) },
      log: { error: line('error'), debug: line('debug') },
      isLeader: () => this.leader,
      signal: this.#stop.signal,
      clock: this.clock,
      ...more,
    }).then(() => {
      this.ended = true;
    });
    return this;
  }

  stop(): void {
    this.#stop.abort();
  }

  async finish(): Promise<void> {
    this.stop();
    await this.running;
  }
}

/** Lets everything that can run without the clock run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await nextTurn();
}

function hanging(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new StoreError('Aborted', 'aborted')));
  });
}

describe('controller: outcomes', () => {
  const boom = new Error('boom');
  const cases: readonly {
    readonly name: string;
    readonly ends: () => Promise<{ readonly requeueAfterMs?: number }>;
    readonly outcome: Outcome;
    /** Absent: it does not come back by itself. */
    readonly againAfterMs?: number;
    readonly logged?: unknown;
  }[] = [
    { name: 'done', ends: async () => ({}), outcome: 'done' },
    { name: 'done, and again later', ends: async () => ({ requeueAfterMs: 700 }), outcome: 'done', againAfterMs: 700 },
    {
      name: 'stalled until a user acts',
      ends: () => Promise.reject(new StatusError('PlanNotFound', 'No plan "x"')),
      outcome: 'stalled',
    },
    {
      name: 'stalled for a time',
      ends: () => Promise.reject(new StatusError('NoGateways', 'None', { retryAfterMs: 900 })),
      outcome: 'stalled',
      againAfterMs: 900,
    },
    {
      name: 'a stale read',
      ends: () => Promise.reject(new StoreError('Conflict', 'moved on')),
      outcome: 'conflict',
      againAfterMs: 50,
    },
    { name: 'a failure', ends: () => Promise.reject(boom), outcome: 'failed', againAfterMs: 50, logged: boom },
  ];
  for (const { name, ends, outcome, againAfterMs, logged } of cases) {
    test(name, async () => {
      let runs = 0;
      const harness = new Harness().start(() => (++runs === 1 ? ends() : Promise.resolve({})));
      harness.queue.add('a');
      await settle();
      assert.deepEqual(harness.outcomes, [outcome]);
      assert.deepEqual(
        harness.lines.map((line) => line.fields['err']),
        logged === undefined ? [] : [logged],
      );
      harness.clock.advance((againAfterMs ?? 120_000) - 1);
      await settle();
      assert.equal(runs, 1);
      harness.clock.advance(1);
      await settle();
      assert.equal(runs, againAfterMs === undefined ? 1 : 2);
      await harness.finish();
    });
  }

  test('waits for as long as Retry-After says', async () => {
    const refusal = new StoreError('TooManyRequests', 'slow down', { retryAfterMs: 5_000 });
    let runs = 0;
    const harness = new Harness().start(() => (++runs === 1 ? Promise.reject(refusal) : Promise.resolve({})));
    harness.queue.add('a');
    await settle();
    harness.clock.advance(4_999);
    await settle();
    assert.equal(runs, 1);
    harness.clock.advance(1);
    await settle();
    assert.deepEqual(harness.outcomes, ['failed', 'done']);
    await harness.finish();
  });

  test('logs a streak of failures ever more rarely, and a success ends the streak', async () => {
    let failing = true;
    const harness = new Harness().start(() => (failing ? Promise.reject(new Error('away')) : Promise.resolve({})));
    harness.queue.add('a');
    for (let i = 0; i < 9; i += 1) {
      await settle();
      harness.clock.advance(60_000);
    }
    await settle();
    const failures = harness.lines.filter((line) => line.level === 'error').map((line) => line.fields['failures']);
    assert.deepEqual(failures, [1, 2, 4, 8]);
    failing = false;
    harness.clock.advance(60_000);
    await settle();
    failing = true;
    harness.queue.add('a');
    await settle();
    assert.equal(harness.lines.at(-1)?.fields['failures'], 1);
    await harness.finish();
  });

  test('aborts a reconcile at its deadline and tries again', async () => {
    let runs = 0;
    const harness = new Harness().start((_key, signal) => (++runs === 1 ? hanging(signal) : Promise.resolve({})), {
      deadlineMs: 3_000,
    });
    harness.queue.add('a');
    await settle();
    harness.clock.advance(3_000);
    await settle();
    assert.deepEqual(harness.outcomes, ['failed']);
    assert.ok(harness.lines[0]?.fields['err'] instanceof ReconcileDeadlineError);
    harness.clock.advance(50);
    await settle();
    assert.deepEqual(harness.outcomes, ['failed', 'done']);
    assert.equal(harness.clock.pending, 0, 'no deadline stays behind');
    await harness.finish();
  });
});

describe('controller: workers', () => {
  test('run as many keys at a time as asked, never one key twice', async () => {
    let now = 0;
    let most = 0;
    const releases: (() => void)[] = [];
    const harness = new Harness().start(
      async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise<void>((resolve) => releases.push(resolve));
        now -= 1;
        return {};
      },
      { workers: 3 },
    );
    for (const key of ['a', 'b', 'c', 'd', 'a']) harness.queue.add(key);
    await settle();
    harness.queue.add('a');
    await settle();
    assert.equal(most, 3);
    while (harness.outcomes.length < 5) {
      releases.shift()?.();
      await settle();
    }
    assert.equal(most, 3);
    await harness.finish();
  });

  test('of a standby take nothing, and begin once it leads', async () => {
    const harness = new Harness();
    harness.leader = false;
    harness.start(async () => ({}));
    harness.queue.add('a');
    harness.clock.advance(1_000);
    await settle();
    assert.deepEqual(harness.outcomes, []);
    harness.leader = true;
    harness.clock.advance(100);
    await settle();
    assert.deepEqual(harness.outcomes, ['done']);
    await harness.finish();
  });

  test('put a key back that arrives after the lease was lost', async () => {
    const harness = new Harness().start(async () => ({}));
    await settle();
    harness.leader = false;
    harness.queue.add('a');
    await settle();
    assert.deepEqual(harness.outcomes, []);
    assert.equal(harness.queue.depth, 1);
    await harness.finish();
  });
});

test('controller: keeps a key whose write was refused because the lease was lost', async () => {
  const harness = new Harness();
  harness.start(async () => {
    harness.leader = false;
    throw new NotLeaderError('apply');
  });
  harness.queue.add('a');
  await settle();
  assert.deepEqual(harness.outcomes, ['aborted']);
  assert.deepEqual(harness.lines, []);
  assert.equal(harness.queue.depth, 1);
  await harness.finish();
});

describe('controller: stop', () => {
  test('lets a running reconcile end and takes no other', async () => {
    let release = (): void => {};
    const harness = new Harness().start(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return {};
    });
    harness.queue.add('a');
    harness.queue.add('b');
    await settle();
    harness.stop();
    await settle();
    assert.equal(harness.ended, false);
    release();
    await harness.running;
    assert.deepEqual(harness.outcomes, ['done']);
    assert.equal(harness.queue.depth, 0);
  });

  test('aborts what still runs when the grace is over, without a failure', async () => {
    const harness = new Harness().start((_key, signal) => hanging(signal), { stopGraceMs: 2_000 });
    harness.queue.add('a');
    await settle();
    harness.stop();
    await settle();
    harness.clock.advance(2_000);
    await harness.running;
    assert.deepEqual(harness.outcomes, ['aborted']);
    assert.deepEqual(harness.lines, []);
  });

  test('leaves without a reconcile that ignores its signal', async () => {
    const harness = new Harness().start(() => new Promise(() => {}), { stopGraceMs: 2_000 });
    harness.queue.add('a');
    await settle();
    harness.stop();
    await settle();
    harness.clock.advance(2_000);
    await settle();
    assert.equal(harness.ended, false);
    harness.clock.advance(1_000);
    await harness.running;
    assert.deepEqual(harness.outcomes, []);
  });
});

test('controller: lets the event loop turn while thousands of keys have nothing to do', async () => {
  const harness = new Harness();
  const keys = Array.from({ length: 20_000 }, (_, i) => `banten/api-${i}`);
  for (const key of keys) harness.queue.add(key);
  let turns = 0;
  const ticking = setInterval(() => {
    turns += 1;
  }, 1);
  let left = keys.length;
  await new Promise<void>((resolve) => {
    const busy = async () => {
      const until = performance.now() + 0.03;
      while (performance.now() < until);
      left -= 1;
      if (left === 0) resolve();
      return {};
    };
    harness.start(busy, { workers: 8, clock: systemClock });
  });
  clearInterval(ticking);
  await harness.finish();
  assert.ok(turns >= 3, `timers ran ${turns} times in some 600 ms of work`);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from './manual-clock.ts';
import { type Priority, WorkQueue } from './work-queue.ts';

const forever = new AbortController().signal;

function setup(random = (): number => 0): { clock: ManualClock; queue: WorkQueue } {
  const clock = new ManualClock();
  return { clock, queue: new WorkQueue({ clock, random }) };
}

async function drain(queue: WorkQueue): Promise<string[]> {
  const taken: string[] = [];
  while (queue.depth > 0) {
    const key = await queue.take(forever);
    assert.ok(key !== undefined);
    taken.push(key);
    queue.done(key);
  }
  return taken;
}

describe('work queue: order', () => {
  test('hands out keys in the order of arrival', async () => {
    const { queue } = setup();
    for (const key of ['c', 'a', 'b']) queue.add(key);
    assert.deepEqual(await drain(queue), ['c', 'a', 'b']);
  });

  test('keeps one entry for a key that is added many times', async () => {
    const { queue } = setup();
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    assert.equal(queue.depth, 2);
    assert.deepEqual(await drain(queue), ['a', 'b']);
  });

  test('hands out changes before the resync', async () => {
    const { queue } = setup();
    queue.add('r1', 'resync');
    queue.add('r2', 'resync');
    queue.add('c1');
    assert.deepEqual(await drain(queue), ['c1', 'r1', 'r2']);
  });

  test('moves a key of the resync up when a change asks for it, and never down again', async () => {
    const { queue } = setup();
    queue.add('r1', 'resync');
    queue.add('r2', 'resync');
    queue.add('r2');
    queue.add('r2', 'resync');
    assert.equal(queue.depth, 2);
    assert.deepEqual(await drain(queue), ['r2', 'r1']);
  });

  test('gives the resync every tenth turn under an endless stream of changes', async () => {
    const { queue } = setup();
    queue.add('resynced', 'resync');
    let turns = 0;
    for (let key: string | undefined; key !== 'resynced'; turns += 1) {
      queue.add(`change-${turns}`);
      key = await queue.take(forever);
      queue.done(String(key));
      assert.ok(turns < 20, 'the resync never had a turn');
    }
    assert.equal(turns, 10);
  });

  test('hands keys out in constant time from a long queue', async () => {
    const { queue } = setup();
    const keys = Array.from({ length: 50_000 }, (_, index) => `ns/${index}`);
    for (const key of keys) queue.add(key, 'resync');
    assert.deepEqual(await drain(queue), keys);
  });
});

describe('work queue: one worker per key', () => {
  test('runs a key again after done when it was added while it ran', async () => {
    const { queue } = setup();
    queue.add('a');
    assert.equal(await queue.take(forever), 'a');
    queue.add('a');
    queue.add('a');
    assert.equal(queue.depth, 1, 'the second run counts as waiting');
    queue.add('b');
    assert.equal(await queue.take(forever), 'b', 'a is not handed out twice');
    queue.done('a');
    assert.deepEqual(await drain(queue), ['a']);
  });

  test('runs it again as a change when any of the requests was one', async () => {
    const { queue } = setup();
    queue.add('a');
    assert.equal(await queue.take(forever), 'a');
    queue.add('r', 'resync');
    queue.add('a');
    queue.add('a', 'resync');
    queue.done('a');
    assert.deepEqual(await drain(queue), ['a', 'r']);
  });

  test('hands a new key to the worker that waits longest', async () => {
    const { queue } = setup();
    const first = queue.take(forever);
    const second = queue.take(forever);
    queue.add('a');
    queue.add('b');
    assert.deepEqual(await Promise.all([first, second]), ['a', 'b']);
  });

  test('ends a wait when the signal aborts, and loses no key to that worker', async () => {
    const { queue } = setup();
    const stop = new AbortController();
    const waiting = queue.take(stop.signal);
    stop.abort();
    queue.add('a');
    assert.equal(await waiting, undefined);
    assert.equal(await queue.take(stop.signal), undefined);
    assert.equal(await queue.take(forever), 'a');
  });

  test('ignores done for a key that nobody has', async () => {
    const { queue } = setup();
    queue.add('a');
    queue.done('a');
    assert.deepEqual(await drain(queue), ['a']);
  });
});

describe('work queue: later', () => {
  test('adds after the delay, not before', () => {
    const { clock, queue } = setup();
    queue.addAfter('a', 100);
    clock.advance(99);
    assert.equal(queue.depth, 0);
    clock.advance(1);
    assert.equal(queue.depth, 1);
  });

  for (const [name, delays] of [
    ['the earlier one comes second', [100, 10]],
    ['the earlier one comes first', [10, 100]],
  ] as const) {
    test(`keeps the earlier of two times when ${name}`, async () => {
      const { clock, queue } = setup();
      for (const delayMs of delays) queue.addAfter('a', delayMs);
      assert.equal(clock.pending, 1);
      clock.advance(10);
      assert.deepEqual(await drain(queue), ['a']);
      clock.advance(1_000);
      assert.equal(queue.depth, 0);
    });
  }

  for (const delayMs of [0, -5, Number.NaN]) {
    test(`adds at once after ${delayMs} ms`, () => {
      const { queue } = setup();
      queue.addAfter('a', delayMs);
      assert.equal(queue.depth, 1);
    });
  }

  test('bounds a delay that Node could not time', () => {
    const { clock, queue } = setup();
    queue.addAfter('a', Number.POSITIVE_INFINITY);
    clock.advance(24 * 60 * 60 * 1000);
    assert.equal(queue.depth, 1);
  });

  test('brings a key back with the priority of its run', async () => {
    const { clock, queue } = setup();
    queue.add('r', 'resync');
    assert.equal(await queue.take(forever), 'r');
    queue.addAfter('r', 10);
    queue.done('r');
    clock.advance(10);
    queue.add('c');
    assert.deepEqual(await drain(queue), ['c', 'r']);
  });
});

describe('work queue: back-off', () => {
  test('doubles from 50 ms up to a minute, and starts anew once forgotten', () => {
    const { queue } = setup(() => 1);
    const delays = Array.from({ length: 13 }, () => queue.addBackoff('a').delayMs);
    assert.deepEqual(delays.slice(0, 4), [50, 100, 200, 400]);
    assert.equal(delays.at(-1), 60_000);
    queue.forget('a');
    assert.deepEqual(queue.addBackoff('a'), { failures: 1, delayMs: 50 });
  });

  test('draws by lot between the half and the whole', () => {
    assert.equal(setup(() => 0).queue.addBackoff('a').delayMs, 25);
    assert.equal(setup(() => 0.5).queue.addBackoff('a').delayMs, 37.5);
  });

  test('waits at least as long as the server asked for', () => {
    assert.equal(setup().queue.addBackoff('a', 7_000).delayMs, 7_000);
  });

  test('stays finite after thousands of failures', () => {
    const { queue } = setup();
    let last = 0;
    for (let i = 0; i < 5_000; i += 1) last = queue.addBackoff('a').delayMs;
    assert.equal(last, 30_000);
  });
});

describe('work queue: figures and end', () => {
  test('tells the age of the key that waits longest', async () => {
    const { clock, queue } = setup();
    assert.equal(queue.oldestAgeMs, 0);
    queue.add('r', 'resync');
    clock.advance(5);
    queue.add('c');
    clock.advance(5);
    assert.equal(queue.oldestAgeMs, 10);
    await queue.take(forever);
    await queue.take(forever);
    assert.equal(queue.oldestAgeMs, 0);
  });

  test('cancels timers, frees waiting workers and ignores additions once closed', async () => {
    const { clock, queue } = setup();
    queue.addAfter('a', 10);
    const waiting = queue.take(forever);
    queue.close();
    queue.add('b');
    queue.addAfter('b', 1);
    assert.equal(await waiting, undefined);
    assert.equal(await queue.take(forever), undefined);
    assert.equal(clock.pending, 0);
    assert.equal(queue.depth, 0);
  });
});

/** One step of a random run; keys are few, so that they meet. */
type Step =
  | { readonly do: 'add'; readonly key: string; readonly priority: Priority }
  | { readonly do: 'addAfter'; readonly key: string; readonly delayMs: number }
  | { readonly do: 'addBackoff' | 'forget'; readonly key: string }
  | { readonly do: 'take' | 'done' }
  | { readonly do: 'advance'; readonly ms: number };

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key: keys, priority: fc.constantFrom('change', 'resync') }),
  fc.record({ do: fc.constant('addAfter' as const), key: keys, delayMs: fc.nat(200) }),
  fc.record({ do: fc.constantFrom('addBackoff' as const, 'forget' as const), key: keys }),
  fc.record({ do: fc.constantFrom('take' as const, 'done' as const) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.nat(300) }),
);

/** Interprets steps and keeps the two promises under watch: one worker per key, and no request is lost. */
class Run {
  readonly clock = new ManualClock();
  readonly queue = new WorkQueue({ clock: this.clock, random: () => 0 });
  readonly working: string[] = [];
  /** Keys asked for since their last run began. */
  readonly owed = new Set<string>();

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'add':
        this.queue.add(step.key, step.priority);
        this.owed.add(step.key);
        return;
      case 'addAfter':
        this.queue.addAfter(step.key, step.delayMs);
        this.owed.add(step.key);
        return;
      case 'addBackoff':
        this.queue.addBackoff(step.key);
        this.owed.add(step.key);
        return;
      case 'forget':
        this.queue.forget(step.key);
        return;
      case 'take':
        return await this.take();
      case 'done': {
        const key = this.working.shift();
        if (key !== undefined) this.queue.done(key);
        return;
      }
      case 'advance':
        this.clock.advance(step.ms);
    }
  }

  async take(): Promise<void> {
    const giveUp = new AbortController();
    const taking = this.queue.take(giveUp.signal);
    giveUp.abort();
    const key = await taking;
    if (key === undefined) return;
    assert.ok(!this.working.includes(key), `${key} is with two workers`);
    this.working.push(key);
    this.owed.delete(key);
  }
}

describe('work queue: any order of calls', () => {
  test('never gives one key to two workers and loses no request', async () => {
    const property = fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async (list) => {
      const run = new Run();
      for (const step of list) await run.step(step);
      for (const key of run.working.splice(0)) run.queue.done(key);
      run.clock.advance(120_000);
      for (const key of await drain(run.queue)) run.owed.delete(key);
      assert.deepEqual([...run.owed], []);
      assert.equal(run.clock.pending, 0);
      assert.equal(run.queue.depth, 0);
    });
    await fc.assert(property, { numRuns: 500 });
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lease } from '#api/compiled/lease.ts';
import type { KubeObject } from '#api/object.ts';
import { type ElectionClock, type ElectionOptions, runLeaderElection, type Term } from './leader-election.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';

/** Time that passes only when it is told to; sleepers wake in order. */
class FakeClock implements ElectionClock {
  #nowMs = 1_000_000;
  readonly #sleepers = new Set<{ atMs: number; wake: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  wallClock(): Date {
    return new Date(this.#nowMs);
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { atMs: this.#nowMs + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(new Error('aborted'));
      };
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Lets time pass in small steps, so that whoever wakes can act before the next one does. */
  async pass(ms: number): Promise<void> {
    for (const endMs = this.#nowMs + ms; this.#nowMs < endMs; ) {
      this.#nowMs = Math.min(endMs, this.#nowMs + 100);
      for (const sleeper of this.#sleepers) {
        if (sleeper.atMs > this.#nowMs) continue;
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
      await settle();
    }
  }

  /** Time passes and nobody runs: SIGSTOP. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

/** One Lease under compare-and-swap, which can be made unreachable or silent. */
class LeaseStore implements Store {
  lease: Lease | undefined;
  fault: 'none' | 'error' | 'silence' = 'none';
  writes = 0;
  #version = 0;

  async get<T extends KubeObject>(): Promise<T | undefined> {
    await this.#reach();
    return structuredClone(this.lease) as T | undefined;
  }

  async create<T extends KubeObject>(object: T): Promise<T> {
    await this.#reach();
    if (this.lease !== undefined) throw new StoreError('AlreadyExists', 'there');
    return this.#write(object);
  }

  async apply<T extends KubeObject>(object: T): Promise<T> {
    await this.#reach();
    const current = this.lease?.metadata.resourceVersion;
    if (current !== object.metadata.resourceVersion) throw new StoreError('Conflict', 'moved on');
    return this.#write(object);
  }

  list = () => Promise.reject(new Error('not used here'));
  applyStatus = () => Promise.reject(new Error('not used here'));
  delete = () => Promise.reject(new Error('not used here'));
  watch = () => assert.fail('not used here');

  #write<T extends KubeObject>(object: T): T {
    this.writes += 1;
    this.#version += 1;
    const metadata = { ...object.metadata, uid: 'u', resourceVersion: String(this.#version) };
    const written = { ...structuredClone(object), metadata };
    this.lease = written;
    return structuredClone(written);
  }

  async #reach(): Promise<void> {
    if (this.fault === 'error') throw new StoreError('Unreachable', 'cut off');
    if (this.fault === 'silence') await new Promise(() => undefined);
  }
}

function candidate(store: Store, clock: FakeClock, identity: string, more: Partial<ElectionOptions> = {}) {
  const stop = new AbortController();
  const state = { term: undefined as Term | undefined, result: undefined as string | undefined, ended: false };
  const options = { store, clock, identity, namespace: 'n', name: 'l', signal: stop.signal, random: () => 1, ...more };
  const done = runLeaderElection(options, async (term) => {
    state.term = term;
    await new Promise((resolve) => term.signal.addEventListener('abort', resolve, { once: true }));
    state.ended = true;
  }).then((result) => {
    state.result = result;
  });
  return { state, done, stop: () => stop.abort(), leads: () => state.term?.isLeader() === true };
}

function world() {
  const [store, clock] = [new LeaseStore(), new FakeClock()];
  return { store, clock, join: (identity: string) => candidate(store, clock, identity) };
}

test('the first leads, renews, and the second waits', async () => {
  const { store, clock, join } = world();
  const a = join('a');
  await settle();
  const b = join('b');
  await clock.pass(120_000);
  assert.deepEqual([a.leads(), b.leads()], [true, false]);
  assert.equal(store.lease?.spec?.holderIdentity, 'a');
  assert.match(store.lease?.spec?.renewTime ?? '', /\.\d{6}Z$/);
  assert.equal(store.writes, 2 + 60, 'made, taken, and renewed each 2 s');
});

test('a leader that is cut off stops before another begins', async () => {
  const { store, clock, join } = world();
  const a = join('a');
  await settle();
  const b = candidate(store, clock, 'b');
  await clock.pass(1_000);
  store.fault = 'error';
  await clock.pass(9_500);
  assert.equal(a.leads(), false, 'ten seconds after its last renewal');
  await clock.pass(1_000);
  assert.equal(a.state.result, 'Lost');
  store.fault = 'none';
  await clock.pass(17_000);
  assert.equal(b.leads(), true);
});

test('a server that never answers does not hold the deadline up', async () => {
  const { store, clock, join } = world();
  const a = join('a');
  await clock.pass(500);
  store.fault = 'silence';
  await clock.pass(11_000);
  assert.equal(a.leads(), false);
  assert.equal(a.state.result, 'Lost');
  assert.equal(a.state.ended, true, 'the work was told');
});

test('a leader that was stopped for longer than its deadline knows it before any timer runs', async () => {
  const { clock, join } = world();
  const a = join('a');
  await clock.pass(500);
  clock.jump(60_000);
  assert.equal(a.leads(), false);
});

test('after a clean stop the next one leads within a retry', async () => {
  const { store, clock, join } = world();
  const a = join('a');
  await settle();
  const b = join('b');
  await clock.pass(3_000);
  a.stop();
  await a.done;
  assert.equal(a.state.result, 'Stopped');
  assert.equal(store.lease?.spec?.holderIdentity, undefined);
  await clock.pass(2_000);
  assert.equal(b.leads(), true);
  assert.equal(store.lease?.spec?.leaseTransitions, 2);
});

test('a Lease that somebody annotated is renewed on its new version', async () => {
  const { store, clock, join } = world();
  const a = join('a');
  await clock.pass(500);
  const lease = store.lease!;
  await store.apply({ ...lease, metadata: { ...lease.metadata, annotations: { seen: 'yes' } } });
  await clock.pass(30_000);
  assert.equal(a.leads(), true);
});

test('a Lease that another took is lost at once', async () => {
  const { store, clock, join } = world();
  const a = join('a');
  await clock.pass(500);
  const lease = store.lease!;
  await store.apply({ ...lease, spec: { ...lease.spec, holderIdentity: 'thief' } });
  await clock.pass(2_500);
  assert.equal(a.state.result, 'Lost');
});

test('of many that start at once one leads', async () => {
  const { clock, join } = world();
  const all = Array.from({ length: 10 }, (_, index) => join(`c${index}`));
  await clock.pass(60_000);
  assert.equal(all.filter((one) => one.leads()).length, 1);
});

test('a candidate that is stopped before it leads just ends', async () => {
  const { clock, join } = world();
  const a = join('a');
  await settle();
  const b = join('b');
  await clock.pass(1_000);
  b.stop();
  await clock.pass(100);
  assert.equal(b.state.result, 'Stopped');
  assert.equal(a.leads(), true);
});

test('work that fails releases the Lease and the failure is the caller’s', async () => {
  const { store, clock } = world();
  const options = { store, clock, identity: 'a', namespace: 'n', name: 'l', signal: new AbortController().signal };
  await assert.rejects(
    runLeaderElection(options, () => Promise.reject(new TypeError('a bug'))),
    TypeError,
  );
  assert.equal(store.lease?.spec?.holderIdentity, undefined);
});

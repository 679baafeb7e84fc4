import type { Window } from '#api/compiled/limit.ts';
import type { Clock } from '../clock.ts';
import { BandwidthPool } from './bandwidth.ts';
import { BurstLog } from './burst-log.ts';
import type { Calendar } from './calendar.ts';
import { maxKeys, maxKeysPerLimit } from './limit-bounds.ts';
import type { LimitStore } from './limit-store.ts';
import type { WindowLimit } from './rule.ts';
import { SharedCounter } from './shared-counter.ts';
import type { SlotStore } from './slot-store.ts';
import { SlotPool } from './slots.ts';

/** Lengths of the windows that begin with a key's first call; Day and Month follow the calendar. */
const fixedMs: { readonly [per in Window]?: number } = { Second: 1000, Minute: 60_000, Hour: 3_600_000 };

/** One window of one key. */
export class Counter {
  per: Window;
  /** End of the window: steady milliseconds for fixed windows, milliseconds since the epoch for calendar windows. */
  end: number;
  count = 0;
  burst: BurstLog | null = null;

  constructor(per: Window, end: number) {
    this.per = per;
    this.end = end;
  }
}

/** The two readings of time that one call is judged by. */
export interface Instant {
  now: number;
  steady: number;
}

/**
 * The counters of one limit, by key. They belong to the identity of the limit (level, owner, id) and not to the object
 * that states it, so an edited limit goes on with what was counted.
 */
export class CounterSet {
  readonly identity: string;
  /** How many loaded rules count here. */
  users = 0;
  readonly counters = new Map<string, Counter>();
  /** The same for limits that are counted in Redis. */
  readonly sharedCounters = new Map<string, SharedCounter>();
  #overflow: Counter | null = null;
  #sharedOverflow: SharedCounter | null = null;
  readonly #pool: CounterPool;

  constructor(identity: string, pool: CounterPool) {
    this.identity = identity;
    this.#pool = pool;
  }

  /** The key's counter when its window is still open (under the limit as it is now), else null: nothing counted yet. */
  find(key: string, limit: WindowLimit, at: Instant): Counter | null {
    const counter = this.counters.get(key) ?? (this.#isFull() ? this.#overflow : null);
    if (counter === null || counter === undefined) return null;
    if (counter.per !== limit.per) this.#retime(counter, limit.per, at);
    if (isOpen(counter, at)) return counter;
    counter.count = 0;
    return counter.burst === null || counter.burst.isEmpty(at.steady) ? null : counter;
  }

  /** Counts one call of `key`, or `amount` bytes, beginning a window where none is open. */
  add(key: string, limit: WindowLimit, at: Instant, amount = 1): Counter {
    return this.addTo(this.#counterFor(key, limit, at), limit, at, amount);
  }

  /** As {@link add}, where the key's counter is at hand. */
  addTo(counter: Counter, limit: WindowLimit, at: Instant, amount: number): Counter {
    if (!isOpen(counter, at)) {
      counter.count = 0;
      counter.end = this.#endOf(limit.per, at);
    }
    counter.count += amount;
    if (limit.burst !== undefined) {
      counter.burst ??= new BurstLog();
      counter.burst.add(at.steady);
    }
    return counter;
  }

  /** The key's counter in Redis, as this pod knows it. */
  shared(key: string, limit: WindowLimit, steady: number): SharedCounter {
    const counter = this.sharedCounters.get(key) ?? this.#newShared(key, limit);
    counter.turnTo(limit, steady);
    return counter;
  }

  #newShared(key: string, limit: WindowLimit): SharedCounter {
    if (this.sharedCounters.size >= maxKeysPerLimit || this.#pool.size >= maxKeys) {
      this.#sharedOverflow ??= new SharedCounter(this.#pool.nameOf(`${this.identity}\nmore`), limit);
      return this.#sharedOverflow;
    }
    const counter = new SharedCounter(this.#pool.nameOf(`${this.identity}\n=${key}`), limit);
    this.sharedCounters.set(key, counter);
    this.#pool.size++;
    return counter;
  }

  /** How many keys it holds. */
  get size(): number {
    return this.counters.size + this.sharedCounters.size;
  }

  /** Forgets windows that have ended. */
  sweep(at: Instant): void {
    for (const [key, counter] of this.sharedCounters) {
      if (!counter.isIdle(at.steady)) continue;
      this.sharedCounters.delete(key);
      this.#pool.size--;
    }
    for (const [key, counter] of this.counters) {
      if (isOpen(counter, at) || counter.burst?.isEmpty(at.steady) === false) continue;
      this.counters.delete(key);
      this.#pool.size--;
    }
  }

  #counterFor(key: string, limit: WindowLimit, at: Instant): Counter {
    const existing = this.counters.get(key);
    if (existing !== undefined) return existing;
    if (this.#isFull()) {
      this.#overflow ??= new Counter(limit.per, 0);
      return this.#overflow;
    }
    const counter = new Counter(limit.per, this.#endOf(limit.per, at));
    this.counters.set(key, counter);
    this.#pool.size++;
    return counter;
  }

  #isFull(): boolean {
    return this.counters.size >= maxKeysPerLimit || this.#pool.size >= maxKeys;
  }

  /** The limit's window was edited: fixed windows keep their beginning, all others their count. */
  #retime(counter: Counter, per: Window, at: Instant): void {
    const before = fixedMs[counter.per];
    const after = fixedMs[per];
    const open = isOpen(counter, at);
    counter.per = per;
    if (before !== undefined && after !== undefined) counter.end += after - before;
    else counter.end = open ? this.#endOf(per, at) : 0;
  }

  #endOf(per: Window, at: Instant): number {
    const fixed = fixedMs[per];
    if (fixed !== undefined) return at.steady + fixed;
    return per === 'Day' ? this.#pool.calendar.endOfDay(at.now) : this.#pool.calendar.endOfMonth(at.now);
  }
}

/** All counters of the process, by the identity of their limit. */
export class CounterPool {
  calendar: Calendar;
  /** Null: every pod counts for itself. */
  store: LimitStore | null = null;
  /** Of calls at the same time. Null: every pod counts for itself. */
  slotStore: SlotStore | null = null;
  readonly slots = new SlotPool((identity) => this.nameOf(identity));
  readonly bandwidths = new BandwidthPool();
  /** Makes names of counters in Redis from what they count. */
  nameOf: (identity: string) => string = (identity) => identity;
  /** Keys counted now, over all limits. */
  size = 0;
  readonly #sets = new Map<string, CounterSet>();
  #sweeping: Iterator<CounterSet> | undefined;

  constructor(calendar: Calendar) {
    this.calendar = calendar;
  }

  /** Limits that are stated by some object, or still have open windows. */
  get limits(): number {
    return this.#sets.size;
  }

  acquire(identity: string): CounterSet {
    let set = this.#sets.get(identity);
    if (set === undefined) {
      set = new CounterSet(identity, this);
      this.#sets.set(identity, set);
    }
    set.users++;
    return set;
  }

  /** The set stays until its windows have ended: a limit that is taken away and put back goes on. */
  release(set: CounterSet): void {
    set.users--;
    if (set.users === 0 && set.size === 0) this.#sets.delete(set.identity);
  }

  /** Goes on with one part of the sweep; called every second. A part is one large set or some 20,000 keys. */
  sweep(clock: Clock): void {
    const at = { now: clock.now(), steady: clock.steady() };
    let visited = 0;
    this.#sweeping ??= this.#sets.values();
    while (visited < 20_000) {
      const next = this.#sweeping.next();
      if (next.done === true) {
        this.#sweeping = undefined;
        return;
      }
      visited += next.value.size + 1;
      this.#sweepSet(next.value, at);
    }
  }

  /** All that are counted in Redis. */
  *shared(): Generator<SharedCounter> {
    for (const set of this.#sets.values()) yield* set.sharedCounters.values();
  }

  #sweepSet(set: CounterSet, at: Instant): void {
    set.sweep(at);
    if (set.users === 0 && set.size === 0) this.#sets.delete(set.identity);
  }
}

/** Is the window still open? Calendar windows follow the clock on the wall, the others the steady one. */
function isOpen(counter: Counter, at: Instant): boolean {
  return fixedMs[counter.per] === undefined ? at.now < counter.end : at.steady < counter.end;
}

/** Milliseconds until the window of an open counter ends. */
export function untilEnd(counter: Counter, at: Instant): number {
  return counter.end - (fixedMs[counter.per] === undefined ? at.now : at.steady);
}

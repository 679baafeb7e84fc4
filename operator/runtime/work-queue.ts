import { type Clock, systemClock } from './clock.ts';
import { KeyFifo } from './key-fifo.ts';

/*
 * A level-triggered queue in the manner of client-go: it holds keys, never events, so any number of changes to one
 * object is one piece of work, and no key is ever with two workers.
 *
 *                add                    take                      done
 *   (unknown) ---------> waiting --------------------> processing ------> (unknown)
 *       ^   addAfter        ^                            |     ^
 *       |   addBackoff      | timer                  add |     | (stays until done)
 *       +--------------> delayed                         v     |
 *                           ^                        processing + again --done--> waiting
 *                           +--- addAfter, addBackoff ---+
 */

/** `change`: somebody waits for it. `resync`: it is looked at because everything is, so it may wait for the others. */
export type Priority = 'change' | 'resync';

export interface WorkQueueOptions {
  readonly clock?: Clock;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** What {@link WorkQueue.addBackoff} decided. */
export interface Backoff {
  /** Failures in a row, this one included. */
  readonly failures: number;
  readonly delayMs: number;
}

const baseDelayMs = 50;
const maxBackoffMs = 60_000;
/** Node's timers overflow beyond 24 days and then fire at once. A key that comes back early just asks for more time. */
const maxDelayMs = 24 * 60 * 60 * 1000;
/** Every so many takes the resync goes first: a stream of changes that never ends must not starve it. */
const resyncShare = 10;

interface Delayed {
  readonly atMs: number;
  readonly priority: Priority;
  readonly cancel: () => void;
}

/** Per key at most one entry in each state, so memory is bounded by the number of objects. */
export class WorkQueue<K extends string = string> {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #waiting: Readonly<Record<Priority, KeyFifo<K>>> = { change: new KeyFifo<K>(), resync: new KeyFifo<K>() };
  readonly #processing = new Map<K, Priority>();
  readonly #again = new Map<K, Priority>();
  readonly #delayed = new Map<K, Delayed>();
  readonly #failures = new Map<K, number>();
  readonly #takers = new Set<(key: K | undefined) => void>();
  #takes = 0;
  #closed = false;

  constructor(options: WorkQueueOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
  }

  /** Keys that wait for a worker, those that run and must run again included; delayed ones are not counted. */
  get depth(): number {
    return this.#waiting.change.size + this.#waiting.resync.size + this.#again.size;
  }

  /** How long the key that waits longest has waited in its class; 0 when none does. */
  get oldestAgeMs(): number {
    const arrivals = [this.#waiting.change.oldestMs, this.#waiting.resync.oldestMs].filter((at) => at !== undefined);
    return arrivals.length === 0 ? 0 : this.#clock.now() - Math.min(...arrivals);
  }

  /** Asks for one run of `key` from now on. A key that waits in the resync moves up when a change asks for it. */
  add(key: K, priority: Priority = 'change'): void {
    if (this.#closed) return;
    if (this.#processing.has(key)) {
      if (priority === 'change' || !this.#again.has(key)) this.#again.set(key, priority);
      return;
    }
    this.#enqueue(key, priority);
  }

  /**
   * Adds after `delayMs`; when a time is set already, the earlier one wins. A key that is being processed comes back
   * with the priority of that run.
   */
  addAfter(key: K, delayMs: number): void {
    if (this.#closed) return;
    const priority = this.#processing.get(key) ?? 'change';
    if (!(delayMs > 0)) {
      this.add(key, priority);
      return;
    }
    const boundedMs = Math.min(delayMs, maxDelayMs);
    const atMs = this.#clock.now() + boundedMs;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.atMs <= atMs) return;
    known?.cancel();
    const cancel = this.#clock.setTimer(() => this.#fire(key), boundedMs);
    this.#delayed.set(key, { atMs, priority, cancel });
  }

  /**
   * Adds after 50 ms, and twice as long with each call in a row up to 60 s, of which the second half is drawn by lot so
   * that what failed together does not come back together. Not before `atLeastMs` (a Retry-After).
   */
  addBackoff(key: K, atLeastMs = 0): Backoff {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const fullMs = Math.min(maxBackoffMs, baseDelayMs * 2 ** (failures - 1));
    const delayMs = Math.max(atLeastMs, fullMs * (0.5 + this.#random() / 2));
    this.addAfter(key, delayMs);
    return { failures, delayMs };
  }

  /** The last run of `key` was no failure: the next back-off starts anew. */
  forget(key: K): void {
    this.#failures.delete(key);
  }

  /**
   * The next key, which belongs to the caller until {@link done}; changes before the resync, each class in order of
   * arrival. Waits while there is none. Undefined once `signal` aborts or the queue is closed.
   */
  take(signal: AbortSignal): Promise<K | undefined> {
    if (signal.aborted || this.#closed) return Promise.resolve(undefined);
    const key = this.#next();
    if (key !== undefined) return Promise.resolve(key);
    return new Promise((resolve) => {
      const hand = (taken: K | undefined): void => {
        signal.removeEventListener('abort', giveUp);
        this.#takers.delete(hand);
        resolve(taken);
      };
      const giveUp = (): void => hand(undefined);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#takers.add(hand);
    });
  }

  /** Gives `key` back. It runs again when it was added meanwhile. */
  done(key: K): void {
    if (!this.#processing.delete(key)) return;
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (again !== undefined) this.#enqueue(key, again);
  }

  /** Drops everything and cancels all timers; whoever waits gets undefined, and later additions are ignored. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    for (const state of [this.#delayed, this.#again, this.#failures, ...Object.values(this.#waiting)]) state.clear();
    for (const hand of this.#takers) hand(undefined);
  }

  #fire(key: K): void {
    const delayed = this.#delayed.get(key);
    this.#delayed.delete(key);
    if (delayed !== undefined) this.add(key, delayed.priority);
  }

  #enqueue(key: K, priority: Priority): void {
    if (this.#closed) return;
    if (priority === 'change') this.#waiting.resync.remove(key);
    if (priority === 'resync' && this.#waiting.change.has(key)) return;
    this.#waiting[priority].push(key, this.#clock.now());
    const [hand] = this.#takers;
    if (hand !== undefined) hand(this.#next());
  }

  #next(): K | undefined {
    const { change, resync } = this.#waiting;
    const resyncFirst = this.#takes % resyncShare === resyncShare - 1;
    const priority: Priority = change.size === 0 || (resyncFirst && resync.size > 0) ? 'resync' : 'change';
    const key = this.#waiting[priority].shift();
    if (key === undefined) return undefined;
    this.#takes += 1;
    this.#processing.set(key, priority);
    return key;
  }
}

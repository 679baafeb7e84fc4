import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { CodedError } from '#api/errors.ts';
import { isStoreError, StoreError } from '#kube/store-error.ts';
import { aborted } from './aborted.ts';
import { type Clock, pause, systemClock } from './clock.ts';
import { NotLeaderError } from './fenced-store.ts';
import { StatusError } from './status-error.ts';
import type { WorkQueue } from './work-queue.ts';

/*
 * One controller: workers that pull keys and reconcile them.
 *
 *              isLeader            take             reconcile
 *   (standby) ---------> idle ---------------> running ----------+
 *       ^                 ^                                       |
 *       |  lost the lease |   done, stalled: forget (+ requeue)   |
 *       +-----------------+   conflict, failed: back-off     <----+
 *                             aborted: nothing, or back into the queue
 *
 *   stop: nobody takes any more; what runs may end within `stopGraceMs`, then its signal aborts.
 */

/** What a reconcile asks for when it ends well. */
export interface Result {
  /** Look again after this time; absent: only when something changes. */
  readonly requeueAfterMs?: number;
}

/**
 * How a run ended. `done`: well. `stalled`: a user must act or something must happen first ({@link StatusError}).
 * `conflict`: it worked on a stale read and tries again. `aborted`: we stop, or lost the lease. `failed`: the rest.
 */
export type Outcome = 'done' | 'stalled' | 'conflict' | 'aborted' | 'failed';

export interface ReconcileMetrics {
  reconciled(kind: string, outcome: Outcome, durationMs: number): void;
}

export interface ControllerOptions<K extends string> {
  /** Kind whose keys these are: in logs and metrics. */
  readonly name: string;
  readonly queue: WorkQueue<K>;
  /** How many keys at a time; never the same key twice. */
  readonly workers: number;
  /** Ends within the deadline of its signal. Knows the key, never the event. */
  readonly reconcile: (key: K, signal: AbortSignal) => Promise<Result>;
  readonly metrics: ReconcileMetrics;
  readonly log: Pick<Logger, 'error' | 'debug'>;
  /** Workers pull only while this holds. */
  readonly isLeader: () => boolean;
  /** Aborts to stop. */
  readonly signal: AbortSignal;
  /** What one reconcile may take; default 60 s. */
  readonly deadlineMs?: number;
  /** How long reconciles that run may go on after the stop; default 10 s. */
  readonly stopGraceMs?: number;
  readonly clock?: Clock;
}

/** A standby looks this often whether it leads by now: little beside the seconds that a takeover takes. */
const leaderPollMs = 100;
/** How long the workers of one controller may keep the event loop for themselves. */
const maxTurnMs = 10;
/** What a reconcile may take to notice that its signal aborted before we leave without it. */
const abortMarginMs = 1_000;

/** The signal's reason when a reconcile took longer than it may. */
export class ReconcileDeadlineError extends CodedError {
  constructor(deadlineMs: number) {
    super('OPERATOR_RECONCILE_DEADLINE', `the reconcile took longer than ${deadlineMs} ms`);
  }
}

/**
 * Reconciles keys of `queue` until `signal` aborts, then closes the queue. Resolves once no reconcile runs any more, or
 * when the grace is over. Never rejects: what a reconcile throws is counted, logged here once, and tried again.
 */
export async function runController<K extends string>(options: ControllerOptions<K>): Promise<void> {
  const { queue, signal, clock = systemClock, stopGraceMs = 10_000 } = options;
  const stopNow = new AbortController();
  const controller = new Controller(options, clock, stopNow.signal);
  const ended = Promise.all(Array.from({ length: options.workers }, () => controller.work()));
  const left = new AbortController();
  const leave = async (): Promise<void> => {
    await aborted(signal);
    await pause(clock, stopGraceMs, left.signal);
    stopNow.abort();
    await pause(clock, abortMarginMs, left.signal);
  };
  await Promise.race([ended, leave()]);
  left.abort();
  queue.close();
}

class Controller<K extends string> {
  readonly #options: ControllerOptions<K>;
  readonly #clock: Clock;
  readonly #stopNow: AbortSignal;
  #turnStartMs = 0;

  constructor(options: ControllerOptions<K>, clock: Clock, stopNow: AbortSignal) {
    this.#options = options;
    this.#clock = clock;
    this.#stopNow = stopNow;
  }

  async work(): Promise<void> {
    const { queue, isLeader, signal } = this.#options;
    while (!signal.aborted) {
      if (!isLeader()) {
        await pause(this.#clock, leaderPollMs, signal);
        continue;
      }
      const key = await queue.take(signal);
      if (key === undefined) continue;
      // The lease may have gone while we waited for the key.
      if (isLeader()) await this.#run(key);
      else queue.add(key);
      queue.done(key);
      await this.#breathe();
    }
  }

  /**
   * Reconciles that find nothing to do never wait for I/O, so thousands of them in a row would keep the event loop from
   * everything else: the lease would not be renewed, and probes not be answered.
   */
  async #breathe(): Promise<void> {
    if (this.#clock.now() - this.#turnStartMs < maxTurnMs) return;
    await setImmediate();
    this.#turnStartMs = this.#clock.now();
  }

  async #run(key: K): Promise<void> {
    const { name, metrics } = this.#options;
    const startMs = this.#clock.now();
    const outcome = await this.#reconcile(key);
    metrics.reconciled(name, outcome, this.#clock.now() - startMs);
  }

  async #reconcile(key: K): Promise<Outcome> {
    const run = this.#bound();
    try {
      const { requeueAfterMs } = await this.#options.reconcile(key, run.signal);
      return this.#settle(key, 'done', requeueAfterMs);
    } catch (error) {
      return this.#conclude(key, error, run.signal);
    } finally {
      run.end();
    }
  }

  /** The one place where what a reconcile throws becomes a decision about its key. */
  #conclude(key: K, error: unknown, signal: AbortSignal): Outcome {
    const { queue } = this.#options;
    if (error instanceof StatusError) return this.#settle(key, 'stalled', error.retryAfterMs);
    if (this.#stopNow.aborted) return 'aborted';
    if (error instanceof NotLeaderError) {
      queue.add(key);
      return 'aborted';
    }
    if (isStoreError(error, 'Conflict')) {
      queue.addBackoff(key);
      return 'conflict';
    }
    // With the deadline over, what was thrown is mostly just "aborted": the signal's reason says why.
    this.#fail(key, signal.aborted ? signal.reason : error, error);
    return 'failed';
  }

  #settle(key: K, outcome: 'done' | 'stalled', requeueAfterMs: number | undefined): Outcome {
    this.#options.queue.forget(key);
    if (requeueAfterMs !== undefined) this.#options.queue.addAfter(key, requeueAfterMs);
    return outcome;
  }

  #fail(key: K, error: unknown, thrown: unknown): void {
    const { name, queue, log } = this.#options;
    const retryAfterMs = thrown instanceof StoreError ? thrown.retryAfterMs : undefined;
    const { failures, delayMs } = queue.addBackoff(key, retryAfterMs);
    // While the API server is away everything fails: each streak is logged at its 1st, 2nd, 4th, 8th … failure.
    const level = Number.isInteger(Math.log2(failures)) ? 'error' : 'debug';
    log[level]({ kind: name, key, err: error, failures, retryInMs: Math.round(delayMs) }, 'reconcile failed');
  }

  /**
   * A signal for one run: aborts at the deadline or when the grace of a stop is over. Made by hand and ended after the
   * run: AbortSignal.timeout would keep its timer for the whole deadline, thousands of them under load.
   */
  #bound(): { readonly signal: AbortSignal; readonly end: () => void } {
    const { deadlineMs = 60_000 } = this.#options;
    const run = new AbortController();
    const stop = (): void => run.abort(this.#stopNow.reason);
    const cancel = this.#clock.setTimer(() => run.abort(new ReconcileDeadlineError(deadlineMs)), deadlineMs);
    this.#stopNow.addEventListener('abort', stop, { once: true });
    const end = (): void => {
      cancel();
      this.#stopNow.removeEventListener('abort', stop);
    };
    return { signal: run.signal, end };
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Lease } from '#api/compiled/lease.ts';
import { coreKinds } from '#api/kinds.ts';
import type { Store } from './store.ts';
import { isStoreError, StoreError } from './store-error.ts';

/** Time as the election sees it. Deadlines use the monotonic clock only; the wall clock is written for people to read. */
export interface ElectionClock {
  /** Monotonic milliseconds. */
  now(): number;
  wallClock(): Date;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface ElectionOptions {
  readonly store: Store;
  /** Where the Lease is. */
  readonly namespace: string;
  readonly name: string;
  /** Unique per process: pod name and a random part. */
  readonly identity: string;
  /** A clean stop: finishes the work, then releases the Lease. */
  readonly signal: AbortSignal;
  /** How long others wait for a silent leader; default 15 s. */
  readonly leaseDurationMs?: number;
  /** How long the leader goes on without a renewal; default 10 s. Must be less than the lease. */
  readonly renewDeadlineMs?: number;
  /** Between two attempts; default 2 s. */
  readonly retryPeriodMs?: number;
  readonly clock?: ElectionClock;
  /** Of [0, 1). */
  readonly random?: () => number;
  /** Attempts that failed; the election goes on by itself. */
  readonly onError?: (error: Error) => void;
  /** Somebody else (or this process) was seen as leader. */
  readonly onNewLeader?: (identity: string) => void;
}

/** One time of leading. */
export interface Term {
  /** Aborts when leadership is lost, and when a clean stop begins. */
  readonly signal: AbortSignal;
  /**
   * Ask before every write. False from the moment at which another process could begin to lead, also when no timer of
   * this process has run since (SIGSTOP, a long pause): it looks at the clock.
   */
  isLeader(): boolean;
}

/** `Stopped`: the signal aborted, the Lease is released. `Lost`: another may lead already; end the process. */
export type ElectionResult = 'Stopped' | 'Lost';

/**
 * Takes part in the election for one Lease and runs `lead` while leading. Resolves at the end of the first term or when
 * the signal aborts.
 *
 *   candidate ──Lease free, or unchanged for leaseDuration──▶ leader ──renewed each retryPeriod──▶ leader
 *                                                             │  │
 *              no renewal for renewDeadline, or another holds it  └── signal: lead() ends, Lease is released
 *                                                             ▼                  ▼
 *                                                           'Lost'           'Stopped'
 *
 * A leader counts its deadline from *before* it sent the last good renewal; others count the lease from when they first
 * saw that renewal, which is later. So terms never overlap by more than the clocks' rates differ, and what is under way
 * has leaseDuration - renewDeadline to end. That is still no fencing: writes also carry the version that was read.
 */
export async function runLeaderElection(
  options: ElectionOptions,
  lead: (term: Term) => Promise<void>,
): Promise<ElectionResult> {
  const election = new Election(options);
  if (!(await election.acquire())) return 'Stopped';
  return await election.serve(lead);
}

/** One manager for all candidates: they hand the same fields on. */
const fieldManager = 'simpul-leader-election';

export const realClock: ElectionClock = {
  now: () => performance.now(),
  wallClock: () => new Date(),
  sleep: async (ms, signal) => await delay(ms, undefined, { signal }),
};

class Election {
  readonly #options: ElectionOptions;
  readonly #clock: ElectionClock;
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  #seen: Lease | undefined;
  /** When `#seen` was first seen with this holder and renewal. */
  #seenAtMs = 0;
  /** Before the last renewal that succeeded was sent. */
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  #holding = false;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#leaseDurationMs = options.leaseDurationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryPeriodMs = options.retryPeriodMs ?? 2_000;
  }

  /** True once this process leads; false when the signal aborted before. */
  async acquire(): Promise<boolean> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      try {
        if (await this.#tryAcquire(signal)) return true;
      } catch (error) {
        this.#report(error, signal);
      }
      await this.#pause(signal);
    }
    return false;
  }

  /** Renews while `lead` works; gives why it ended. */
  async serve(lead: (term: Term) => Promise<void>): Promise<ElectionResult> {
    const { signal } = this.#options;
    const term = new AbortController();
    const endTerm = () => term.abort();
    signal.addEventListener('abort', endTerm, { once: true });
    if (signal.aborted) endTerm();
    const worked = new AbortController();
    const work = lead({ signal: term.signal, isLeader: () => this.#isLeader() }).finally(() => worked.abort());
    work.catch(() => undefined); // looked at below, but it may fail while we renew
    await this.#renewUntil(worked.signal);
    signal.removeEventListener('abort', endTerm);
    endTerm();
    if (!this.#isLeader()) {
      work.catch((error: unknown) => this.#options.onError?.(asError(error))); // no more time for it
      return 'Lost';
    }
    await this.#release();
    await work; // its failure is the caller's
    return 'Stopped';
  }

  #isLeader(): boolean {
    return this.#holding && this.#clock.now() < this.#renewedAtMs + this.#renewDeadlineMs;
  }

  /** Returns when the work is done or leadership is lost, and not a moment later. */
  async #renewUntil(worked: AbortSignal): Promise<void> {
    while (!worked.aborted && this.#isLeader()) {
      await this.#pause(worked, this.#remainingMs());
      if (!worked.aborted) await this.#renew(worked);
    }
  }

  /** One attempt, which ends with the leadership whatever the network does. */
  async #renew(worked: AbortSignal): Promise<void> {
    const attempt = new AbortController();
    const over = new AbortController();
    const deadline = this.#clock.sleep(this.#remainingMs(), over.signal).then(
      () => attempt.abort(),
      () => undefined, // the attempt was over before
    );
    try {
      await Promise.race([this.#tryRenew(attempt.signal), deadline]);
    } catch (error) {
      this.#report(error, worked);
    } finally {
      over.abort();
    }
  }

  #remainingMs(): number {
    return Math.max(0, this.#renewedAtMs + this.#renewDeadlineMs - this.#clock.now());
  }

  async #tryAcquire(signal: AbortSignal): Promise<boolean> {
    const lease = await this.#read(signal);
    if (lease !== undefined && !this.#isFree(lease)) return false;
    const { name, namespace } = this.#options;
    // Made empty first, so that taking it is the same compare-and-swap for everybody.
    const metadata = { name, namespace };
    const base = lease ?? (await this.#options.store.create<Lease>(leaseOf(metadata, {}), { fieldManager, signal }));
    return await this.#write(base, 'acquire', signal);
  }

  async #tryRenew(signal: AbortSignal): Promise<void> {
    const lease = this.#seen;
    if (lease === undefined) return;
    try {
      await this.#write(lease, 'renew', signal);
    } catch (error) {
      if (!isStoreError(error, 'Conflict')) throw error;
      await this.#afterConflict(signal);
    }
  }

  /** Somebody wrote the Lease: either it is another's now, or it only got a new version (or was deleted). */
  async #afterConflict(signal: AbortSignal): Promise<void> {
    const lease = await this.#read(signal);
    if (lease === undefined) {
      this.#holding = await this.#tryAcquire(signal);
      return;
    }
    if (lease.spec?.holderIdentity !== this.#options.identity) {
      this.#holding = false;
      return;
    }
    await this.#write(lease, 'renew', signal);
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    const { store, namespace, name } = this.#options;
    const lease = await store.get<Lease>(coreKinds.Lease, { namespace, name }, { signal });
    if (lease !== undefined) this.#observe(lease);
    return lease;
  }

  #observe(lease: Lease): void {
    const [before, after] = [this.#seen?.spec, lease.spec];
    const holder = after?.holderIdentity ?? '';
    if (this.#seen === undefined || before?.holderIdentity !== after?.holderIdentity) {
      if (holder !== '') this.#options.onNewLeader?.(holder);
    }
    const same = before?.holderIdentity === after?.holderIdentity && before?.renewTime === after?.renewTime;
    if (this.#seen === undefined || !same) this.#seenAtMs = this.#clock.now();
    this.#seen = lease;
  }

  #isFree(lease: Lease): boolean {
    const holder = lease.spec?.holderIdentity ?? '';
    if (holder === '' || holder === this.#options.identity) return true;
    return this.#clock.now() >= this.#seenAtMs + this.#leaseDurationMs;
  }

  /** Compare-and-swap on the version of `base`: of two candidates one gets a Conflict. */
  async #write(base: Lease, act: 'acquire' | 'renew', signal: AbortSignal): Promise<boolean> {
    const sentAtMs = this.#clock.now();
    const time = microTime(this.#clock.wallClock());
    const transitions = base.spec?.leaseTransitions ?? 0;
    const moved = act === 'acquire' && base.spec?.holderIdentity !== this.#options.identity;
    const written = await this.#options.store.apply<Lease>(
      leaseOf(base.metadata, {
        holderIdentity: this.#options.identity,
        leaseDurationSeconds: Math.max(1, Math.ceil(this.#leaseDurationMs / 1000)),
        acquireTime: act === 'acquire' ? time : (base.spec?.acquireTime ?? time),
        renewTime: time,
        leaseTransitions: moved ? transitions + 1 : transitions,
      }),
      { fieldManager, force: true, signal },
    );
    this.#observe(written);
    this.#renewedAtMs = sentAtMs;
    this.#holding = true;
    return true;
  }

  /** Leaves the Lease without a holder, so that the next candidate need not wait. Failing is no harm: it runs out. */
  async #release(): Promise<void> {
    const lease = this.#seen;
    const remainingMs = this.#remainingMs();
    if (lease === undefined || !this.#isLeader()) return;
    this.#holding = false;
    try {
      const spec = { leaseDurationSeconds: 1, leaseTransitions: lease.spec?.leaseTransitions ?? 0 };
      const signal = AbortSignal.timeout(Math.ceil(remainingMs));
      await this.#options.store.apply(leaseOf(lease.metadata, spec), { fieldManager, force: true, signal });
    } catch (error) {
      this.#options.onError?.(asError(error));
    }
  }

  async #pause(signal: AbortSignal, atMostMs = Number.POSITIVE_INFINITY): Promise<void> {
    const jitter = 0.8 + 0.2 * (this.#options.random ?? Math.random)();
    await this.#clock.sleep(Math.min(atMostMs, this.#retryPeriodMs * jitter), signal).catch(() => undefined);
  }

  #report(error: unknown, signal: AbortSignal): void {
    if (signal.aborted || isStoreError(error, 'Conflict') || isStoreError(error, 'AlreadyExists')) return;
    this.#options.onError?.(asError(error));
  }
}

/** Identity and version of `metadata` with this spec: all that an apply of ours carries. */
function leaseOf(metadata: Lease['metadata'], spec: NonNullable<Lease['spec']>): Lease {
  const { name, namespace = '', uid, resourceVersion } = metadata;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...{ name, namespace },
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec,
  };
}

/** MicroTime has six digits of fraction. */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new StoreError('InternalError', String(error));
}

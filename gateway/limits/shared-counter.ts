import type { BurstLog } from './burst-log.ts';
import type { WindowLimit } from './rule.ts';

/** Limits of fewer calls than this in a window are counted one by one, so that no token is stranded on another pod. */
export const exactBelow = 20;
/** A pod holds at most what it spends in this time. */
const holdMs = 50;

/**
 * One key of one limit, counted in Redis: the tokens that this pod has leased and not spent yet, and what it knows of
 * the window. All instants are steady milliseconds of this process.
 *
 *   no window ──lease──▶ tokens > 0 ──spent──▶ tokens = 0 ──lease──▶ …
 *                                                  └─ nothing left ─▶ denied until the window ends
 */
export class SharedCounter {
  /** Key in Redis: a keyed digest, because what is counted may be personal. */
  readonly name: string;
  /** As the call that came last saw it. */
  limit: WindowLimit;
  /** Leased and not spent; worth nothing from `tokensUntil` on. */
  tokens = 0;
  tokensUntil = 0;
  /** End of the window, never later than it is in Redis. */
  end = 0;
  /** The window's beginning by Redis' clock: its identity. 0: it is this pod's own. */
  start = 0;
  /** Granted in the window to all pods, as Redis said last. */
  known = 0;
  /** All that was ever granted in the window, with what came back. */
  granted = 0;
  /** The epoch of Redis that `known` stems from. */
  epoch = '';
  /** Calls that this pod admitted in the window. */
  admitted = 0;
  /** Of them: without a token, and not told to Redis yet. */
  debt = 0;
  /** To be given back with the next lease. */
  back = 0;
  /** Not asked again until then; the window may last longer. */
  deniedUntil = 0;
  deniedByBurst = false;
  /** Size of the last lease. */
  lot = 0;
  /** Calls that wait for tokens now. */
  waiting = 0;
  /** The lease under way; settles when its answer has been dealt with. */
  leasing: Promise<void> | null = null;
  spentAt = 0;
  /** While Redis cannot be asked: what `burst` counts here. */
  burst: BurstLog | null = null;
  #amount: number;
  /** Tokens in a millisecond. */
  #rate = 0;
  #spent = 0;
  #pacedAt = 0;

  constructor(name: string, limit: WindowLimit) {
    this.name = name;
    this.limit = limit;
    this.#amount = limit.amount;
  }

  /** A call under `limit` looks at it. An edited limit gives back what was leased under the old one. */
  turnTo(limit: WindowLimit, steady: number): void {
    if (this.limit !== limit) {
      this.limit = limit;
      if (limit.amount !== this.#amount) {
        this.#amount = limit.amount;
        this.giveBack();
        this.deniedUntil = 0;
      }
    }
    if (this.end !== 0 && steady >= this.end) this.#closeWindow();
  }

  /** Enough for one more call. */
  hasToken(steady: number): boolean {
    return this.tokens > 0 && steady < this.tokensUntil;
  }

  isDenied(steady: number): boolean {
    return steady < this.deniedUntil;
  }

  /** One call passes, or so many bytes. What there is no token for is a debt. */
  spend(steady: number, amount = 1): void {
    const covered = this.hasToken(steady) ? Math.min(this.tokens, amount) : 0;
    this.tokens -= covered;
    this.debt += amount - covered;
    this.admitted += amount;
    this.#spent += amount;
    this.spentAt = steady;
  }

  /** A quarter of the lease is left: time to fetch the next. */
  get runsLow(): boolean {
    return this.lot >= 4 && this.tokens * 4 <= this.lot && this.leasing === null;
  }

  giveBack(): void {
    this.back += this.tokens;
    this.tokens = 0;
  }

  /** Calls left in the window, as far as this pod knows. */
  remaining(): number {
    return Math.max(0, this.limit.amount - this.known - this.debt + this.tokens);
  }

  /** How many tokens to ask for: what waits, or half of a fair share of what is left, but not more than 50 ms' worth. */
  lotFor(pods: number, steady: number): number {
    this.#pace(steady);
    const atLeast = Math.max(1, this.waiting);
    if (this.limit.amount < exactBelow) return atLeast;
    const left = Math.max(0, this.limit.amount - this.known);
    return Math.max(atLeast, Math.min(Math.floor(left / (2 * pods)), Math.ceil(this.#rate * holdMs)));
  }

  /** Nothing is held that anybody would miss. */
  isIdle(steady: number): boolean {
    return steady >= this.end && steady >= this.deniedUntil && this.leasing === null && this.waiting === 0;
  }

  /** A window of this pod's own, while Redis cannot be asked. */
  beginOwnWindow(end: number): void {
    this.#closeWindow();
    this.end = end;
  }

  /** The pace of spending, smoothed over the time that a lease is meant to last. */
  #pace(steady: number): void {
    const passed = steady - this.#pacedAt;
    if (passed <= 0) return;
    const weight = 1 - Math.exp(-passed / holdMs);
    this.#rate += (this.#spent / passed - this.#rate) * weight;
    this.#spent = 0;
    this.#pacedAt = steady;
  }

  #closeWindow(): void {
    this.end = 0;
    this.start = 0;
    this.known = 0;
    this.granted = 0;
    this.admitted = 0;
    this.debt = 0;
    this.back = 0;
    this.tokens = 0;
  }
}

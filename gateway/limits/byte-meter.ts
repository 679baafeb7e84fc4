import type { Clock } from '../clock.ts';
import type { CounterPool } from './counters.ts';
import { isAbout, keyOf } from './limit-key.ts';
import type { LimitKeys } from './limiter.ts';
import type { BandwidthRule, LimitRule, Limits } from './rule.ts';

interface Counted<Rule> {
  readonly rule: Rule;
  readonly key: string;
}

export interface ByteMeterDeps {
  readonly pool: CounterPool;
  readonly clock: Clock;
}

/** The byte limits that one call must keep: counts what goes out, and says how long to wait. */
export class ByteMeter {
  readonly #deps: ByteMeterDeps;
  readonly #windows: Counted<LimitRule>[] = [];
  readonly #bandwidths: Counted<BandwidthRule>[] = [];

  constructor(deps: ByteMeterDeps) {
    this.#deps = deps;
  }

  /** `rules`: those over windows that are about the call. */
  addWindows(rules: readonly LimitRule[], keys: LimitKeys): void {
    for (const rule of rules) {
      if (rule.limit.unit === 'bytes') this.#windows.push({ rule, key: keyOf(rule.limit, keys) });
    }
  }

  addBandwidths(rules: Limits['bandwidths'], keys: LimitKeys, onBadCondition: (rule: BandwidthRule) => void): void {
    for (const rule of rules ?? []) {
      if (isAbout(rule, keys, onBadCondition)) this.#bandwidths.push({ rule, key: keyOf(rule.limit, keys) });
    }
  }

  get isNeeded(): boolean {
    return this.#windows.length + this.#bandwidths.length > 0;
  }

  /** Milliseconds until bytes may go out; 0: now. */
  waitMs(): number {
    if (this.#bandwidths.length === 0) return 0;
    const steady = this.#deps.clock.steady();
    const pods = this.#deps.pool.store?.pods ?? 1;
    let waitMs = 0;
    for (const { rule, key } of this.#bandwidths) {
      waitMs = Math.max(waitMs, rule.bandwidth.waitMs(key, rule.limit.bytes / pods, steady));
    }
    return waitMs;
  }

  /** They went out. */
  count(bytes: number): void {
    for (const { rule, key } of this.#bandwidths) rule.bandwidth.take(key, bytes);
    if (this.#windows.length === 0) return;
    const { pool, clock } = this.#deps;
    const at = { now: clock.now(), steady: clock.steady() };
    for (const { rule, key } of this.#windows) {
      if (pool.store === null) {
        rule.counters.add(key, rule.limit, at, bytes);
      } else {
        // Looked up each time: the window of a long answer may have ended, and its counter may be another.
        const counter = rule.counters.shared(key, rule.limit, at.steady);
        counter.spend(at.steady, bytes);
        pool.store.spent(counter);
      }
    }
  }
}

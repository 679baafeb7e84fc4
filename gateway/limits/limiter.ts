import type { Clock } from '../clock.ts';
import { type Counter, type Instant, untilEnd } from './counters.ts';
import type { LimitRule } from './rule.ts';

/** What a call is counted by. */
export interface LimitKeys {
  /** Empty: the caller has no Subscription. */
  readonly subscription: string;
  readonly application: string;
  readonly clientIp: string;
}

export interface Denial {
  readonly rule: LimitRule;
  /** Was it the burst, and not the window? */
  readonly byBurst: boolean;
  readonly retryAfterMs: number;
}

/** The rule that leaves least; what the RateLimit field describes. */
export interface Tightest {
  rule: LimitRule | null;
  remaining: number;
  resetMs: number;
}

/**
 * Admits a call if every rule does. All are checked first and only then counted, so a refused call counts nowhere. One
 * instance serves one call at a time; everything happens in one go, so that is no restriction.
 */
export class Limiter {
  readonly tightest: Tightest = { rule: null, remaining: 0, resetMs: 0 };
  readonly #clock: Clock;
  readonly #at: Instant = { now: 0, steady: 0 };
  readonly #rules: LimitRule[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins the next call. */
  begin(): void {
    this.#rules.length = 0;
    this.tightest.rule = null;
    this.#at.now = this.#clock.now();
    this.#at.steady = this.#clock.steady();
  }

  addRules(rules: readonly LimitRule[]): void {
    for (const rule of rules) this.#rules.push(rule);
  }

  /** The rules of this call, in the order in which they were added. */
  get rules(): readonly LimitRule[] {
    return this.#rules;
  }

  /** Null: admitted, and counted everywhere. Else the first rule that refuses; counted nowhere. */
  admit(keys: LimitKeys): Denial | null {
    for (const rule of this.#rules) {
      const denial = this.#check(rule, keys);
      if (denial !== null) return denial;
    }
    for (const rule of this.#rules) this.#count(rule, keys);
    return null;
  }

  #check(rule: LimitRule, keys: LimitKeys): Denial | null {
    const { limit, counters } = rule;
    const counter = counters.find(keyOf(rule, keys), limit, this.#at);
    if (counter === null) return null;
    if (counter.count >= limit.requests) {
      return { rule, byBurst: false, retryAfterMs: untilEnd(counter, this.#at) };
    }
    if (limit.burst === undefined || counter.burst === null) return null;
    const waitMs = counter.burst.waitMs(this.#at.steady, limit.burst);
    return waitMs > 0 ? { rule, byBurst: true, retryAfterMs: waitMs } : null;
  }

  #count(rule: LimitRule, keys: LimitKeys): void {
    const counter = rule.counters.add(keyOf(rule, keys), rule.limit, this.#at);
    const remaining = this.#remaining(rule, counter);
    const { tightest } = this;
    if (tightest.rule !== null && tightest.remaining <= remaining) return;
    tightest.rule = rule;
    tightest.remaining = remaining;
    tightest.resetMs = untilEnd(counter, this.#at);
  }

  #remaining(rule: LimitRule, counter: Counter): number {
    return Math.max(0, rule.limit.requests - counter.count);
  }
}

/** A caller without a Subscription is counted by its address: else all of them would share one counter, or none. */
function keyOf(rule: LimitRule, keys: LimitKeys): string {
  switch (rule.limit.by) {
    case 'Total':
      return '';
    case 'ClientIP':
      return keys.clientIp;
    case 'Subscription':
      return keys.subscription === '' ? keys.clientIp : keys.subscription;
    case 'Application':
      return keys.application === '' ? keys.clientIp : keys.application;
  }
}

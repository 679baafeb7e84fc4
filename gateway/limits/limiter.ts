import type { CallExpression, CallFacts } from '#api/call-expression.ts';
import type { Clock } from '../clock.ts';
import { type Counter, type Instant, untilEnd } from './counters.ts';
import type { LimitRule } from './rule.ts';

/** What a call is counted by. */
export interface LimitKeys {
  /** Empty: the caller has no Subscription. */
  readonly subscription: string;
  readonly application: string;
  readonly clientIp: string;
  /** Values of a field, joined; empty: the call has none. */
  readonly header: (name: string) => string;
  /** A claim of the caller's token as text; empty: there is none. */
  readonly claim: (name: string) => string;
  /** For the conditions of limits. */
  readonly facts: () => CallFacts;
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
  readonly #onBadCondition: (rule: LimitRule) => void;
  readonly #at: Instant = { now: 0, steady: 0 };
  readonly #rules: LimitRule[] = [];
  readonly #keys: string[] = [];

  /** `onBadCondition` is told of each call for which a condition could not be evaluated: the limit then applies. */
  constructor(clock: Clock, onBadCondition: (rule: LimitRule) => void = () => undefined) {
    this.#clock = clock;
    this.#onBadCondition = onBadCondition;
  }

  /** Begins the next call. */
  begin(): void {
    this.#rules.length = 0;
    this.#keys.length = 0;
    this.tightest.rule = null;
    this.#at.now = this.#clock.now();
    this.#at.steady = this.#clock.steady();
  }

  /** Adds those of `rules` that are about the call. */
  addRules(rules: readonly LimitRule[], keys: LimitKeys): void {
    for (const rule of rules) {
      if (rule.when !== null && !this.#isAbout(rule, rule.when, keys)) continue;
      this.#rules.push(rule);
      this.#keys.push(keyOf(rule, keys));
    }
  }

  /** The rules of this call, in the order in which they were added. */
  get rules(): readonly LimitRule[] {
    return this.#rules;
  }

  /** Null: admitted, and counted everywhere. Else the first rule that refuses; counted nowhere. */
  admit(): Denial | null {
    for (const [index, rule] of this.#rules.entries()) {
      const denial = this.#check(rule, this.#keys[index] ?? '');
      if (denial !== null) return denial;
    }
    for (const [index, rule] of this.#rules.entries()) this.#count(rule, this.#keys[index] ?? '');
    return null;
  }

  #isAbout(rule: LimitRule, when: CallExpression, keys: LimitKeys): boolean {
    const holds = when.holds(keys.facts());
    if (holds === undefined) this.#onBadCondition(rule);
    return holds ?? true;
  }

  #check(rule: LimitRule, key: string): Denial | null {
    const { limit, counters } = rule;
    const counter = counters.find(key, limit, this.#at);
    if (counter === null) return null;
    if (counter.count >= limit.requests) {
      return { rule, byBurst: false, retryAfterMs: untilEnd(counter, this.#at) };
    }
    if (limit.burst === undefined || counter.burst === null) return null;
    const waitMs = counter.burst.waitMs(this.#at.steady, limit.burst);
    return waitMs > 0 ? { rule, byBurst: true, retryAfterMs: waitMs } : null;
  }

  #count(rule: LimitRule, key: string): void {
    const counter = rule.counters.add(key, rule.limit, this.#at);
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

/** A caller that lacks what is counted by is counted by its address: else all of them would share one counter, or none. */
function keyOf({ limit }: LimitRule, keys: LimitKeys): string {
  switch (limit.by) {
    case 'Total':
      return '';
    case 'ClientIP':
      return keys.clientIp;
    case 'Subscription':
      return keys.subscription === '' ? keys.clientIp : keys.subscription;
    case 'Application':
      return keys.application === '' ? keys.clientIp : keys.application;
    case 'Header':
      return valueOrAddress(keys.header(limit.header ?? ''), keys);
    case 'Claim':
      return valueOrAddress(keys.claim(limit.claim ?? ''), keys);
  }
}

/** Values begin with a sign that no address has, so that nobody counts as an address by naming it. */
function valueOrAddress(value: string, keys: LimitKeys): string {
  return value === '' ? keys.clientIp : `=${value}`;
}

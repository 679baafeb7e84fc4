import type { CallFacts } from '#api/call-expression.ts';
import type { Clock } from '../clock.ts';
import { type Counter, type CounterPool, type Instant, untilEnd } from './counters.ts';
import { isAbout, keyOf } from './limit-key.ts';
import type { LimitStore } from './limit-store.ts';
import type { LimitRule } from './rule.ts';
import { ownDenial, sharedDenial, spendShared } from './shared-admission.ts';
import type { SharedCounter } from './shared-counter.ts';

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
  /** What is used up: the window's calls, or the burst. Or nobody can say, and the limit says Deny for that. */
  readonly by: 'window' | 'burst' | 'store';
  readonly retryAfterMs: number;
}

/** The rule that leaves least; what the RateLimit field describes. */
export interface Tightest {
  rule: LimitRule | null;
  remaining: number;
  resetMs: number;
}

/** Most leases that one call waits for, one after the other: others may spend what it has fetched. */
const maxLeases = 8;

/**
 * Admits a call if every rule does. All are checked first and only then counted, so a refused call counts nowhere. One
 * instance serves one call at a time; it can serve the next once {@link admit} has given no promise, or that has settled.
 */
export class Limiter {
  readonly tightest: Tightest = { rule: null, remaining: 0, resetMs: 0 };
  /** The call was judged by what this pod knows alone, because Redis did not answer. */
  isOwnJudgement = false;
  readonly #pool: CounterPool;
  readonly #clock: Clock;
  readonly #onBadCondition: (rule: LimitRule) => void;
  readonly #at: Instant = { now: 0, steady: 0 };
  /** Of the four only what stands before `#count` is of this call: to empty an array costs more than to fill it. */
  readonly #rules: LimitRule[] = [];
  readonly #keys: string[] = [];
  readonly #own: (Counter | null)[] = [];
  readonly #shared: SharedCounter[] = [];
  #count = 0;

  /** `onBadCondition` is told of each call for which a condition could not be evaluated: the limit then applies. */
  constructor(pool: CounterPool, clock: Clock, onBadCondition: (rule: LimitRule) => void = () => undefined) {
    this.#pool = pool;
    this.#clock = clock;
    this.#onBadCondition = onBadCondition;
  }

  /** Begins the next call. */
  begin(): void {
    this.#count = 0;
    this.tightest.rule = null;
    this.isOwnJudgement = false;
    this.#look();
  }

  /** Adds those of `rules` that are about the call. */
  addRules(rules: readonly LimitRule[], keys: LimitKeys): void {
    for (const rule of rules) {
      if (rule.when !== null && !isAbout(rule, keys, this.#onBadCondition)) continue;
      this.#rules[this.#count] = rule;
      this.#keys[this.#count] = keyOf(rule.limit, keys);
      this.#count++;
    }
  }

  /** The rules of this call, in the order in which they were added. */
  get rules(): readonly LimitRule[] {
    if (this.#rules.length !== this.#count) this.#rules.length = this.#count;
    return this.#rules;
  }

  /**
   * Null: admitted, and counted everywhere. Else the first rule that refuses; counted nowhere. A promise only while
   * tokens have to be fetched.
   */
  admit(): Denial | null | Promise<Denial | null> {
    const { store } = this.#pool;
    if (store === null) return this.#admitAlone();
    let at = 0;
    for (const rule of this.rules) {
      this.#shared[at] = rule.counters.shared(this.#keys[at] ?? '', rule.limit, this.#at.steady);
      at++;
    }
    if (this.#shared.length !== at) this.#shared.length = at;
    const denial = this.#denialOf(store);
    return denial === undefined ? this.#lease(store) : denial;
  }

  #look(): void {
    this.#at.now = this.#clock.now();
    this.#at.steady = this.#clock.steady();
  }

  #admitAlone(): Denial | null {
    // Not entries(): that makes an array for each rule of each call.
    let at = 0;
    for (const rule of this.rules) {
      const counter = rule.counters.find(this.#keys[at] ?? '', rule.limit, this.#at);
      this.#own[at++] = counter;
      const denial = counter === null ? null : this.#check(rule, counter);
      if (denial !== null) return denial;
    }
    at = 0;
    for (const rule of this.#rules) {
      this.#add(rule, this.#keys[at] ?? '', this.#own[at] ?? null);
      at++;
    }
    return null;
  }

  /** What the tokens at hand say; undefined: some have to be fetched first. */
  #denialOf(store: LimitStore): Denial | null | undefined {
    const { steady } = this.#at;
    let lacks = false;
    let at = 0;
    for (const rule of this.#rules) {
      const counter = this.#shared[at++];
      if (counter === undefined) continue;
      const denial = sharedDenial(rule, counter, steady);
      if (denial !== null) return denial;
      lacks ||= !counter.hasToken(steady);
    }
    if (!lacks) return this.#spend(store);
    return store.isUp ? undefined : this.#judgeAlone(store);
  }

  async #lease(store: LimitStore): Promise<Denial | null> {
    for (let i = 0; i < maxLeases; i++) {
      for (const counter of this.#shared) counter.waiting++;
      const isAnswered = await store.lease(this.#shared.filter((counter) => !counter.hasToken(this.#at.steady)));
      for (const counter of this.#shared) counter.waiting--;
      this.#look();
      const denial = this.#denialOf(store);
      if (denial !== undefined) return denial;
      if (!isAnswered) break;
    }
    return this.#judgeAlone(store);
  }

  /** Redis cannot be asked: this pod allows its share. */
  #judgeAlone(store: LimitStore): Denial | null {
    this.isOwnJudgement = true;
    for (const [index, rule] of this.#rules.entries()) {
      const counter = this.#shared[index];
      const denial = counter === undefined ? null : ownDenial(rule, counter, { store, pool: this.#pool, at: this.#at });
      if (denial !== null) return denial;
    }
    return this.#spend(store);
  }

  #spend(store: LimitStore): null {
    const { steady } = this.#at;
    let at = 0;
    for (const rule of this.#rules) {
      const counter = this.#shared[at++];
      if (counter === undefined) continue;
      if (rule.limit.unit === 'requests') spendShared(counter, store, steady);
      this.#compare(rule, counter.remaining(), counter.end - steady);
    }
    return null;
  }

  #check(rule: LimitRule, counter: Counter): Denial | null {
    const { limit } = rule;
    if (counter.count >= limit.amount) {
      return { rule, by: 'window', retryAfterMs: untilEnd(counter, this.#at) };
    }
    if (limit.burst === undefined || counter.burst === null) return null;
    const waitMs = counter.burst.waitMs(this.#at.steady, limit.burst);
    return waitMs > 0 ? { rule, by: 'burst', retryAfterMs: waitMs } : null;
  }

  /** `found`: the counter of `key`; null: there is none yet. */
  #add(rule: LimitRule, key: string, found: Counter | null): void {
    const { counters, limit } = rule;
    const amount = limit.unit === 'requests' ? 1 : 0;
    const counter =
      found === null ? counters.add(key, limit, this.#at, amount) : counters.addTo(found, limit, this.#at, amount);
    this.#compare(rule, this.#remaining(rule, counter), untilEnd(counter, this.#at));
  }

  #compare(rule: LimitRule, remaining: number, resetMs: number): void {
    const { tightest } = this;
    if (tightest.rule !== null && tightest.remaining <= remaining) return;
    tightest.rule = rule;
    tightest.remaining = remaining;
    tightest.resetMs = resetMs;
  }

  #remaining(rule: LimitRule, counter: Counter): number {
    return Math.max(0, rule.limit.amount - counter.count);
  }
}

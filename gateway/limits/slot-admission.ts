import type { Clock } from '../clock.ts';
import { isAbout, keyOf } from './limit-key.ts';
import type { LimitKeys } from './limiter.ts';
import type { LimitRule, Limits, SlotRule } from './rule.ts';
import type { SlotStore } from './slot-store.ts';
import type { SlotCounter } from './slots.ts';

/** The slots of one call; to be released when it has ended. */
export type TakenSlots = readonly SlotCounter[];

export function releaseSlots(slots: TakenSlots): void {
  for (const slot of slots) slot.release();
}

/** Why a call may not begin now. */
export interface SlotDenial {
  readonly rule: SlotRule;
  /** All are taken, or nobody can say and the limit says Deny for that. */
  readonly by: 'slots' | 'store';
}

export interface SlotAdmissionDeps {
  /** Null: this process counts for itself. */
  readonly store: SlotStore | null;
  readonly clock: Clock;
  readonly keys: LimitKeys;
  readonly onBadCondition: (rule: Pick<LimitRule, 'source'>) => void;
}

/** Most leases that one call waits for, one after the other: others may take what it has fetched. */
const maxLeases = 4;

/** One call that needs a slot of every rule at once; made only for calls that such rules are about. */
export class SlotAdmission {
  readonly #deps: SlotAdmissionDeps;
  readonly rules: SlotRule[] = [];
  readonly counters: SlotCounter[] = [];
  /** The call was judged by what this pod knows alone, because Redis did not answer. */
  isOwnJudgement = false;

  constructor(deps: SlotAdmissionDeps) {
    this.#deps = deps;
  }

  addRules(rules: Limits['slots']): void {
    if (rules === null) return;
    for (const rule of rules) {
      if (!isAbout(rule, this.#deps.keys, this.#deps.onBadCondition)) continue;
      const counter = rule.slots.find(keyOf(rule.limit, this.#deps.keys));
      counter.limit = rule.limit.concurrent;
      this.rules.push(rule);
      this.counters.push(counter);
    }
  }

  /** Null: slots of all are taken. A promise only while slots have to be fetched. */
  admit(): SlotDenial | null | Promise<SlotDenial | null> {
    const { store } = this.#deps;
    if (store === null) return this.#judge((counter) => counter.limit);
    const denial = this.#look(store);
    return denial === undefined ? this.#lease(store) : denial;
  }

  /** What the slots at hand say; undefined: some have to be fetched first. */
  #look(store: SlotStore): SlotDenial | null | undefined {
    const steady = this.#deps.clock.steady();
    let lacks = false;
    for (const [i, counter] of this.counters.entries()) {
      if (counter.inUse < Math.min(counter.held, counter.limit)) continue;
      const rule = this.rules[i];
      if (store.isUp && steady < counter.deniedUntil && rule !== undefined) {
        this.#forget();
        return { rule, by: 'slots' };
      }
      lacks = true;
    }
    if (!lacks) return this.#take();
    return store.isUp ? undefined : this.#judgeAlone(store);
  }

  async #lease(store: SlotStore): Promise<SlotDenial | null> {
    for (let i = 0; i < maxLeases; i++) {
      for (const counter of this.counters) counter.waiting++;
      const short = this.counters.filter(({ inUse, held, limit }) => inUse >= Math.min(held, limit));
      const isAnswered = await store.lease(short);
      for (const counter of this.counters) counter.waiting--;
      const denial = this.#look(store);
      if (denial !== undefined) return denial;
      if (!isAnswered) return this.#judgeAlone(store);
    }
    // Others were quicker each time.
    return this.#judge(({ held, limit }) => Math.min(held, limit));
  }

  /** Redis cannot be asked: this pod allows its share, or with `onRedisFailure: Deny` what it has leased. */
  #judgeAlone(store: SlotStore): SlotDenial | null {
    this.isOwnJudgement = true;
    return this.#judge((counter, rule) =>
      rule.limit.onRedisFailure === 'Deny' ? counter.held : Math.max(1, Math.floor(counter.limit / store.pods)),
    );
  }

  #judge(allowed: (counter: SlotCounter, rule: SlotRule) => number): SlotDenial | null {
    for (const [i, rule] of this.rules.entries()) {
      const counter = this.counters[i];
      if (counter === undefined || counter.inUse < allowed(counter, rule)) continue;
      this.#forget();
      return { rule, by: this.isOwnJudgement && rule.limit.onRedisFailure === 'Deny' ? 'store' : 'slots' };
    }
    return this.#take();
  }

  #take(): null {
    for (const counter of this.counters) counter.take();
    return null;
  }

  /** Counters that were made only to be looked at. */
  #forget(): void {
    for (const counter of this.counters) counter.forgetIfIdle();
  }
}

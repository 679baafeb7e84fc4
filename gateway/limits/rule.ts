import { type CallExpression, compileCallExpression } from '#api/call-expression.ts';
import type { CompiledLimit } from '#api/compiled/contract.ts';
import type { CounterPool, CounterSet } from './counters.ts';

/** Where a limit is stated; also the order in which limits are checked. */
export type LimitLevel = 'gateway' | 'tenant' | 'api' | 'operation' | 'plan' | 'subscription';

/** Whose limits: `owner` makes counters of different objects differ, `label` is what a caller may read. */
export interface LimitSource {
  readonly level: LimitLevel;
  readonly owner: string;
  /** `the plan "dasar"`. */
  readonly label: string;
}

/** One limit with the counters that it counts in; made when an object loads. */
export class LimitRule {
  readonly source: LimitSource;
  readonly limit: CompiledLimit;
  readonly counters: CounterSet;
  /** Null: it is about every call. */
  readonly when: CallExpression | null;
  /** Name in the RateLimit fields: `plan.subscription-minute`. */
  readonly policyName: string;
  /** Item(s) of RateLimit-Policy, ready to send. */
  readonly policyItem: string;

  constructor(source: LimitSource, limit: CompiledLimit, counters: CounterSet) {
    this.source = source;
    this.limit = limit;
    this.counters = counters;
    this.when = conditionOf(limit);
    this.policyName = `${source.level}.${limit.id}`;
    this.policyItem = policyItemOf(this.policyName, limit);
  }
}

/** Rules for `limits`, counting on with the counters that the same limits had before. Release them with {@link releaseRules}. */
export function buildRules(
  pool: CounterPool,
  source: LimitSource,
  limits: readonly CompiledLimit[],
): readonly LimitRule[] {
  return limits.map((limit) => {
    // What is counted (`by`) is part of the identity: addresses must not be mixed up with Subscriptions.
    const counted = `${limit.by} ${limit.header ?? limit.claim ?? ''}`.trimEnd();
    const identity = `${source.level} ${source.owner} ${limit.id} ${counted}`;
    return new LimitRule(source, limit, pool.acquire(identity));
  });
}

export function releaseRules(pool: CounterPool, rules: readonly LimitRule[]): void {
  for (const rule of rules) pool.release(rule.counters);
}

function conditionOf({ when }: CompiledLimit): CallExpression | null {
  const compiled = when === undefined ? undefined : compileCallExpression(when);
  return compiled?.ok === true ? compiled.expression : null;
}

/** Seconds of a window as `w`; a month has no fixed length, so it has none. */
const windowSeconds = { Second: 1, Minute: 60, Hour: 3600, Day: 86_400, Month: undefined } as const;

function policyItemOf(name: string, limit: CompiledLimit): string {
  const seconds = windowSeconds[limit.per];
  const item = `"${name}";q=${limit.requests}${seconds === undefined ? '' : `;w=${seconds}`}`;
  return limit.burst === undefined ? item : `${item}, "${name}.burst";q=${limit.burst};w=1`;
}

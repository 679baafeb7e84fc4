import { type CallExpression, compileCallExpression } from '#api/call-expression.ts';
import type {
  CompiledByteLimit,
  CompiledConcurrencyLimit,
  CompiledLimit,
  LimitScope,
  Window,
} from '#api/compiled/limit.ts';
import type { Bandwidth } from './bandwidth.ts';
import type { CounterPool, CounterSet } from './counters.ts';
import type { SlotSet } from './slots.ts';

/** Where a limit is stated; also the order in which limits are checked. */
export type LimitLevel = 'gateway' | 'tenant' | 'api' | 'operation' | 'plan' | 'subscription';

/** Whose limits: `owner` makes counters of different objects differ, `label` is what a caller may read. */
export interface LimitSource {
  readonly level: LimitLevel;
  readonly owner: string;
  /** `the plan "dasar"`. */
  readonly label: string;
}

/** So many calls, or bytes of answers, in a window. */
export interface WindowLimit extends LimitScope {
  readonly unit: 'requests' | 'bytes';
  readonly amount: number;
  readonly per: Window;
  readonly burst?: number;
}

/** One limit, made when an object loads. */
class Rule<Limit extends LimitScope> {
  readonly source: LimitSource;
  readonly limit: Limit;
  /** Null: it is about every call. */
  readonly when: CallExpression | null;
  /** Name in the RateLimit fields: `plan.subscription-minute`. */
  readonly policyName: string;

  constructor(source: LimitSource, limit: Limit) {
    this.source = source;
    this.limit = limit;
    this.when = conditionOf(limit);
    this.policyName = `${source.level}.${limit.id}`;
  }
}

/** One of any kind, as far as it says which calls it is about. */
export type AnyRule = Rule<LimitScope>;

/** One limit over windows, with the counters that it counts in. */
export class LimitRule extends Rule<WindowLimit> {
  readonly counters: CounterSet;
  /** Item(s) of RateLimit-Policy, ready to send. */
  readonly policyItem: string;

  constructor(source: LimitSource, limit: WindowLimit, counters: CounterSet) {
    super(source, limit);
    this.counters = counters;
    this.policyItem = policyItemOf(this.policyName, limit);
  }
}

/** One limit over calls at the same time. */
export class SlotRule extends Rule<CompiledConcurrencyLimit> {
  readonly slots: SlotSet;
  readonly policyItem: string;

  constructor(source: LimitSource, limit: CompiledConcurrencyLimit, slots: SlotSet) {
    super(source, limit);
    this.slots = slots;
    this.policyItem = `"${this.policyName}";q=${limit.concurrent};qu="concurrent-requests"`;
  }
}

/** One limit over the speed of answers. */
export class BandwidthRule extends Rule<CompiledByteLimit> {
  readonly bandwidth: Bandwidth;

  constructor(source: LimitSource, limit: CompiledByteLimit, bandwidth: Bandwidth) {
    super(source, limit);
    this.bandwidth = bandwidth;
  }
}

/** The limits of one object, by how they are kept. */
export interface Limits {
  readonly windows: readonly LimitRule[];
  /** Null: none, as mostly. */
  readonly slots: readonly SlotRule[] | null;
  readonly bandwidths: readonly BandwidthRule[] | null;
  /** Some of `windows` count bytes. */
  readonly countsBytes: boolean;
}

/** Shared, because most objects have none. */
const noLimits: Limits = { windows: [], slots: null, bandwidths: null, countsBytes: false };

/** Rules for `limits`, counting on with the counters that the same limits had before. Release them with {@link releaseLimits}. */
export function buildLimits(pool: CounterPool, source: LimitSource, limits: readonly CompiledLimit[]): Limits {
  if (limits.length === 0) return noLimits;
  const windows = buildRules(pool, source, limits);
  const slots = limits.flatMap((limit) =>
    'concurrent' in limit ? [new SlotRule(source, limit, pool.slots.acquire(identityOf(source, limit)))] : [],
  );
  const bandwidths = limits.flatMap((limit) =>
    isBandwidth(limit) ? [new BandwidthRule(source, limit, pool.bandwidths.acquire(identityOf(source, limit)))] : [],
  );
  return {
    windows,
    slots: slots.length === 0 ? null : slots,
    bandwidths: bandwidths.length === 0 ? null : bandwidths,
    countsBytes: windows.some(({ limit }) => limit.unit === 'bytes'),
  };
}

export function releaseLimits(pool: CounterPool, { windows, slots, bandwidths }: Limits): void {
  releaseRules(pool, windows);
  for (const rule of slots ?? []) pool.slots.release(rule.slots);
  for (const rule of bandwidths ?? []) pool.bandwidths.release(rule.bandwidth);
}

/** Those of `limits` that count in windows. Release them with {@link releaseRules}. */
export function buildRules(
  pool: CounterPool,
  source: LimitSource,
  limits: readonly CompiledLimit[],
): readonly LimitRule[] {
  return limits.flatMap((limit) => {
    const window = windowOf(limit);
    return window === null ? [] : [new LimitRule(source, window, pool.acquire(identityOf(source, limit)))];
  });
}

export function releaseRules(pool: CounterPool, rules: readonly LimitRule[]): void {
  for (const rule of rules) pool.release(rule.counters);
}

function isBandwidth(limit: CompiledLimit): limit is CompiledByteLimit & { readonly per: 'Second' } {
  return 'bytes' in limit && limit.per === 'Second';
}

function windowOf(limit: CompiledLimit): WindowLimit | null {
  if ('concurrent' in limit || isBandwidth(limit)) return null;
  if ('bytes' in limit) {
    const { bytes, ...rest } = limit;
    return { ...rest, unit: 'bytes', amount: bytes };
  }
  const { requests, ...rest } = limit;
  return { ...rest, unit: 'requests', amount: requests };
}

/** What is counted (`by`) is part of the identity: addresses must not be mixed up with Subscriptions, nor bytes with calls. */
function identityOf({ level, owner }: LimitSource, limit: CompiledLimit): string {
  const counted = `${limit.by} ${limit.header ?? limit.claim ?? ''}`.trimEnd();
  const unit = 'requests' in limit ? '' : 'bytes' in limit ? ' bytes' : ' concurrent';
  return `${level} ${owner} ${limit.id} ${counted}${unit}`;
}

function conditionOf({ when }: LimitScope): CallExpression | null {
  const compiled = when === undefined ? undefined : compileCallExpression(when);
  return compiled?.ok === true ? compiled.expression : null;
}

/** Seconds of a window as `w`; a month has no fixed length, so it has none. */
const windowSeconds = { Second: 1, Minute: 60, Hour: 3600, Day: 86_400, Month: undefined } as const;

function policyItemOf(name: string, limit: WindowLimit): string {
  const seconds = windowSeconds[limit.per];
  const unit = limit.unit === 'bytes' ? ';qu="content-bytes"' : '';
  const item = `"${name}";q=${limit.amount}${seconds === undefined ? '' : `;w=${seconds}`}${unit}`;
  return limit.burst === undefined ? item : `${item}, "${name}.burst";q=${limit.burst};w=1`;
}

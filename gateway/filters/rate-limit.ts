import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { flatText } from '../http1/flat-text.ts';
import { sameItems } from '../http1/same-items.ts';
import { ByteMeter } from '../limits/byte-meter.ts';
import { CallKeys } from '../limits/call-keys.ts';
import type { CounterPool } from '../limits/counters.ts';
import { type Denial, Limiter } from '../limits/limiter.ts';
import type { LimitRule, Limits } from '../limits/rule.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Filter } from './filter.ts';
import { eachLevel } from './limit-levels.ts';
import { MeteredDownstream } from './metered-downstream.ts';

/**
 * Limits of all levels. Says what holds and what is left by the RateLimit-Policy and RateLimit fields of
 * draft-ietf-httpapi-ratelimit-headers-10; RateLimit describes the limit that leaves least.
 */
export function rateLimit(deps: RateLimitDeps): Filter {
  const { counters, clock, metrics } = deps;
  const makeLimiter = () => new Limiter(counters, clock, (rule) => metrics.countBadCondition(rule.source.level));
  let limiter = makeLimiter();
  let gathering: Gathering | null = null;
  return {
    name: 'rate-limit',
    onRequest(exchange) {
      limiter.begin();
      if (gathering === null) gathering = { limiter, keys: new CallKeys(exchange), isAboutBytes: false };
      else gathering.keys.turnTo(exchange);
      gathering.limiter = limiter;
      gathering.isAboutBytes = false;
      eachLevel(exchange, addRules, gathering);
      if (gathering.isAboutBytes) meter(exchange, limiter.rules, deps);
      if (limiter.rules.length === 0) return undefined;
      const verdict = limiter.admit();
      if (!(verdict instanceof Promise)) return conclude({ exchange, limiter, metrics }, verdict);
      // The limiter belongs to this call until tokens have come; the next calls get another.
      const waiting = limiter;
      limiter = makeLimiter();
      return verdict.then((denial) => conclude({ exchange, limiter: waiting, metrics }, denial));
    },
  };
}

export interface RateLimitDeps {
  readonly counters: CounterPool;
  readonly clock: Clock;
  readonly metrics: GatewayMetrics;
}

/** Counts the bytes of the answer for the limits that are about this call. */
function meter(exchange: Exchange, windows: readonly LimitRule[], { counters, clock, metrics }: RateLimitDeps): void {
  const keys = new CallKeys(exchange);
  const bytes = new ByteMeter({ pool: counters, clock });
  bytes.addWindows(windows, keys);
  const addBandwidths = ({ bandwidths }: Limits) =>
    bytes.addBandwidths(bandwidths, keys, ({ source }) => metrics.countBadCondition(source.level));
  eachLevel(exchange, addBandwidths, undefined);
  if (bytes.isNeeded) exchange.downstream = new MeteredDownstream(exchange, bytes);
}

interface Judged {
  readonly exchange: Exchange;
  readonly limiter: Limiter;
  readonly metrics: GatewayMetrics;
}

function conclude({ exchange, limiter, metrics }: Judged, denial: Denial | null): void {
  exchange.answerHeaders.push('RateLimit-Policy', policyField(exchange, limiter.rules));
  if (limiter.isOwnJudgement) exchange.answerHeaders.push('Simpul-Limits', 'local');
  if (denial !== null) {
    metrics.countLimited(denial.rule.source.level);
    throw refusal(exchange, denial);
  }
  const { rule, remaining, resetMs } = limiter.tightest;
  if (rule !== null) exchange.answerHeaders.push('RateLimit', limitField(rule.policyName, remaining, resetMs));
}

interface Gathering {
  limiter: Limiter;
  readonly keys: CallKeys;
  /** Some level limits bytes. */
  isAboutBytes: boolean;
}

function addRules({ windows, countsBytes, bandwidths }: Limits, gathering: Gathering): void {
  gathering.limiter.addRules(windows, gathering.keys);
  gathering.isAboutBytes ||= countsBytes || bandwidths !== null;
}

/** What holds for a call mostly holds for the next one of its connection. */
function policyField({ memory }: Exchange, rules: readonly LimitRule[]): string {
  if (memory.policies === null || !sameItems(rules, memory.policies.rules)) {
    const text = flatText(rules.map(({ policyItem }) => policyItem).join(', '));
    memory.policies = { rules: [...rules], text };
  }
  return memory.policies.text;
}

/** `"plan.subscription-minute";r=41;t=37`: calls left, and seconds until they are given anew. */
function limitField(name: string, remaining: number, resetMs: number): string {
  return `"${name}";r=${remaining};t=${seconds(resetMs)}`;
}

function seconds(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000));
}

const countedFor = {
  Total: 'all callers together',
  Subscription: 'each Subscription',
  Application: 'each application',
  ClientIP: 'each client address',
  Header: 'each value of a header field',
  Claim: 'each value of a claim',
} as const;

function refusal(exchange: Exchange, denial: Denial): GatewayError {
  const { rule, by, retryAfterMs } = denial;
  const { limit, source, policyName } = rule;
  const retryAfter = Math.max(1, seconds(retryAfterMs));
  const members = { level: source.level, limit: limit.id, by: limit.by, retryAfter };
  const extra = { members, headers: ['Retry-After', String(retryAfter)] };
  if (by === 'store') {
    const message = `The limit "${limit.id}" of ${source.label} cannot be counted now, and is told to refuse then. Try again in ${retryAfter} s.`;
    return new GatewayError('GW_LIMIT_STORE_DOWN', message, extra);
  }
  const amount =
    by === 'burst' ? `${limit.burst} requests within a second` : `${limit.amount} ${limit.unit} per ${limit.per}`;
  const field = limitField(by === 'burst' ? `${policyName}.burst` : policyName, 0, retryAfterMs);
  exchange.answerHeaders.push('RateLimit', field);
  return new GatewayError(
    'GW_RATE_LIMITED',
    `The limit "${limit.id}" of ${source.label} is used up: ${amount} for ${countedFor[limit.by]}. Try again in ${retryAfter} s.`,
    extra,
  );
}

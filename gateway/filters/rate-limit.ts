import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { type Denial, Limiter, type LimitKeys } from '../limits/limiter.ts';
import type { LimitRule } from '../limits/rule.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Filter } from './filter.ts';

/**
 * Limits of all levels. Says what holds and what is left by the RateLimit-Policy and RateLimit fields of
 * draft-ietf-httpapi-ratelimit-headers-10; RateLimit describes the limit that leaves least.
 */
export function rateLimit(clock: Clock, metrics: GatewayMetrics): Filter {
  const limiter = new Limiter(clock);
  return {
    name: 'rate-limit',
    onRequest(exchange) {
      limiter.begin();
      addRules(limiter, exchange);
      if (limiter.rules.length === 0) return;
      const denial = limiter.admit(keysOf(exchange));
      exchange.answerHeaders.push('RateLimit-Policy', policyField(limiter.rules));
      if (denial !== null) {
        metrics.countLimited(denial.rule.source.level);
        throw refusal(exchange, denial);
      }
      const { rule, remaining, resetMs } = limiter.tightest;
      if (rule !== null) exchange.answerHeaders.push('RateLimit', limitField(rule.policyName, remaining, resetMs));
    },
  };
}

function addRules(limiter: Limiter, exchange: Exchange): void {
  const { gateway, api, operation, plan, subscription } = exchange;
  if (gateway !== null) limiter.addRules(gateway.limits);
  if (api !== null) {
    if (api.tenant.value !== null) limiter.addRules(api.tenant.value.limits);
    limiter.addRules(api.limits);
  }
  if (operation !== null) limiter.addRules(operation.limits);
  if (plan !== null) limiter.addRules(plan.limits);
  if (subscription !== null) limiter.addRules(subscription.limits);
}

function keysOf(exchange: Exchange): LimitKeys {
  const { subscription } = exchange;
  return {
    subscription: subscription?.id ?? '',
    application: subscription?.application ?? '',
    clientIp: exchange.client.limitKey,
  };
}

function policyField(rules: readonly LimitRule[]): string {
  let field = '';
  for (const { policyItem } of rules) field = field === '' ? policyItem : `${field}, ${policyItem}`;
  return field;
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
} as const;

function refusal(exchange: Exchange, denial: Denial): GatewayError {
  const { rule, byBurst, retryAfterMs } = denial;
  const { limit, source, policyName } = rule;
  const retryAfter = Math.max(1, seconds(retryAfterMs));
  const amount = byBurst ? `${limit.burst} requests within a second` : `${limit.requests} requests per ${limit.per}`;
  exchange.answerHeaders.push('RateLimit', limitField(byBurst ? `${policyName}.burst` : policyName, 0, retryAfterMs));
  return new GatewayError(
    'GW_RATE_LIMITED',
    `The limit "${limit.id}" of ${source.label} is used up: ${amount} for ${countedFor[limit.by]}. Try again in ${retryAfter} s.`,
    {
      members: { level: source.level, limit: limit.id, by: limit.by, retryAfter },
      headers: ['Retry-After', String(retryAfter)],
    },
  );
}

import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { CallKeys } from '../limits/call-keys.ts';
import type { CounterPool } from '../limits/counters.ts';
import type { Limits } from '../limits/rule.ts';
import { releaseSlots, SlotAdmission, type SlotDenial } from '../limits/slot-admission.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Filter } from './filter.ts';
import { eachLevel, someLevel } from './limit-levels.ts';

export interface ConcurrencyDeps {
  readonly counters: CounterPool;
  readonly clock: Clock;
  readonly metrics: GatewayMetrics;
}

/** Calls at the same time: each takes a slot of every limit that is about it, and gives it back however it ends. */
export function concurrency({ counters, clock, metrics }: ConcurrencyDeps): Filter {
  return {
    name: 'concurrency',
    onRequest(exchange) {
      if (!someLevel(exchange, hasSlots)) return undefined;
      const admission = new SlotAdmission({
        store: counters.slotStore,
        clock,
        keys: new CallKeys(exchange),
        onBadCondition: ({ source }) => metrics.countBadCondition(source.level),
      });
      eachLevel(exchange, addSlots, admission);
      if (admission.rules.length === 0) return undefined;
      const verdict = admission.admit();
      if (!(verdict instanceof Promise)) return conclude({ exchange, admission, metrics }, verdict);
      return verdict.then((denial) => conclude({ exchange, admission, metrics }, denial));
    },
    onEnd(exchange) {
      if (exchange.slots === null) return;
      releaseSlots(exchange.slots);
      exchange.slots = null;
    },
  };
}

function hasSlots({ slots }: Limits): boolean {
  return slots !== null;
}

function addSlots({ slots }: Limits, admission: SlotAdmission): void {
  admission.addRules(slots);
}

interface Judged {
  readonly exchange: Exchange;
  readonly admission: SlotAdmission;
  readonly metrics: GatewayMetrics;
}

function conclude({ exchange, admission, metrics }: Judged, denial: SlotDenial | null): void {
  if (admission.isOwnJudgement) exchange.answerHeaders.push('Simpul-Limits', 'local');
  if (denial !== null) {
    metrics.countLimited(denial.rule.source.level);
    exchange.answerHeaders.push('RateLimit-Policy', denial.rule.policyItem);
    throw refusal(denial);
  }
  // The client may have gone while slots were fetched: then the end of the call has been, and would not come again.
  if (exchange.finished) releaseSlots(admission.counters);
  else exchange.slots = admission.counters;
}

/** Seconds after which it is worth trying again: nobody knows when a call will end. */
const retryAfter = 1;

function refusal({ rule, by }: SlotDenial): GatewayError {
  const { limit, source } = rule;
  const members = { level: source.level, limit: limit.id, by: limit.by, retryAfter };
  const extra = { members, headers: ['Retry-After', String(retryAfter)] };
  if (by === 'store') {
    const message = `The limit "${limit.id}" of ${source.label} cannot be counted now, and is told to refuse then. Try again in ${retryAfter} s.`;
    return new GatewayError('GW_LIMIT_STORE_DOWN', message, extra);
  }
  const message = `The limit "${limit.id}" of ${source.label} allows ${limit.concurrent} calls at the same time, and all are under way. Try again when one has ended.`;
  return new GatewayError('GW_CONCURRENCY_LIMITED', message, extra);
}

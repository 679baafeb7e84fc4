import { BurstLog } from './burst-log.ts';
import type { CounterPool, Instant } from './counters.ts';
import type { LimitStore } from './limit-store.ts';
import { fixedMs } from './limit-windows.ts';
import type { Denial } from './limiter.ts';
import type { LimitRule } from './rule.ts';
import type { SharedCounter } from './shared-counter.ts';

/** Whether Redis has said that nothing is left. */
export function sharedDenial(rule: LimitRule, counter: SharedCounter, steady: number): Denial | null {
  if (!counter.isDenied(steady) || counter.hasToken(steady)) return null;
  if (counter.deniedByBurst) return { rule, by: 'burst', retryAfterMs: counter.deniedUntil - steady };
  return { rule, by: 'window', retryAfterMs: Math.max(counter.end, counter.deniedUntil) - steady };
}

/** One call passes; fetches more before the tokens run out. */
export function spendShared(counter: SharedCounter, store: LimitStore, steady: number): void {
  if (!counter.hasToken(steady)) counter.burst?.add(steady);
  counter.spend(steady);
  store.spent(counter);
}

interface Alone {
  readonly store: Pick<LimitStore, 'pods'>;
  readonly pool: Pick<CounterPool, 'calendar'>;
  readonly at: Instant;
}

/**
 * Whether this pod may admit a call without asking: what it has leased still counts, beyond that it allows what comes to
 * one pod, at least one call. `onRedisFailure: Deny` allows only what was leased.
 */
export function ownDenial(rule: LimitRule, counter: SharedCounter, { store, pool, at }: Alone): Denial | null {
  const { steady } = at;
  if (counter.hasToken(steady)) return null;
  const { limit } = rule;
  if (limit.onRedisFailure === 'Deny') return { rule, by: 'store', retryAfterMs: 1000 };
  if (counter.end === 0) counter.beginOwnWindow(steady + ownWindowMs(rule, pool, at.now));
  if (counter.admitted >= shareOf(limit.amount, store.pods)) {
    return { rule, by: 'window', retryAfterMs: counter.end - steady };
  }
  if (limit.burst === undefined) return null;
  counter.burst ??= new BurstLog();
  const waitMs = counter.burst.waitMs(steady, shareOf(limit.burst, store.pods));
  return waitMs > 0 ? { rule, by: 'burst', retryAfterMs: waitMs } : null;
}

function shareOf(amount: number, pods: number): number {
  return Math.max(1, Math.floor(amount / pods));
}

function ownWindowMs({ limit }: LimitRule, { calendar }: Alone['pool'], now: number): number {
  if (limit.per === 'Day') return calendar.endOfDay(now) - now;
  return limit.per === 'Month' ? calendar.endOfMonth(now) - now : fixedMs[limit.per];
}

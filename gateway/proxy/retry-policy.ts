import type { CompiledRetries, CompiledRetryReason } from '#api/compiled/traffic.ts';
import type { Exchange } from '../exchange.ts';
import { RetryBudget } from './retry-budget.ts';

/** Longest pause before an attempt, whatever `backoff` grows to. */
const maxBackoffMs = 5000;

/** Bodies up to here are kept, so that they can be sent again. */
const maxKeptBodyBytes = 64 * 1024;

/** What all backends of this process have done so far. */
export interface RetryTotals {
  retries: number;
  /** Retries that the budget did not allow. */
  withheld: number;
}

/** Idempotent methods (RFC 9110, 9.2.2). */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Whether a call may be sent twice without another effect than once: its method says so, and there is no tunnel. */
export function isRepeatable({ method, upgrade }: Exchange): boolean {
  return repeatable.has(method) && upgrade === '';
}

/** When a call is tried again, as one API wants it. */
export class RetryPolicy {
  /** For one attempt up to the head of its answer; 0: only the whole call has a time. */
  readonly perTryTimeoutMs: number;
  readonly #budget = new RetryBudget();
  readonly #retries: CompiledRetries;
  readonly #reasons: ReadonlySet<CompiledRetryReason>;
  readonly #totals: RetryTotals;

  constructor(retries: CompiledRetries, totals: RetryTotals) {
    this.perTryTimeoutMs = retries.perTryTimeoutMs ?? 0;
    this.#retries = retries;
    this.#reasons = new Set(retries.retryOn);
    this.#totals = totals;
  }

  /** A call begins. `now`: steady milliseconds. */
  begin(now: number): void {
    this.#budget.count(now);
  }

  /** Whether the body is to be kept before the first attempt: it is small, and otherwise it could go only once. */
  keepsBody(exchange: Exchange): boolean {
    const { body, bodyLength } = exchange;
    return body === null && bodyLength > 0 && bodyLength <= maxKeptBodyBytes && isRepeatable(exchange);
  }

  /** Whether the call may be tried again `now`, and nothing of its answer has gone out. Takes from the budget. */
  allows(exchange: Exchange, reason: CompiledRetryReason, now: number): boolean {
    if (!this.#reasons.has(reason) || exchange.attempts > this.#retries.attempts) return false;
    const { status, body, bodyLength } = exchange;
    if (status !== 0 || !isRepeatable(exchange) || (body === null && bodyLength !== 0)) return false;
    const isAllowed = this.#budget.take(now);
    if (isAllowed) this.#totals.retries++;
    else this.#totals.withheld++;
    return isAllowed;
  }

  /** How long to wait before the next attempt: full jitter, so that calls that failed together do not come back together. */
  delayMs(attempts: number, random: () => number): number {
    return random() * Math.min(maxBackoffMs, this.#retries.backoffMs * 2 ** (attempts - 1));
  }
}

import type { Reason } from '#api/conditions.ts';
import { CodedError } from '#api/errors.ts';

/**
 * The object cannot be what its owner wants, and the owner has to know: a user must act, or something must happen
 * first. Steps throw it; the reconciler turns it into a condition with this `reason` and message, so the message is one
 * sentence for the user, quotes values, and holds neither times nor counters. Not a failure: no back-off, no log line.
 */
export class StatusError extends CodedError {
  readonly reason: Reason;
  /** Look again after this time; absent: only a change helps, and a change wakes the reconciler anyway. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: Reason, message: string, options: { readonly retryAfterMs?: number } = {}) {
    super('OPERATOR_STATUS', message);
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

import { CodedError } from '#api/errors.ts';

/** Reasons as the Kubernetes API names them (`Status.reason`), and three of our own for what happens before an answer. */
export type StoreReason =
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Invalid'
  | 'BadRequest'
  | 'Forbidden'
  | 'Unauthorized'
  | 'Expired'
  | 'TooManyRequests'
  | 'NamespaceTerminating'
  | 'InternalError'
  | 'ServiceUnavailable'
  /** No connection, or it broke before the answer was complete: the write may have happened. */
  | 'Unreachable'
  /** Our own deadline passed: the write may have happened. */
  | 'Timeout'
  | 'Aborted';

/** One field that a write could not have: where, why, and (for a conflict) who owns it. */
export interface FieldCause {
  /** `spec.plans.dasar.limits[0].requests`; empty for the object as a whole. */
  readonly field: string;
  readonly message: string;
}

export class StoreError extends CodedError {
  readonly reason: StoreReason;
  /** HTTP status that the API server answered; 0 when there was none. */
  readonly status: number;
  /** `Status.details.causes`: for Invalid the fields, for a Conflict under apply the owners. */
  readonly causes: readonly FieldCause[];
  /** Milliseconds, from Retry-After. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: StoreReason, message: string, details: StoreErrorDetails = {}) {
    super(`STORE_${reason}`, message, details.cause === undefined ? undefined : { cause: details.cause });
    this.reason = reason;
    this.status = details.status ?? 0;
    this.causes = details.causes ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }
}

export interface StoreErrorDetails {
  readonly status?: number;
  readonly causes?: readonly FieldCause[];
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

export function isStoreError(error: unknown, reason: StoreReason): error is StoreError {
  return error instanceof StoreError && error.reason === reason;
}

import { StoreError, type StoreReason } from '#kube/store-error.ts';

/** What passes by itself in a moment. */
const passing: ReadonlySet<StoreReason> = new Set([
  'Conflict',
  'AlreadyExists',
  'Aborted',
  'Timeout',
  'Unreachable',
  'TooManyRequests',
  'ServiceUnavailable',
  'Expired',
]);

/** What of an error a user can understand and will not pass by itself in a moment. */
export function userVisibleCause(error: unknown): string | undefined {
  if (!(error instanceof StoreError) || passing.has(error.reason)) return undefined;
  return `The API server answered ${error.reason}: ${error.message}`;
}

import { isStoreError } from '#kube/store-error.ts';
import type { Environment } from './environment.ts';

/** The API server takes up a RoleBinding some milliseconds after it was written; for how long we wait without a word. */
const patienceMs = 10_000;

/** How soon it is tried again. */
export const freshRightsRetryMs = 100;

/** Whether `error` is the lack of a right that was given at `grantedAt` (RFC 3339) and is about to hold. */
export function isAboutToBeAllowed(
  env: Pick<Environment, 'now'>,
  grantedAt: string | undefined,
  error: unknown,
): boolean {
  const ageMs = env.now().getTime() - Date.parse(grantedAt ?? '');
  return isStoreError(error, 'Forbidden') && ageMs < patienceMs;
}

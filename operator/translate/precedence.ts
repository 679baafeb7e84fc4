import type { ObjectMeta } from '#api/object.ts';
import { keyOf } from '#api/object.ts';

interface Claimant {
  readonly metadata: ObjectMeta;
  readonly status?: { readonly acceptedAt?: string };
}

/**
 * Who goes first among those that want one thing which nobody holds: who was accepted before (backups carry it), then
 * the older, then the first by name. Negative: `a`.
 */
export function byPrecedence(a: Claimant, b: Claimant): number {
  return (
    compareText(a.status?.acceptedAt ?? never, b.status?.acceptedAt ?? never) ||
    compareText(a.metadata.creationTimestamp ?? never, b.metadata.creationTimestamp ?? never) ||
    compareText(keyOf(a), keyOf(b))
  );
}

/** Sorts after every RFC 3339 time. */
const never = '~';

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

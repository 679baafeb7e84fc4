import type { KubeObject } from '#api/object.ts';
import type { Environment } from '../environment.ts';

/** Annotation of a compiled namespace that is being deleted: when its end was last asked for. RFC 3339. */
const askedAgainAnnotation = 'simpul.id/end-asked-at';

/** Apart from the manager of children: applying this one field must not take the others away. */
const fieldManager = 'simpul-operator-end';

const shortestMs = 5_000;
const longestMs = 60_000;

/**
 * Has Kubernetes look again whether a namespace that is being deleted is empty. It asks the pods to end and comes back
 * after half of the time that they may take, which for gateways is five and a half minutes, though they mostly end within
 * seconds; a change of the namespace brings it back at once. Gives the milliseconds until that should be done again.
 */
export async function hurryEnd(
  { store, now }: Pick<Environment, 'store' | 'now'>,
  { metadata: { name, uid = '', deletionTimestamp = '' } }: KubeObject,
  signal: AbortSignal,
): Promise<number> {
  const time = now();
  const ageMs = time.getTime() - Date.parse(deletionTimestamp);
  if (ageMs >= shortestMs) {
    const annotations = { [askedAgainAnnotation]: time.toISOString() };
    const change = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid, annotations } };
    await store.apply(change, { fieldManager, signal });
  }
  return Math.min(longestMs, Math.max(shortestMs, ageMs / 4));
}

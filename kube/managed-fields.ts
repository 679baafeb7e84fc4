import type { KubeObject } from '#api/object.ts';

/** Takes `metadata.managedFields` out of an object that was just parsed: nobody reads it, and it is half of the memory. */
export function dropManagedFields<T extends KubeObject>(object: T): T {
  const metadata: T['metadata'] & { managedFields?: unknown } = object.metadata;
  // Not `delete`: that turns each metadata into a slow dictionary, and the objects live long.
  if (metadata.managedFields === undefined) return object;
  const { managedFields: _dropped, ...rest } = metadata;
  return Object.assign(object, { metadata: rest });
}

import type { ResourceKind } from '#api/kinds.ts';
import { type FieldCause, StoreError } from '#kube/store-error.ts';

/** The errors that the API server would answer, with its words, status codes and causes. */

/** `tenants.simpul.id`, `secrets`. */
export function resourceName(kind: ResourceKind): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

export function unknownKind(apiVersion: string, kind: string): StoreError {
  return badRequest(`no kind "${kind}" in "${apiVersion}" is known here`);
}

export function notFound(kind: ResourceKind, name: string): StoreError {
  return new StoreError('NotFound', `${resourceName(kind)} "${name}" not found`, { status: 404 });
}

export function alreadyExists(kind: ResourceKind, name: string): StoreError {
  return new StoreError('AlreadyExists', `${resourceName(kind)} "${name}" already exists`, { status: 409 });
}

export function conflict(kind: ResourceKind, name: string, detail: string): StoreError {
  const message = `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${detail}`;
  return new StoreError('Conflict', message, { status: 409 });
}

export const objectModified =
  'the object has been modified; please apply your changes to the latest version and try again';

export function namespaceTerminating(kind: ResourceKind, name: string, namespace: string): StoreError {
  const detail = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `${resourceName(kind)} "${name}" is forbidden: ${detail}`;
  const causes = [{ field: 'metadata.namespace', message: `namespace ${namespace} is being terminated` }];
  return new StoreError('NamespaceTerminating', message, { status: 403, causes });
}

export function invalidObject(kind: ResourceKind, name: string, causes: readonly FieldCause[]): StoreError {
  const lines = [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))];
  const list = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
  const named = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StoreError('Invalid', `${named} "${name}" is invalid: ${list}`, { status: 422, causes });
}

export function badRequest(message: string, causes: readonly FieldCause[] = []): StoreError {
  return new StoreError('BadRequest', message, { status: 400, causes });
}

export function expired(message: string): StoreError {
  return new StoreError('Expired', message, { status: 410 });
}

/** One owner of one field that an apply wanted to change. */
export interface FieldConflict {
  /** As the API server prints it: `.spec.replicas`, `.spec.listeners[name="http"].port`. */
  readonly path: string;
  /** `"kubectl"`, with how and when for a manager that does not apply. */
  readonly manager: string;
}

export function applyConflict(conflicts: readonly FieldConflict[]): StoreError {
  const causes = conflicts.map(({ path, manager }) => ({ field: path.slice(1), message: `conflict with ${manager}` }));
  const message = `Apply failed with ${conflictText(conflicts)}`;
  return new StoreError('Conflict', message, { status: 409, causes });
}

function conflictText(conflicts: readonly FieldConflict[]): string {
  const [first, second] = conflicts;
  if (first !== undefined && second === undefined) return `1 conflict: conflict with ${first.manager}: ${first.path}`;
  const byManager = Map.groupBy(conflicts, ({ manager }) => manager);
  const blocks = [...byManager.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([manager, list]) => [`conflicts with ${manager}:`, ...list.map(({ path }) => `- ${path}`)].join('\n'));
  return `${conflicts.length} conflicts: ${blocks.join('\n')}`;
}

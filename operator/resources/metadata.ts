import { createHash } from 'node:crypto';
import type { KubeObject, OwnerReference } from '#api/object.ts';

/** Field manager of everything that the operator applies. */
export const fieldManager = 'simpul-operator';

/** Labels that every child carries. */
export const childLabels = { 'app.kubernetes.io/managed-by': 'simpul' } as const;

/** Selects all children. */
export const childSelector = selectorOf(childLabels);

/** Selects what carries all of `labels`. */
export function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** Whether the operator made `object`. */
export function isChild({ metadata: { labels = {} } }: KubeObject): boolean {
  return Object.entries(childLabels).every(([name, value]) => labels[name] === value);
}

/** Reference by which Kubernetes removes a child with its owner. */
export function ownedBy(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
  };
}

/** Eight hex digits that tell apart what would have one name after cutting. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

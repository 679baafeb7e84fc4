import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import type { ReflectorHandler, ReflectorSource } from '#kube/reflector.ts';
import { childSelector } from '../resources/metadata.ts';

/** RoleBindings that the operator made, in all namespaces. */
export const roleBindingSource: ReflectorSource = {
  kind: coreKinds.RoleBinding,
  labelSelector: childSelector,
};

/**
 * Notices when children are not what they were, so that their owner puts them right: rights that somebody took from the
 * operator or from a member, and rights that somebody added. Remembers versions only, not content.
 */
export class ChildWatch implements ReflectorHandler<KubeObject> {
  readonly #versions = new Map<string, { readonly namespace: string; readonly version: string }>();
  readonly #onChange: (namespace: string) => void;

  /** `onChange` hears the namespace of each child that came, changed or went. */
  constructor(onChange: (namespace: string) => void) {
    this.#onChange = onChange;
  }

  replace(items: readonly KubeObject[]): void {
    const present = new Set(items.map(keyOf));
    for (const [id, { namespace }] of [...this.#versions]) if (!present.has(id)) this.#forget(id, namespace);
    for (const item of items) this.upsert(item);
  }

  upsert(child: KubeObject): void {
    const { namespace = '', resourceVersion: version = '' } = child.metadata;
    const id = keyOf(child);
    if (this.#versions.get(id)?.version === version) return;
    this.#versions.set(id, { namespace, version });
    this.#onChange(namespace);
  }

  remove(child: KubeObject): void {
    this.#forget(keyOf(child), child.metadata.namespace ?? '');
  }

  #forget(id: string, namespace: string): void {
    this.#versions.delete(id);
    this.#onChange(namespace);
  }
}

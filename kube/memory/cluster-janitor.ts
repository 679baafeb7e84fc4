import { coreKinds, type ResourceKind } from '#api/kinds.ts';
import type { KubeObject, ObjectKey, OwnerReference } from '#api/object.ts';
import { isJsonObject, objectAt } from '#kube/schema/json.ts';
import { type Collection, keyOfObject } from './collection.ts';
import type { ObjectTable } from './object-table.ts';
import { isNamespace, type ObjectWriter } from './object-writer.ts';

/**
 * What a cluster's controller manager does, a moment after each change:
 * - an object goes when all its owners are gone (or never were);
 * - an object in foreground deletion waits for those that block it, one that orphans lets go of its own;
 * - a namespace in deletion takes everything in it along, and goes when it is empty.
 */
export class ClusterJanitor {
  readonly #table: ObjectTable;
  readonly #writer: ObjectWriter;
  readonly #defer: (task: () => void) => void;
  /** Places of the objects that name a uid as their owner. */
  readonly #dependents = new Map<string, Map<string, Place>>();
  readonly #uids = new Set<string>();
  readonly #pending: (() => void)[] = [];
  #scheduled = false;

  constructor(table: ObjectTable, writer: ObjectWriter, defer: (task: () => void) => void) {
    this.#table = table;
    this.#writer = writer;
    this.#defer = defer;
  }

  observe(kind: ResourceKind, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const place = { kind, key: keyOfObject(after ?? before ?? unreachable()) };
    this.#index(place, before, after);
    if (after === undefined) this.#afterRemoval(before);
    else this.#afterWrite(place, before, after);
  }

  #afterRemoval(before: KubeObject | undefined): void {
    const uid = before?.metadata.uid ?? '';
    this.#later(() => this.#collectDependents(uid));
    const namespace = before?.metadata.namespace;
    if (namespace !== undefined) this.#later(() => this.#finishNamespace(namespace));
    for (const owner of before?.metadata.ownerReferences ?? []) this.#later(() => this.#finishForeground(owner));
  }

  #afterWrite(place: Place, before: KubeObject | undefined, after: KubeObject): void {
    if ((after.metadata.ownerReferences ?? []).length > 0) this.#later(() => this.#collectOrphan(place));
    if (after.metadata.deletionTimestamp === undefined) return;
    if (before?.metadata.deletionTimestamp === undefined) this.#later(() => this.#beginDeletion(place));
  }

  #beginDeletion(place: Place): void {
    const object = this.#objectAt(place);
    if (object === undefined) return;
    if (isNamespace(place.kind)) this.#emptyNamespace(object.metadata.name);
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes('orphan')) this.#orphanDependents(place, object);
    if (finalizers.includes('foregroundDeletion')) this.#deleteDependents(place, object);
  }

  // --- owner references ---

  #collectDependents(uid: string): void {
    for (const place of [...(this.#dependents.get(uid)?.values() ?? [])]) this.#collectOrphan(place);
  }

  /** Deletes an object of which no owner exists; drops references to owners that are gone when others are left. */
  #collectOrphan(place: Place): void {
    const object = this.#objectAt(place);
    const owners = object?.metadata.ownerReferences ?? [];
    const gone = owners.filter(({ uid }) => !this.#uids.has(uid));
    if (object === undefined || gone.length === 0) return;
    if (gone.length === owners.length) this.#delete(place, object);
    else this.#dropOwners(place, new Set(gone.map(({ uid }) => uid)));
  }

  #orphanDependents(place: Place, owner: KubeObject): void {
    const uid = owner.metadata.uid ?? '';
    for (const dependent of [...(this.#dependents.get(uid)?.values() ?? [])])
      this.#dropOwners(dependent, new Set([uid]));
    this.#writer.removeFinalizer(place.kind, place.key, 'orphan');
  }

  #deleteDependents(place: Place, owner: KubeObject): void {
    const dependents = [...(this.#dependents.get(owner.metadata.uid ?? '')?.values() ?? [])];
    for (const dependent of dependents) {
      const object = this.#objectAt(dependent);
      if (object !== undefined) this.#delete(dependent, object, 'Foreground');
    }
    this.#releaseForeground(place, owner);
  }

  /** A dependent of `owner` is gone: was it the last one that its deletion waited for? */
  #finishForeground(reference: OwnerReference): void {
    const place = this.#placeOfOwner(reference);
    const owner = place === undefined ? undefined : this.#objectAt(place);
    if (place === undefined || owner === undefined || owner.metadata.deletionTimestamp === undefined) return;
    if (owner.metadata.finalizers?.includes('foregroundDeletion') === true) this.#releaseForeground(place, owner);
  }

  #releaseForeground(place: Place, owner: KubeObject): void {
    const uid = owner.metadata.uid ?? '';
    const blocking = [...(this.#dependents.get(uid)?.values() ?? [])].some((dependent) => {
      const references = this.#objectAt(dependent)?.metadata.ownerReferences ?? [];
      return references.some((reference) => reference.uid === uid && reference.blockOwnerDeletion === true);
    });
    if (!blocking) this.#writer.removeFinalizer(place.kind, place.key, 'foregroundDeletion');
  }

  #dropOwners(place: Place, uids: ReadonlySet<string>): void {
    this.#writer.edit(place.kind, place.key, (object) => {
      const metadata = objectAt(object, 'metadata') ?? {};
      const references = Array.isArray(metadata['ownerReferences']) ? metadata['ownerReferences'] : [];
      const left = references.filter((item) => !(isJsonObject(item) && uids.has(String(item['uid']))));
      metadata['ownerReferences'] = left;
      if (left.length === 0) delete metadata['ownerReferences'];
    });
  }

  // --- namespaces ---

  #emptyNamespace(namespace: string): void {
    for (const { collection, object } of this.#contentOf(namespace)) {
      this.#delete({ kind: collection.schema.kind, key: keyOfObject(object) }, object);
    }
    this.#finishNamespace(namespace);
  }

  #finishNamespace(namespace: string): void {
    const namespaces = this.#table.collectionOf(coreKinds.Namespace);
    const key = { namespace: '', name: namespace };
    if (namespaces.get(key)?.object.metadata.deletionTimestamp === undefined) return;
    if (this.#contentOf(namespace).length === 0) this.#table.remove(namespaces, key);
  }

  #contentOf(namespace: string): { readonly collection: Collection; readonly object: KubeObject }[] {
    return [...this.#table.collections()]
      .filter(({ schema }) => schema.kind.namespaced)
      .flatMap((collection) => collection.list(namespace).map((object) => ({ collection, object })));
  }

  // --- the index ---

  #index(place: Place, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const id = `${place.kind.group}/${place.kind.kind}/${place.key.namespace}/${place.key.name}`;
    for (const { uid } of before?.metadata.ownerReferences ?? []) this.#forgetDependent(uid, id);
    for (const { uid } of after?.metadata.ownerReferences ?? []) {
      const places = this.#dependents.get(uid) ?? new Map<string, Place>();
      this.#dependents.set(uid, places.set(id, place));
    }
    if (before?.metadata.uid !== undefined && after === undefined) this.#uids.delete(before.metadata.uid);
    if (after?.metadata.uid !== undefined) this.#uids.add(after.metadata.uid);
  }

  #forgetDependent(uid: string, id: string): void {
    const places = this.#dependents.get(uid);
    places?.delete(id);
    if (places?.size === 0) this.#dependents.delete(uid);
  }

  #placeOfOwner({ apiVersion, kind, name, uid }: OwnerReference): Place | undefined {
    for (const { schema } of this.#table.collections()) {
      if (schema.kind.kind !== kind || !apiVersion.endsWith(schema.kind.version)) continue;
      const found = this.#table
        .collectionOf(schema.kind)
        .list('')
        .find(({ metadata }) => metadata.uid === uid);
      if (found?.metadata.name === name) return { kind: schema.kind, key: keyOfObject(found) };
    }
    return undefined;
  }

  #objectAt(place: Place): KubeObject | undefined {
    return this.#table.collectionOf(place.kind).get(place.key)?.object;
  }

  #delete(place: Place, object: KubeObject, propagation: 'Background' | 'Foreground' = 'Background'): void {
    const { uid } = object.metadata;
    this.#writer.delete(place.kind, place.key, { propagation, ...(uid === undefined ? {} : { uid }) });
  }

  #later(task: () => void): void {
    this.#pending.push(task);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#defer(() => this.#run());
  }

  #run(): void {
    this.#scheduled = false;
    for (const task of this.#pending.splice(0)) task();
  }
}

interface Place {
  readonly kind: ResourceKind;
  readonly key: ObjectKey;
}

function unreachable(): never {
  throw new TypeError('a change has a state before it or after it');
}

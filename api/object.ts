/** Metadata of a Kubernetes object as this project reads it. `managedFields` is dropped at the door (`kube/`). */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  /** Set by the store; grows by one with each change of the spec. */
  generation?: number;
  /** RFC 3339, UTC, whole seconds. */
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Any Kubernetes object in its JSON form. Kinds of our own have generated types that extend this shape. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** Identity of one object within its kind; `namespace` is empty for cluster-scoped kinds. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

/** `namespace/name`, or `name` alone for cluster-scoped objects: the id used in maps, logs and compiled references. */
export function keyOf(object: { metadata: { name: string; namespace?: string } }): string {
  return idOf(object.metadata.namespace ?? '', object.metadata.name);
}

export function idOf(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** The inverse of {@link idOf}. Names hold no slash, so the first one separates. */
export function parseId(id: string): ObjectKey {
  const slash = id.indexOf('/');
  return slash < 0 ? { namespace: '', name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

import type { ResourceKind } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';

/**
 * Where resources live. Two implementations, one shared test suite (`store.suite.ts`): the Kubernetes API server
 * (`api-server-store.ts`) and memory (`memory/`), which does what the API server would do with the same objects.
 *
 * Objects that come out never carry `managedFields`. Objects that go in are never mutated. Every call ends with a
 * result or a {@link StoreError}; every call takes a signal and is bounded by a deadline of its own.
 */
export interface Store {
  /** Undefined when there is no such object. */
  get<T extends KubeObject>(kind: ResourceKind, key: ObjectKey, options?: CallOptions): Promise<T | undefined>;

  /** One page. Follow `continue` until it is absent; all pages of one list share a resourceVersion. */
  list<T extends KubeObject>(kind: ResourceKind, options?: ListOptions): Promise<ListPage<T>>;

  /**
   * Changes after `resourceVersion`, in order, until the server ends the stream (normal: resume from the last version
   * seen), the signal aborts, or an error is thrown. Throws `StoreError` with reason `Expired` when the version is too
   * old: list again. `Reflector` does all this; hardly anything else should call it.
   */
  watch<T extends KubeObject>(kind: ResourceKind, options: WatchOptions): AsyncIterable<WatchEvent<T>>;

  /** Creates; `AlreadyExists` when it is there. Server-populated fields come back filled. */
  create<T extends KubeObject>(object: T, options: WriteOptions): Promise<T>;

  /**
   * Server-side apply of the fields that `object` holds, under `fieldManager`. With `metadata.resourceVersion` it is a
   * compare-and-swap (`Conflict` when the object moved on or is gone); without, it creates or merges. Fields owned by
   * another manager with another value: `Conflict` with {@link StoreError.causes}, unless `force`.
   */
  apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T>;

  /** Server-side apply of the status subresource; everything but `status` and the identity is ignored. */
  applyStatus<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T>;

  /** Deletes; resolves also when the object is not there any more. Preconditions that fail: `Conflict`. */
  delete(kind: ResourceKind, key: ObjectKey, options?: DeleteOptions): Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface Selection {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Kubernetes syntax: `a=b,c in (d,e)`. */
  readonly labelSelector?: string;
  /** Kubernetes syntax: `type=simpul.id/api-key`, `metadata.name=x`. */
  readonly fieldSelector?: string;
}

export interface ListOptions extends Selection, CallOptions {
  /** Objects per page; default 500. */
  readonly limit?: number;
  readonly continue?: string;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string;
  /** Of the answer, where there was one. */
  readonly size?: { readonly bytes: number; readonly objects: number };
  /** The items, each read when its turn comes: who keeps little of each never holds the whole page. */
  readonly each?: () => Iterable<T>;
}

export interface WatchOptions extends Selection, CallOptions {
  readonly resourceVersion: string;
}

/** `bookmark` carries only how far the stream has come. */
export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface WriteOptions extends CallOptions {
  readonly fieldManager: string;
  readonly dryRun?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  /** Take over fields that another manager owns. Only for children that are wholly ours. */
  readonly force?: boolean;
}

export interface DeleteOptions extends CallOptions {
  /** The delete counts only for this very object. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Default `Background`. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

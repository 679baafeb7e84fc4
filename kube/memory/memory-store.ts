import { coreKinds, type ResourceKind } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';
import type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  ListOptions,
  ListPage,
  Store,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '#kube/store.ts';
import { StoreError } from '#kube/store-error.ts';
import { ClusterJanitor } from './cluster-janitor.ts';
import { watchCollection } from './memory-watch.ts';
import { type MemoryStoreOptions, ObjectTable } from './object-table.ts';
import { ObjectWriter } from './object-writer.ts';
import { Pages } from './pages.ts';
import { compileSelection } from './selectors.ts';

const defaultPageSize = 500;

/**
 * A {@link Store} in memory that does what the API server would do with the same objects: defaults, pruning, validation
 * with CEL rules, server-side apply with ownership of fields, generation, finalizers, garbage collection by owner
 * references, deletion of namespaces. Admission policies and access control are not evaluated: whoever holds the store
 * may do everything.
 *
 * Objects that come out are deeply frozen and shared: nobody can change the store by changing them, and a list of 10,000
 * costs no copies.
 */
export class MemoryStore implements Store {
  readonly #table: ObjectTable;
  readonly #writer: ObjectWriter;
  readonly #pages = new Pages();
  readonly #bookmarkIntervalMs: number;

  constructor(options: MemoryStoreOptions) {
    this.#table = new ObjectTable(options);
    this.#writer = new ObjectWriter(this.#table);
    this.#bookmarkIntervalMs = options.bookmarkIntervalMs ?? 5_000;
    const janitor = new ClusterJanitor(this.#table, this.#writer, options.defer ?? setImmediate);
    this.#table.onChange((kind, before, after) => janitor.observe(kind, before, after));
    for (const name of options.namespaces ?? ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
      const metadata = { name };
      this.#writer.create({ apiVersion: 'v1', kind: coreKinds.Namespace.kind, metadata }, { fieldManager: 'local' });
    }
  }

  async get<T extends KubeObject>(kind: ResourceKind, key: ObjectKey, options?: CallOptions): Promise<T | undefined> {
    throwIfAborted(options);
    return this.#table.collectionOf(kind).get(key)?.object as T | undefined;
  }

  async list<T extends KubeObject>(kind: ResourceKind, options: ListOptions = {}): Promise<ListPage<T>> {
    throwIfAborted(options);
    const collection = this.#table.collectionOf(kind);
    const limit = options.limit ?? defaultPageSize;
    const matches = compileSelection(options);
    const page =
      options.continue === undefined
        ? this.#pages.first(collection.list(options.namespace ?? '').filter(matches), this.#table.version, limit)
        : this.#pages.next(options.continue, limit);
    return page as ListPage<T>;
  }

  watch<T extends KubeObject>(kind: ResourceKind, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const source = {
      collection: this.#table.collectionOf(kind),
      currentVersion: () => this.#table.version,
      bookmarkIntervalMs: this.#bookmarkIntervalMs,
    };
    return watchCollection(source, options) as AsyncIterable<WatchEvent<T>>;
  }

  async create<T extends KubeObject>(object: T, options: WriteOptions): Promise<T> {
    throwIfAborted(options);
    return this.#writer.create(object, options) as T;
  }

  async apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    throwIfAborted(options);
    return this.#writer.apply(object, options) as T;
  }

  async applyStatus<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    throwIfAborted(options);
    return this.#writer.applyStatus(object, options) as T;
  }

  async delete(kind: ResourceKind, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    throwIfAborted(options);
    this.#writer.delete(kind, key, options);
  }

  /** Forgets the history of all kinds, as the API server does when etcd is compacted: watches in the past are Expired. */
  forgetHistory(): void {
    for (const collection of this.#table.collections()) collection.forgetHistory();
  }
}

function throwIfAborted(options: CallOptions | undefined): void {
  if (options?.signal?.aborted !== true) return;
  throw new StoreError('Aborted', 'the call was aborted before it began', { cause: options.signal.reason });
}

import { CodedError } from '#api/errors.ts';
import type { ResourceKind } from '#api/kinds.ts';
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

/** What the fence asks. Answers from a monotonic clock: false as soon as the lease may be another's, heard of or not. */
export interface Leadership {
  isLeader(): boolean;
}

/** A write was refused because this process does not lead (any more). Nothing was sent. */
export class NotLeaderError extends CodedError {
  constructor(verb: string) {
    super('OPERATOR_NOT_LEADER', `${verb} refused: this process does not hold the lease`);
  }
}

/**
 * A Store whose writes throw {@link NotLeaderError} unless this process leads at the moment of the call; reads pass. It
 * keeps a leader that was paused from acting on what it knew before. It is no proof: a write that has left already may
 * arrive late, so writes that must not be stale also carry the resourceVersion that was read.
 */
export class FencedStore implements Store {
  readonly #store: Store;
  readonly #leadership: Leadership;

  constructor(store: Store, leadership: Leadership) {
    this.#store = store;
    this.#leadership = leadership;
  }

  get<T extends KubeObject>(kind: ResourceKind, key: ObjectKey, options?: CallOptions): Promise<T | undefined> {
    return this.#store.get<T>(kind, key, options);
  }

  list<T extends KubeObject>(kind: ResourceKind, options?: ListOptions): Promise<ListPage<T>> {
    return this.#store.list<T>(kind, options);
  }

  watch<T extends KubeObject>(kind: ResourceKind, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    return this.#store.watch<T>(kind, options);
  }

  async create<T extends KubeObject>(object: T, options: WriteOptions): Promise<T> {
    this.#check('create');
    return await this.#store.create(object, options);
  }

  async apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    this.#check('apply');
    return await this.#store.apply(object, options);
  }

  async applyStatus<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    this.#check('applyStatus');
    return await this.#store.applyStatus(object, options);
  }

  async delete(kind: ResourceKind, key: ObjectKey, options?: DeleteOptions): Promise<void> {
    this.#check('delete');
    await this.#store.delete(kind, key, options);
  }

  #check(verb: string): void {
    if (!this.#leadership.isLeader()) throw new NotLeaderError(verb);
  }
}

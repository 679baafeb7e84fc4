import type { ResourceKind } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { runReflector } from '#kube/reflector.ts';
import type { Store } from '#kube/store.ts';
import { BenchError } from '../errors.ts';

interface Waiter<T> {
  readonly name: string;
  readonly holds: (object: T | undefined) => boolean;
  readonly resolve: () => void;
}

const patienceMs = 60_000;

/** Objects of one kind in one namespace as a watch of our own tells of them, the moment it does. */
export class WatchedObjects<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #waiters = new Set<Waiter<T>>();
  readonly #stop = new AbortController();

  /** Resolves once the first list is complete. */
  static async open<T extends KubeObject>(
    store: Store,
    source: { readonly kind: ResourceKind; readonly namespace: string },
  ): Promise<WatchedObjects<T>> {
    const watched = new WatchedObjects<T>();
    await new Promise<void>((resolve) => {
      const handler = {
        replace: (items: readonly T[]) => {
          for (const item of items) watched.#put(item);
          resolve();
        },
        upsert: (object: T) => watched.#put(object),
        remove: ({ metadata }: T) => watched.#remove(metadata.name),
      };
      void runReflector<T>(store, source, handler, { signal: watched.#stop.signal });
    });
    return watched;
  }

  get(name: string): T | undefined {
    return this.#objects.get(name);
  }

  /** Resolves, with the steady milliseconds of that moment, when an event makes it hold, or at once when it does. */
  async until(name: string, holds: (object: T | undefined) => boolean): Promise<number> {
    if (holds(this.#objects.get(name))) return performance.now();
    return await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new BenchError(`waited ${patienceMs / 1000} s in vain for a change of ${name}`));
      }, patienceMs);
      const waiter = {
        ...{ name, holds },
        resolve: () => {
          clearTimeout(timer);
          resolve(performance.now());
        },
      };
      this.#waiters.add(waiter);
    });
  }

  stop(): void {
    this.#stop.abort();
  }

  #put(object: T): void {
    this.#objects.set(object.metadata.name, object);
    this.#tell(object.metadata.name);
  }

  #remove(name: string): void {
    this.#objects.delete(name);
    this.#tell(name);
  }

  #tell(name: string): void {
    for (const waiter of this.#waiters) {
      if (waiter.name !== name || !waiter.holds(this.#objects.get(name))) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}

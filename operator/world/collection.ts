import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';

/** Names under which an object is found besides its id; several, or none. */
export type Indexer<T> = (object: T) => readonly string[];

/** All objects of one kind by id, with secondary indexes that follow every change. Nothing is copied. */
export class Collection<T extends Pick<KubeObject, 'metadata'>, Name extends string = never> {
  readonly #objects = new Map<string, T>();
  readonly #indexes: readonly { readonly indexer: Indexer<T>; readonly entries: Filing }[];
  readonly #positions: ReadonlyMap<string, number>;

  constructor(indexers: Record<Name, Indexer<T>>) {
    const named = Object.entries<Indexer<T>>(indexers);
    this.#positions = new Map(named.map(([name], position) => [name, position]));
    this.#indexes = named.map(([, indexer]) => ({ indexer, entries: new Map() }));
  }

  get size(): number {
    return this.#objects.size;
  }

  get(id: string): T | undefined {
    return this.#objects.get(id);
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  ids(): IterableIterator<string> {
    return this.#objects.keys();
  }

  /** Ids of the objects that `index` files under `key`, in order of arrival. */
  by(index: Name, key: string): Iterable<string> {
    const position = this.#positions.get(index) ?? -1;
    const filed = this.#indexes[position]?.entries.get(key);
    return typeof filed === 'string' ? [filed] : (filed ?? nothing);
  }

  /** Stores the object and returns the one that it replaces. */
  put(object: T): T | undefined {
    const id = keyOf(object);
    const previous = this.#objects.get(id);
    if (previous !== undefined) this.#unfile(id, previous);
    this.#objects.set(id, object);
    for (const { indexer, entries } of this.#indexes) {
      for (const key of indexer(object)) file(entries, key, id);
    }
    return previous;
  }

  /** Forgets the object and returns it. */
  delete(id: string): T | undefined {
    const previous = this.#objects.get(id);
    if (previous === undefined) return undefined;
    this.#unfile(id, previous);
    this.#objects.delete(id);
    return previous;
  }

  #unfile(id: string, object: T): void {
    for (const { indexer, entries } of this.#indexes) {
      for (const key of indexer(object)) unfile(entries, key, id);
    }
  }
}

/** Ids by key. Most keys have one id, and a Set for each would cost more than the objects' own identity. */
type Filing = Map<string, string | Set<string>>;

function file(entries: Filing, key: string, id: string): void {
  const filed = entries.get(key);
  if (filed === undefined || filed === id) entries.set(key, id);
  else if (typeof filed === 'string') entries.set(key, new Set([filed, id]));
  else filed.add(id);
}

function unfile(entries: Filing, key: string, id: string): void {
  const filed = entries.get(key);
  if (typeof filed === 'object') filed.delete(id);
  if (filed === id || (typeof filed === 'object' && filed.size === 0)) entries.delete(key);
}

const nothing: ReadonlySet<string> = new Set();

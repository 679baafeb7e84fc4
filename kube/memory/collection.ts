import { idOf, type KubeObject, type ObjectKey } from '#api/object.ts';
import type { ObjectSchema } from '#kube/schema/object-schema.ts';
import { expired } from './answers.ts';
import type { Managers } from './server-side-apply.ts';

/** One object as it is kept: deeply frozen, so that handing it out costs nothing. */
export interface StoredObject {
  readonly object: KubeObject;
  readonly managers: Managers;
}

/** One change of one object. */
export interface Change {
  readonly version: number;
  /** Before; undefined when it was created. */
  readonly before: KubeObject | undefined;
  /** After; undefined when it was deleted. */
  readonly after: KubeObject | undefined;
  /** What a deletion tells: the last state under the version of the deletion. */
  readonly last: KubeObject;
}

/** All objects of one kind, in the order of their keys, and its latest changes. */
export class Collection {
  readonly schema: ObjectSchema;
  readonly #historyLength: number;
  readonly #objects = new Map<string, StoredObject>();
  /** Keys as etcd orders them: lists and pages come in this order. */
  readonly #order: string[] = [];
  #history: Change[] = [];
  /** Version of the newest change that history does not hold any more. */
  #forgotten = 0;
  readonly #listeners = new Set<() => void>();

  constructor(schema: ObjectSchema, historyLength: number) {
    this.schema = schema;
    this.#historyLength = historyLength;
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.#objects.get(this.#id(key));
  }

  /** All objects, or those of one namespace, in order. */
  list(namespace: string): KubeObject[] {
    const [from, to] = namespace === '' ? [0, this.#order.length] : this.#range(namespace);
    return this.#order.slice(from, to).flatMap((id) => this.#objects.get(id)?.object ?? []);
  }

  put(stored: StoredObject, version: number): void {
    const id = this.#id(keyOfObject(stored.object));
    const before = this.#objects.get(id)?.object;
    if (before === undefined) this.#order.splice(this.#position(id), 0, id);
    this.#objects.set(id, stored);
    this.#record({ version, before, after: stored.object, last: stored.object });
  }

  /** `last` is the object's last state, under the version of its deletion. */
  remove(key: ObjectKey, last: KubeObject, version: number): void {
    const id = this.#id(key);
    const before = this.#objects.get(id)?.object;
    if (before === undefined) return;
    this.#objects.delete(id);
    this.#order.splice(this.#position(id), 1);
    this.#record({ version, before, after: undefined, last });
  }

  /** Changes after `version`, oldest first. Throws Expired when some of them are forgotten. */
  changesSince(version: number): Change[] {
    if (version < this.#forgotten) {
      throw expired(`too old resource version: ${version} (${this.#forgotten})`);
    }
    const first = this.#history.findLastIndex((change) => change.version <= version) + 1;
    return this.#history.slice(first);
  }

  /** Version of this kind's latest change. */
  get latestVersion(): number {
    return this.#history.at(-1)?.version ?? this.#forgotten;
  }

  /** Calls `listener` after each change until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets all changes: every watch that is behind must list again. */
  forgetHistory(): void {
    this.#forgotten = this.#history.at(-1)?.version ?? this.#forgotten;
    this.#history = [];
  }

  #record(change: Change): void {
    this.#history.push(change);
    // Trimmed in halves, so that a change costs constant time.
    if (this.#history.length >= this.#historyLength * 2) {
      const dropped = this.#history.splice(0, this.#historyLength);
      this.#forgotten = dropped.at(-1)?.version ?? this.#forgotten;
    }
    for (const listener of this.#listeners) listener();
  }

  #id(key: ObjectKey): string {
    return idOf(this.schema.kind.namespaced ? key.namespace : '', key.name);
  }

  #range(namespace: string): [number, number] {
    // "0" follows "/" in the order of characters: everything between is `namespace/...`.
    return [this.#position(`${namespace}/`), this.#position(`${namespace}0`)];
  }

  /** Index of the first id that is not before `id`. */
  #position(id: string): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#order[middle] ?? '') < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function keyOfObject(object: KubeObject): ObjectKey {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

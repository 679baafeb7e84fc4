import { randomUUID } from 'node:crypto';
import { apiVersionOf, type ResourceKind } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';
import { deepFreeze, isJsonObject, type JsonObject } from '#kube/schema/json.ts';
import { readCrd } from '#kube/schema/object-schema.ts';
import { unknownKind } from './answers.ts';
import { Collection, keyOfObject } from './collection.ts';
import { coreSchemas } from './core-schemas.ts';
import type { Managers } from './server-side-apply.ts';

export interface MemoryStoreOptions {
  /** Parsed CustomResourceDefinitions of the kinds to serve, beside Kubernetes' own in `coreKinds`. */
  readonly crds: readonly object[];
  /** Default: the system's clock. */
  readonly now?: () => Date;
  /** Default: random UUIDs. */
  readonly newUid?: () => string;
  /** Changes of one kind that a watch can still catch up with. Default: 10,000. */
  readonly historyLength?: number;
  /** How often a watch is told how far it has come, in milliseconds. Default: 5,000. */
  readonly bookmarkIntervalMs?: number;
  /** Namespaces that exist from the start. Default: those of a fresh cluster. */
  readonly namespaces?: readonly string[];
  /** Runs a task after the present one, for clean-up that a cluster's controller manager does. Default: `setImmediate`. */
  readonly defer?: (task: () => void) => void;
}

/** Called after each change; `after` is undefined for a deletion. */
export type ChangeListener = (
  kind: ResourceKind,
  before: KubeObject | undefined,
  after: KubeObject | undefined,
) => void;

/** Every object of every kind under one version counter. Knows nothing of what makes an object valid. */
export class ObjectTable {
  readonly now: () => Date;
  readonly newUid: () => string;
  readonly #byName = new Map<string, Collection>();
  readonly #byPlural = new Map<string, Collection>();
  readonly #listeners: ChangeListener[] = [];
  #version = 1;

  constructor(options: MemoryStoreOptions) {
    this.now = options.now ?? (() => new Date());
    this.newUid = options.newUid ?? randomUUID;
    for (const schema of [...coreSchemas, ...options.crds.map(readCrd)]) {
      const collection = new Collection(schema, options.historyLength ?? 10_000);
      this.#byName.set(`${apiVersionOf(schema.kind)}/${schema.kind.kind}`, collection);
      this.#byPlural.set(`${apiVersionOf(schema.kind)}/${schema.kind.plural}`, collection);
    }
  }

  /** Version of the latest change of anything. */
  get version(): number {
    return this.#version;
  }

  collections(): Iterable<Collection> {
    return this.#byName.values();
  }

  /** Throws NotFound for a kind that is not served. */
  collectionOf(kind: ResourceKind): Collection {
    const found = this.#byPlural.get(`${apiVersionOf(kind)}/${kind.plural}`);
    if (found === undefined) throw unknownKind(apiVersionOf(kind), kind.kind);
    return found;
  }

  /** Throws NotFound for a kind that is not served. */
  collectionFor(object: { readonly apiVersion: string; readonly kind: string }): Collection {
    const found = this.#byName.get(`${object.apiVersion}/${object.kind}`);
    if (found === undefined) throw unknownKind(object.apiVersion, object.kind);
    return found;
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Keeps a new state of an object and gives it back with its new version. The object becomes the table's own. */
  put(collection: Collection, object: JsonObject, managers: Managers): KubeObject {
    const version = this.#nextVersion();
    const kept = withVersion(object, version);
    const before = collection.get(keyOfObject(kept))?.object;
    collection.put({ object: kept, managers }, version);
    this.#notify(collection.schema.kind, before, kept);
    return kept;
  }

  remove(collection: Collection, key: ObjectKey): void {
    const before = collection.get(key)?.object;
    if (before === undefined) return;
    const version = this.#nextVersion();
    const last: KubeObject = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } };
    collection.remove(key, deepFreeze(last), version);
    this.#notify(collection.schema.kind, before, undefined);
  }

  #nextVersion(): number {
    this.#version += 1;
    return this.#version;
  }

  #notify(kind: ResourceKind, before: KubeObject | undefined, after: KubeObject | undefined): void {
    for (const listener of this.#listeners) listener(kind, before, after);
  }
}

/** The object, frozen, under `version` (none when it is undefined: the answer to a dry run). */
export function withVersion(object: JsonObject, version: number | undefined): KubeObject {
  const metadata = isJsonObject(object['metadata']) ? { ...object['metadata'] } : {};
  if (version !== undefined) metadata['resourceVersion'] = String(version);
  return toKubeObject({ ...object, metadata });
}

/** A JSON object that has been validated, as the frozen object that goes out. */
export function toKubeObject(object: JsonObject): KubeObject {
  if (!isKubeObject(object)) throw new TypeError(`not a Kubernetes object: ${Object.keys(object).join(', ')}`);
  return deepFreeze(object);
}

function isKubeObject(object: JsonObject): object is JsonObject & KubeObject {
  const { apiVersion, kind, metadata } = object;
  return (
    typeof apiVersion === 'string' &&
    typeof kind === 'string' &&
    isJsonObject(metadata) &&
    typeof metadata['name'] === 'string'
  );
}

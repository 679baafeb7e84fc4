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
import { apiKeyDataKey, apiKeySecretType, type Secret } from '#operator/world/key-secret.ts';
import type { KeyName, StateFolder } from './state-folder.ts';

/**
 * A store in memory forgets with the process; keys that the operator generated must not. When it creates a Secret with a
 * generated key, or the pepper, and the state folder has the one of an earlier run, that one is stored instead.
 */
export class KeepingStore implements Store {
  readonly #store: Store;
  readonly #state: StateFolder;

  constructor(store: Store, state: StateFolder) {
    this.#store = store;
    this.#state = state;
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
    return await this.#store.create(await this.#remember(object), options);
  }

  apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    return this.#store.apply(object, options);
  }

  applyStatus<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    return this.#store.applyStatus(object, options);
  }

  delete(kind: ResourceKind, key: ObjectKey, options?: DeleteOptions): Promise<void> {
    return this.#store.delete(kind, key, options);
  }

  async #remember<T extends KubeObject>(object: T): Promise<T> {
    if (object.apiVersion !== 'v1' || object.kind !== 'Secret') return object;
    const secret: Secret = object;
    const name = generatedKeyName(secret);
    if (name !== undefined) {
      const kept = await this.#state.readKey(name);
      return kept === undefined ? object : withData(object, apiKeyDataKey, Buffer.from(kept).toString('base64'));
    }
    const pepper = secret.data?.[pepperKey];
    if (secret.metadata.name !== pepperName || pepper === undefined) return object;
    const kept = await this.#state.readPepper();
    if (kept !== undefined) return withData(object, pepperKey, kept);
    await this.#state.writePepper(pepper);
    return object;
  }
}

/** The operator's own Secret (`operator/feed/pepper.ts`). */
const pepperName = 'simpul-pepper';
const pepperKey = 'pepper';

function withData<T extends KubeObject>(secret: T, key: string, value: string): T {
  return { ...secret, data: { [key]: value } };
}

/** Whose generated key a Secret holds; undefined when it holds none. */
export function generatedKeyName(secret: Secret): KeyName | undefined {
  const { name, namespace = '', ownerReferences = [] } = secret.metadata;
  const owner = ownerReferences.find(({ kind }) => kind === 'Subscription');
  if (secret.type !== apiKeySecretType || owner === undefined || !name.startsWith(`${owner.name}-`)) return undefined;
  return { namespace, subscription: owner.name, credential: name.slice(owner.name.length + 1) };
}

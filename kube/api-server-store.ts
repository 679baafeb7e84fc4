import { setTimeout as delay } from 'node:timers/promises';
import { apiVersionOf, kindOf, type ResourceKind } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';
import { dropManagedFields } from './managed-fields.ts';
import { listTypesOf, readJson, readPage, textOf, throwUnlessOk } from './read-answer.ts';
import { collectionPath, objectPath, type Query, selectionQuery } from './resource-path.ts';
import { isMissingObject } from './status-error.ts';
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
} from './store.ts';
import { StoreError, type StoreReason } from './store-error.ts';
import { boundLife } from './stream-life.ts';
import type { Answer, Call, Transport } from './transport.ts';
import { readWatchEvents } from './watch-events.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'apply' | 'applyStatus' | 'delete';

/** One finished call, for metrics. `outcome` is `OK` or the reason of the StoreError. */
export interface CallReport {
  readonly verb: Verb;
  readonly kind: ResourceKind;
  readonly outcome: 'OK' | StoreReason;
  readonly durationMs: number;
}

export interface ApiServerStoreOptions {
  /** Kinds to write beside those of `api/kinds.ts`. */
  readonly kinds?: readonly ResourceKind[];
  readonly onCall?: (report: CallReport) => void;
  /** Of [0, 1). */
  readonly random?: () => number;
  /** How long a read that the server turned away (429, 503 with Retry-After) is tried on; default 30 s. */
  readonly readRetryMs?: number;
  /** A watch ends by itself after this many seconds, and up to a quarter more; default 240. */
  readonly watchSeconds?: number;
}

/** The Kubernetes API server as a {@link Store}. Writes are sent once: only their caller knows whether to repeat them. */
export class ApiServerStore implements Store {
  readonly #transport: Transport;
  readonly #kinds: ReadonlyMap<string, ResourceKind>;
  readonly #onCall: (report: CallReport) => void;
  readonly #random: () => number;
  readonly #readRetryMs: number;
  readonly #watchSeconds: number;

  constructor(transport: Transport, options: ApiServerStoreOptions = {}) {
    this.#transport = transport;
    this.#kinds = new Map((options.kinds ?? []).map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind]));
    this.#onCall = options.onCall ?? (() => undefined);
    this.#random = options.random ?? Math.random;
    this.#readRetryMs = options.readRetryMs ?? 30_000;
    this.#watchSeconds = options.watchSeconds ?? 240;
  }

  async get<T extends KubeObject>(
    kind: ResourceKind,
    key: ObjectKey,
    options: CallOptions = {},
  ): Promise<T | undefined> {
    const path = objectPath({ kind, namespace: key.namespace, name: key.name });
    return await this.#report('get', kind, async () => {
      const answer = await this.#read(path, options.signal);
      if (isMissingObject(answer.status, textOf(answer))) return undefined;
      return dropManagedFields(readJson<T>(answer));
    });
  }

  async list<T extends KubeObject>(kind: ResourceKind, options: ListOptions = {}): Promise<ListPage<T>> {
    const query = { ...selectionQuery(options), limit: options.limit ?? 500, continue: options.continue };
    return await this.#report('list', kind, async () => {
      const path = collectionPath(kind, options.namespace, query);
      return readPage<T>(kind, await this.#read(path, options.signal, listTypesOf(kind)));
    });
  }

  async *watch<T extends KubeObject>(kind: ResourceKind, options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
    const path = collectionPath(kind, options.namespace, {
      ...selectionQuery(options),
      watch: 1,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion,
      // Not all at once: a server that comes back would get all watches in the same second, every time.
      timeoutSeconds: Math.floor(this.#watchSeconds * (1 + this.#random() / 4)),
    });
    const stream = await this.#report('watch', kind, () => this.#transport.stream(path, options.signal));
    const life = boundLife(stream, options.signal);
    try {
      for await (const event of readWatchEvents<T>(stream.body)) {
        if (life.ending !== undefined) break; // what was read already comes again after the resume, or nobody wants it
        yield event;
      }
    } catch (error) {
      if (life.ending === undefined) throw error;
    } finally {
      life.stop();
    }
    if (life.ending === 'aborted') throw new StoreError('Aborted', `watch ${kind.plural}: aborted`);
  }

  async create<T extends KubeObject>(object: T, options: WriteOptions): Promise<T> {
    const kind = this.#kindOf(object);
    return await this.#write<T>('create', kind, {
      method: 'POST',
      path: collectionPath(kind, object.metadata.namespace, writeQuery(options)),
      body: JSON.stringify(object),
      contentType: 'application/json',
      ...signalOf(options),
    });
  }

  async apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    return await this.#apply('apply', object, options);
  }

  async applyStatus<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    return await this.#apply('applyStatus', object, options);
  }

  async delete(kind: ResourceKind, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    const preconditions = { uid: options.uid, resourceVersion: options.resourceVersion };
    const body = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: options.propagation ?? 'Background',
      preconditions,
    };
    const path = objectPath({ kind, namespace: key.namespace, name: key.name });
    await this.#report('delete', kind, async () => {
      const call: Call = {
        method: 'DELETE',
        path,
        body: JSON.stringify(body),
        contentType: 'application/json',
        ...signalOf(options),
      };
      const answer = await this.#transport.call(call);
      if (!isMissingObject(answer.status, textOf(answer))) throwUnlessOk(answer);
    });
  }

  /** Breaks what is under way. The store cannot be used afterwards. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #apply<T extends KubeObject>(verb: 'apply' | 'applyStatus', object: T, options: ApplyOptions): Promise<T> {
    const kind = this.#kindOf(object);
    const { namespace, name } = object.metadata;
    const at = { kind, namespace, name };
    const uid = await this.#uidFor(kind, object, options);
    const query = { ...writeQuery(options), force: options.force === true ? true : undefined };
    return await this.#write<T>(verb, kind, {
      method: 'PATCH',
      path: objectPath(verb === 'applyStatus' ? { ...at, subresource: 'status' } : at, query),
      body: JSON.stringify(
        verb === 'applyStatus' ? statusOnly(object, uid) : { ...object, metadata: { ...object.metadata, uid } },
      ),
      contentType: 'application/apply-patch+yaml', // JSON is YAML
      ...signalOf(options),
    });
  }

  /**
   * The API server *creates* on apply when the object is gone, even if a resourceVersion says which one was meant; only
   * a uid makes that a conflict. A compare-and-swap without a uid therefore looks it up.
   */
  async #uidFor(kind: ResourceKind, object: KubeObject, options: CallOptions): Promise<string | undefined> {
    const { uid, resourceVersion, namespace = '', name } = object.metadata;
    if (uid !== undefined || resourceVersion === undefined) return uid;
    const found = await this.get(kind, { namespace, name }, options);
    if (found !== undefined) return found.metadata.uid;
    throw new StoreError('Conflict', `${kind.kind} "${name}": the object is gone`, { status: 409 });
  }

  async #write<T extends KubeObject>(verb: Verb, kind: ResourceKind, call: Call): Promise<T> {
    return await this.#report(verb, kind, async () => {
      const answer = await this.#transport.call(call);
      return dropManagedFields(readJson<T>(answer));
    });
  }

  /** A read that the server turned away for now is repeated, no sooner than it says. */
  async #read(path: string, signal: AbortSignal | undefined, accept = 'application/json'): Promise<Answer> {
    const giveUpMs = performance.now() + this.#readRetryMs;
    while (true) {
      const answer = await this.#transport.call({ method: 'GET', path, accept, ...signalOf({ signal }) });
      const waitMs = retryDelayMs(answer, this.#random);
      if (waitMs === undefined || performance.now() + waitMs > giveUpMs) return answer;
      await delay(waitMs, undefined, { signal }).catch((error: unknown) => {
        throw new StoreError('Aborted', 'aborted while waiting for the API server', { cause: error });
      });
    }
  }

  async #report<R>(verb: Verb, kind: ResourceKind, run: () => Promise<R>): Promise<R> {
    const started = performance.now();
    let outcome: CallReport['outcome'] = 'OK';
    try {
      return await run();
    } catch (error) {
      outcome = error instanceof StoreError ? error.reason : 'InternalError';
      throw error;
    } finally {
      this.#onCall({ verb, kind, outcome, durationMs: performance.now() - started });
    }
  }

  #kindOf(object: KubeObject): ResourceKind {
    const kind = kindOf(object) ?? this.#kinds.get(`${object.apiVersion}/${object.kind}`);
    if (kind !== undefined) return kind;
    throw new StoreError('BadRequest', `no such kind is known here: ${object.apiVersion} ${object.kind}`);
  }
}

function statusOnly(object: KubeObject, uid: string | undefined): object {
  const { name, namespace, resourceVersion } = object.metadata;
  const status = 'status' in object ? object.status : undefined;
  const { apiVersion, kind } = object;
  return { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
}

function writeQuery(options: WriteOptions): Query {
  return { fieldManager: options.fieldManager, dryRun: options.dryRun === true ? 'All' : undefined };
}

function signalOf({ signal }: { readonly signal?: AbortSignal | undefined }): { signal: AbortSignal } | object {
  return signal === undefined ? {} : { signal };
}

/** Undefined: do not repeat. A 503 without Retry-After comes from a proxy that has no server: the caller backs off. */
function retryDelayMs(answer: Answer, random: () => number): number | undefined {
  if (answer.status !== 429 && answer.status !== 503) return undefined;
  const asked = answer.retryAfterMs ?? (answer.status === 429 ? 1_000 : undefined);
  return asked === undefined ? undefined : Math.max(asked, 100) * (1 + random() * 0.25);
}

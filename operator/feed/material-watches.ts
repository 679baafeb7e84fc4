import { coreKinds } from '#api/kinds.ts';
import type { Projection, ReflectorSource } from '#kube/reflector.ts';
import { isStoreError } from '#kube/store-error.ts';
import {
  type Holder,
  type MaterialSource,
  type MaterialState,
  materialOf,
  mayLieAnywhere,
  sourceId,
} from '../world/materials.ts';
import type { World } from '../world/world.ts';

export interface MaterialWatchOptions {
  readonly world: Pick<World, 'materials'>;
  /** Runs a watch until the signal aborts; `onError` hears of each failure, after which it goes on. */
  readonly follow: (
    source: ReflectorSource,
    projection: Projection<Holder, MaterialState>,
    life: { readonly signal: AbortSignal; readonly onError: (error: Error) => void },
  ) => void;
  /** Takes what is known of a source into the world. */
  readonly take: (source: MaterialSource, state: MaterialState) => void;
}

/** Watches that have not answered yet, at most: the others wait, so that ten thousand do not stand in the way of writes. */
const mostStarting = 64;

/**
 * One watch for each Secret and ConfigMap that a spec refers to, by its name: nothing else is read, neither in bytes nor
 * by right. What tenants' objects refer to is followed once their namespace is a Tenant's, where the operator has bound
 * its role to itself; for an ApiGateway or a KeyManager elsewhere, an administrator has to.
 *
 *   referred to ──▶ waiting ──▶ starting ──list or refusal──▶ following ──nobody refers any more──▶ forgotten
 */
export class MaterialWatches {
  readonly #options: MaterialWatchOptions;
  readonly #tenants = new Set<string>();
  /** What specs refer to, followed or not, by namespace and then by id. */
  readonly #referred = new Map<string, Map<string, MaterialSource>>();
  readonly #following = new Map<string, AbortController>();
  readonly #waiting = new Map<string, MaterialSource>();
  readonly #starting = new Set<string>();

  constructor(options: MaterialWatchOptions) {
    this.#options = options;
  }

  /** Somebody began to refer to these, or ended. */
  review(sources: readonly MaterialSource[]): void {
    for (const source of sources) {
      this.#file(source);
      this.#decide(source);
    }
  }

  /** The namespace is a Tenant's from now on: the operator may read there. */
  allow(namespace: string): void {
    if (this.#tenants.has(namespace)) return;
    this.#tenants.add(namespace);
    for (const source of this.#referred.get(namespace)?.values() ?? []) {
      // One that was refused before waits for its next attempt: begun anew, it need not.
      if (isUnread(this.#options.world.materials.stateOf(source))) this.#end(source);
      this.#decide(source);
    }
  }

  disallow(namespace: string): void {
    if (!this.#tenants.delete(namespace)) return;
    for (const source of this.#referred.get(namespace)?.values() ?? []) this.#decide(source);
  }

  #file(source: MaterialSource): void {
    const there = this.#referred.get(source.namespace) ?? new Map<string, MaterialSource>();
    if (this.#options.world.materials.usersOf(source).length > 0) there.set(sourceId(source), source);
    else there.delete(sourceId(source));
    if (there.size > 0) this.#referred.set(source.namespace, there);
    else this.#referred.delete(source.namespace);
  }

  #decide(source: MaterialSource): void {
    const users = this.#options.world.materials.usersOf(source);
    const wanted = users.some(({ kind }) => this.#tenants.has(source.namespace) || mayLieAnywhere.has(kind));
    const id = sourceId(source);
    if (!wanted) this.#end(source);
    else if (!this.#following.has(id)) this.#waiting.set(id, source);
    this.#startWaiting();
  }

  #startWaiting(): void {
    for (const [id, source] of this.#waiting) {
      if (this.#starting.size >= mostStarting) return;
      this.#waiting.delete(id);
      this.#start(id, source);
    }
  }

  #start(id: string, source: MaterialSource): void {
    const stop = new AbortController();
    this.#following.set(id, stop);
    this.#starting.add(id);
    const take = (state: MaterialState): void => {
      if (!stop.signal.aborted) this.#options.take(source, state);
    };
    const handler = {
      replace: (items: readonly MaterialState[]) => {
        take(items[0] ?? 'absent');
        this.#started(id);
      },
      upsert: take,
      remove: () => take('absent'),
    };
    const onError = (error: Error): void => {
      // What was read once is kept: an error takes nothing away.
      const isUnknown = this.#options.world.materials.stateOf(source) === undefined;
      if (isUnknown && isStoreError(error, 'Forbidden')) take('unreadable');
      this.#started(id);
    };
    const project = (holder: Holder): MaterialState => materialOf(holder, source);
    this.#options.follow(selectionOf(source), { project, handler }, { signal: stop.signal, onError });
  }

  #started(id: string): void {
    if (this.#starting.delete(id)) this.#startWaiting();
  }

  #end(source: MaterialSource): void {
    const id = sourceId(source);
    this.#waiting.delete(id);
    this.#following.get(id)?.abort();
    if (!this.#following.delete(id)) return;
    this.#options.world.materials.forget(source);
    this.#started(id);
  }
}

function isUnread(state: MaterialState | undefined): boolean {
  return state === undefined || state === 'unreadable';
}

function selectionOf({ kind, namespace, name, type }: MaterialSource): ReflectorSource {
  const selectors = [`metadata.name=${name}`, ...(type === '' ? [] : [`type=${type}`])];
  return { kind: coreKinds[kind], namespace, fieldSelector: selectors.join(',') };
}

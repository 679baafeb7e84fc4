import type { CompiledDefinition } from '#api/compiled/definition.ts';
import { type CompiledSecret, compiledTextOf } from '#api/compiled/secret.ts';
import { validateCompiled } from '#api/compiled/validate.ts';
import { describeError } from '#api/errors.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import { coreKinds } from '#api/kinds.ts';
import type { Store } from '#kube/store.ts';
import { DocumentRefused, type FetchDocument } from '../feed/document-fetcher.ts';
import type { Wake } from '../world/dependents.ts';
import { documentKey, type PinnedUrl, pinnedUrlOf } from '../world/documents.ts';
import type { World } from '../world/world.ts';

export interface DocumentKeeperDeps {
  readonly world: Pick<World, 'documents' | 'definitions' | 'apiServices' | 'compiled'>;
  readonly store: Pick<Store, 'get'>;
  readonly fetch: FetchDocument;
  readonly wake: (wakes: Iterable<Wake>) => void;
  readonly log: { info(fields: object, text: string): void; warn(fields: object, text: string): void };
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

interface Attempts {
  readonly failed: number;
  /** Milliseconds since the epoch. */
  readonly nextAt: number;
}

/** Fetches under way at most, in all and for one namespace: servers that hang leave room for those of other tenants. */
const mostUnderWay = 32;
const mostOfNamespace = 4;
const firstPauseMs = 5000;
const longestPauseMs = 600_000;
const sweepMs = 60_000;

/**
 * Brings documents at URLs into the world: from a compiled Definition in the cluster where there is one, else from the
 * URL. A document that is there is never asked for again; one that is not is tried again, ever less often.
 *
 *   named ──▶ waiting ──▶ in the cluster? ──▶ fetch ──▶ digest as named: read for good, users are woken
 *                ▲                              └──▶ anything else: a sentence for the status, users are woken
 *                └───── 5 s, then twice as long each time, up to 10 min ─────┘
 */
export class DocumentKeeper {
  readonly #deps: DocumentKeeperDeps;
  /** By namespace, then by document. */
  readonly #waiting = new Map<string, Map<string, PinnedUrl>>();
  /** Who asked, by document. */
  readonly #underWay = new Map<string, string>();
  readonly #attempts = new Map<string, Attempts>();
  #sweptAt = 0;

  constructor(deps: DocumentKeeperDeps) {
    this.#deps = deps;
  }

  /**
   * Sees to it that the document of an API comes. `later`: the first attempt is under way, and its end wakes the API; a
   * number: milliseconds until it should be seen to again; undefined: there is nothing to wait for.
   */
  obtain(api: ApiService): 'later' | number | undefined {
    this.#sweepIfDue();
    const pinned = pinnedUrlOf(api);
    const { documents } = this.#deps.world;
    if (pinned === undefined || !documents.isWanted(pinned)) return undefined;
    const key = documentKey(pinned);
    const pauseMs = (this.#attempts.get(key)?.nextAt ?? 0) - this.#deps.now().getTime();
    if (pauseMs > 0) return pauseMs;
    if (!this.#underWay.has(key)) this.#queueOf(api.metadata.namespace ?? '').set(key, pinned);
    this.#startWaiting();
    return documents.find(pinned) === undefined ? 'later' : undefined;
  }

  #queueOf(namespace: string): Map<string, PinnedUrl> {
    const waiting = this.#waiting.get(namespace) ?? new Map<string, PinnedUrl>();
    this.#waiting.set(namespace, waiting);
    return waiting;
  }

  #startWaiting(): void {
    for (const [namespace, waiting] of this.#waiting) {
      for (const [key, pinned] of waiting) {
        if (!this.#hasRoom(namespace)) break;
        waiting.delete(key);
        this.#start(key, pinned, namespace);
      }
      if (waiting.size === 0) this.#waiting.delete(namespace);
    }
  }

  #hasRoom(namespace: string): boolean {
    const others = [...this.#underWay.values()];
    return others.length < mostUnderWay && others.filter((other) => other === namespace).length < mostOfNamespace;
  }

  /** Another namespace may have asked for the same one meanwhile; its end wakes all. */
  #start(key: string, pinned: PinnedUrl, namespace: string): void {
    if (this.#underWay.has(key) || !this.#deps.world.documents.isWanted(pinned)) return;
    this.#underWay.set(key, namespace);
    void this.#bring(pinned).finally(() => this.#ended(key));
  }

  #ended(key: string): void {
    this.#underWay.delete(key);
    if (this.#deps.signal.aborted) return;
    this.#deps.wake(this.#usersOf(key).map((id) => ({ kind: 'ApiService', id })));
    this.#startWaiting();
  }

  /** Never rejects. */
  async #bring(pinned: PinnedUrl): Promise<void> {
    const { world, log, fetch, signal } = this.#deps;
    const { url, sha256 } = pinned;
    try {
      const stored = await this.#findStored(pinned);
      world.documents.put(pinned, stored ?? world.definitions.read(await fetch(pinned, signal)));
      this.#attempts.delete(documentKey(pinned));
      log.info({ url, sha256, fetched: stored === undefined }, 'the document of a definition is there');
    } catch (error) {
      if (signal.aborted) return;
      const known = error instanceof DocumentRefused;
      log.warn({ url, sha256, err: error }, 'the document of a definition is not there');
      world.documents.fail(pinned, known ? error.message : `${url} cannot be fetched (${describeError(error)})`);
      this.#fail(documentKey(pinned));
    }
  }

  #fail(key: string): void {
    const failed = (this.#attempts.get(key)?.failed ?? 0) + 1;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failed - 1));
    this.#attempts.set(key, { failed, nextAt: this.#deps.now().getTime() + pauseMs });
  }

  /** What an ApiService that names the same document was compiled with. */
  async #findStored(pinned: PinnedUrl): Promise<{ ok: true; definition: CompiledDefinition } | undefined> {
    const { world, store, signal } = this.#deps;
    const users = this.#usersOf(documentKey(pinned)).flatMap((id) => [...world.compiled.of('ApiService', id).values()]);
    for (const { gateway, document, definition = '' } of users) {
      const entry = document === pinned.sha256 ? world.compiled.of('Definition', definition).get(gateway) : undefined;
      if (entry === undefined || entry.contentHash === '') continue;
      const { namespace, name } = entry;
      const secret = await store.get<CompiledSecret>(coreKinds.Secret, { namespace, name }, { signal });
      const found = secret && definitionIn(secret);
      if (found?.id === definition) return { ok: true, definition: found };
    }
    return undefined;
  }

  #usersOf(key: string): string[] {
    return [...this.#deps.world.apiServices.by('document', key)];
  }

  #sweepIfDue(): void {
    const now = this.#deps.now().getTime();
    if (now < this.#sweptAt + sweepMs) return;
    this.#sweptAt = now;
    const isUsed = (key: string): boolean => this.#usersOf(key).length > 0;
    this.#deps.world.documents.forget(isUsed);
    for (const key of this.#attempts.keys()) if (!isUsed(key)) this.#attempts.delete(key);
  }
}

function definitionIn(secret: CompiledSecret): CompiledDefinition | undefined {
  const text = compiledTextOf(secret);
  const verdict = text.ok ? validateCompiled(JSON.parse(text.json)) : undefined;
  return verdict?.ok === true && verdict.compiled.kind === 'Definition' ? verdict.compiled : undefined;
}

import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { ResourceKind } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { compareVersions } from '#api/resource-version.ts';
import { Backoff } from './backoff.ts';
import type { ListPage, Selection, Store, WatchEvent } from './store.ts';
import { isStoreError, StoreError, type StoreReason } from './store-error.ts';

/**
 * What a reflector tells its owner. Calls come one at a time, in order. `replace` follows every complete list (the
 * first one, and each relist after an expired version); everything else is a single change since then.
 */
export interface ReflectorHandler<T> {
  /** The complete truth at `resourceVersion`: whatever the owner holds beyond it is gone. `epoch` counts complete lists from 1. */
  replace(items: readonly T[], resourceVersion: string, epoch: number): void | Promise<void>;
  /** Created or changed. */
  upsert(object: T): void;
  /** Deleted; `object` is its last known state. */
  remove(object: T): void;
  /**
   * All changes up to here have been handed over, also those that this selection does not see. Called after each change
   * and each bookmark, never with a lower version than before, until the next `replace`.
   */
  progress?(resourceVersion: string): void;
}

/** What is reflected. */
export interface ReflectorSource extends Selection {
  readonly kind: ResourceKind;
}

/** Why a watch was left: it ended as it should, its owner threw, etcd went back in time, or a StoreError. */
export type RestartReason = 'Ended' | 'HandlerFailed' | 'RolledBack' | StoreReason;

export interface ReflectorOptions {
  /** The only way to end it. */
  readonly signal: AbortSignal;
  /** Everything that did not go well; it goes on by itself. */
  readonly onError?: (error: Error) => void;
  /** For metrics. `list`: a complete list; `event`: one change or bookmark; `restart`: see {@link RestartReason}. */
  readonly onList?: (items: number, durationMs: number) => void;
  readonly onEvent?: (type: WatchEvent<KubeObject>['type']) => void;
  readonly onRestart?: (reason: RestartReason) => void;
  /** Objects per page; default 500 at first, and then as many as make a page of 4 MiB, up to 5,000. */
  readonly pageSize?: number;
  /** First and longest wait after failures in a row; default 200 ms and 30 s. */
  readonly backoff?: { readonly baseMs: number; readonly capMs: number };
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Of [0, 1). */
  readonly random?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** A watch that lived this long has worked, even if nothing came. */
const healthyMs = 10_000;
/** Resumes in a row that reached nobody: more than one connection that broke at a bad moment. */
const awayAfter = 2;
/** Objects of a page that are looked at before others get their turn. */
const itemsPerTurn = 500;
/** How a call ends that the API server did not answer. */
const unansweredReasons: ReadonlySet<StoreReason> = new Set(['Unreachable', 'Timeout', 'ServiceUnavailable']);
const firstPageSize = 500;
/**
 * A page costs the API server some 20 ms, however little is on it: 60,000 Secrets of 1 KiB in pages of 500 take 2.5 s, in
 * pages of 5,000 0.9 s. Large objects must still fit into memory, so it is bytes that make a page full.
 */
const fullPage = { bytes: 4 * 1024 * 1024, objects: 5000, growth: 4 };

/**
 * Keeps `handler` in step with the store until the signal aborts; only then does the promise resolve. It never rejects.
 *
 *          ┌── error: back-off ──┐
 *          ▼                     │
 *        list pages ──complete──▶ replace ──▶ watch ──▶ upsert / remove / progress
 *          ▲                                  │   ▲
 *          ├── Expired, RolledBack, ──────────┤   └── resume from the last version seen, after a check
 *          │   HandlerFailed, server was away │       that etcd cannot have gone back behind it
 *          └──────────────────────────────────┴── ended, broken, stalled: resume (back-off when in a row)
 *
 * Pages are gathered before the owner hears of them, so a list that fails half-way changes nothing.
 */
export async function runReflector<T extends KubeObject>(
  store: Store,
  source: ReflectorSource,
  handler: ReflectorHandler<T>,
  options: ReflectorOptions,
): Promise<void> {
  await new Reflector<T, T>(store, source, { project: (object) => object, handler }, options).run();
}

/** Keeps of each object only what its owner needs. `project` runs as objects arrive, so that a long list is never held whole. */
export interface Projection<T extends KubeObject, P> {
  readonly project: (object: T) => P;
  readonly handler: ReflectorHandler<P>;
}

/** {@link runReflector} for an owner that needs only a part of each object. */
export async function runProjectedReflector<T extends KubeObject, P>(
  store: Store,
  source: ReflectorSource,
  projection: Projection<T, P>,
  options: ReflectorOptions,
): Promise<void> {
  await new Reflector(store, source, projection, options).run();
}

/** The owner threw: what it holds is unknown, so it gets everything anew. */
class HandlerError extends StoreError {
  constructor(cause: unknown) {
    super('InternalError', 'the owner of the reflector failed to take a change', { cause });
  }
}

/** etcd was restored to an older state: versions that we hold belong to a history that never happened. */
class RolledBackError extends StoreError {
  constructor(held: string, present: string) {
    super('Expired', `the store went back from version ${held} to ${present}`);
  }
}

class Reflector<T extends KubeObject, P> {
  readonly #store: Store;
  readonly #source: ReflectorSource;
  readonly #handler: ReflectorHandler<P>;
  readonly #project: (object: T) => P;
  readonly #options: ReflectorOptions;
  readonly #backoff: Backoff;
  readonly #now: () => number;
  /** Where to resume; undefined: list first. */
  #version: string | undefined;
  /** Resumes in a row that reached nobody. */
  #unanswered = 0;
  #epoch = 0;
  #pageSize: number;

  constructor(store: Store, source: ReflectorSource, projection: Projection<T, P>, options: ReflectorOptions) {
    this.#store = store;
    this.#source = source;
    this.#handler = projection.handler;
    this.#project = projection.project;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#pageSize = options.pageSize ?? firstPageSize;
    this.#backoff = new Backoff({
      ...(options.backoff ?? { baseMs: 200, capMs: 30_000 }),
      random: options.random ?? Math.random,
    });
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      const waitMs = await this.#cycle().catch((error: unknown) => this.#afterFailure(error));
      if (waitMs > 0 && !signal.aborted) await this.#sleep(waitMs);
    }
  }

  /** One list if needed, and one watch up to its end. Gives the milliseconds to wait before the next. */
  async #cycle(): Promise<number> {
    if (this.#version !== undefined && !(await this.#canResume(this.#version))) this.#version = undefined;
    this.#version ??= await this.#list();
    const started = this.#now();
    const events = await this.#watch(this.#version);
    if (this.#options.signal.aborted) return 0;
    this.#options.onRestart?.('Ended');
    if (events > 0 || this.#now() - started >= healthyMs) {
      this.#backoff.reset();
      return 0;
    }
    return this.#backoff.next(); // a server that hangs up at once must not be called in a tight loop
  }

  async #list(): Promise<string> {
    const started = this.#now();
    const items: P[] = [];
    let limit = this.#pageSize;
    let page = await this.#page(limit, undefined);
    for (;;) {
      limit = this.#nextLimit(limit, page);
      const following = page.continue === undefined ? undefined : this.#page(limit, page.continue);
      following?.catch(() => undefined); // heard below, unless the owner throws first
      // The request for the next page goes out before this one is looked at, and others get their turn.
      await setImmediate();
      await this.#take(page, items);
      if (following === undefined) break;
      page = await following;
    }
    const { resourceVersion } = page;
    this.#pageSize = this.#options.pageSize ?? firstPageSize;
    await this.#handOver(() => this.#handler.replace(items, resourceVersion, this.#epoch + 1));
    this.#epoch += 1;
    this.#options.onList?.(items.length, this.#now() - started);
    return resourceVersion;
  }

  async #take(page: ListPage<T>, into: P[]): Promise<void> {
    for (const item of page.each?.() ?? page.items) {
      into.push(this.#project(item));
      if (into.length % itemsPerTurn === 0) await setImmediate();
    }
  }

  /** Of the page after one that was asked for with `limit`. */
  #nextLimit(limit: number, { size }: ListPage<T>): number {
    if (this.#options.pageSize !== undefined || size === undefined || size.objects === 0) return limit;
    const full = Math.floor((fullPage.bytes / size.bytes) * size.objects);
    const most = Math.max(fullPage.objects, this.#pageSize);
    return Math.max(firstPageSize, Math.min(full, limit * fullPage.growth, most));
  }

  async #page(limit: number, next: string | undefined): Promise<ListPage<T>> {
    const { kind, ...selection } = this.#source;
    const { signal } = this.#options;
    const from = next === undefined ? {} : { continue: next };
    return await this.#store.list<T>(kind, { ...selection, signal, limit, ...from });
  }

  /**
   * A watch from a version that the server has not reached yet is silent, not refused: after etcd was restored to an
   * older state we would miss everything until it has caught up. One cheap read per resume shows it, unless it comes
   * after that: two histories count with the same numbers. But etcd is restored only while no API server runs, so after
   * an absence everything is listed anew. That costs little: a new API server answers most old versions with Expired.
   */
  async #canResume(held: string): Promise<boolean> {
    const present = await this.#presentVersion();
    const wasAway = this.#unanswered >= awayAfter;
    this.#unanswered = 0;
    if (compareVersions(present, held) < 0) throw new RolledBackError(held, present);
    return !wasAway;
  }

  async #presentVersion(): Promise<string> {
    const { kind, ...selection } = this.#source;
    try {
      const page = await this.#store.list<T>(kind, { ...selection, signal: this.#options.signal, limit: 1 });
      return page.resourceVersion;
    } catch (error) {
      if (error instanceof StoreError && unansweredReasons.has(error.reason)) this.#unanswered += 1;
      throw error;
    }
  }

  /** Watches until the stream ends, and gives how many events came. */
  async #watch(resourceVersion: string): Promise<number> {
    const { kind, ...selection } = this.#source;
    const { signal } = this.#options;
    let events = 0;
    for await (const event of this.#store.watch<T>(kind, { ...selection, signal, resourceVersion })) {
      if (signal.aborted) break;
      await this.#change(event);
      events += 1;
      this.#backoff.reset();
    }
    return events;
  }

  #change(event: WatchEvent<T>): void | Promise<void> {
    const version = event.type === 'BOOKMARK' ? event.resourceVersion : (event.object.metadata.resourceVersion ?? '');
    const held = this.#version ?? '';
    if (compareVersions(version, held) < 0) throw new RolledBackError(held, version);
    this.#options.onEvent?.(event.type);
    try {
      if (event.type === 'DELETED') this.#handler.remove(this.#project(event.object));
      else if (event.type !== 'BOOKMARK') this.#handler.upsert(this.#project(event.object));
      this.#version = version;
      this.#handler.progress?.(version);
    } catch (error) {
      throw new HandlerError(error);
    }
  }

  async #handOver(call: () => void | Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      throw new HandlerError(error);
    }
  }

  #afterFailure(error: unknown): number {
    if (this.#options.signal.aborted) return 0;
    const listing = this.#version === undefined;
    if (error instanceof HandlerError || isStoreError(error, 'Expired')) this.#version = undefined;
    // The list took longer than etcd keeps its version: larger pages make it shorter.
    if (listing && isStoreError(error, 'Expired')) this.#pageSize *= 10;
    this.#options.onRestart?.(restartReason(error));
    this.#options.onError?.(error instanceof Error ? error : new StoreError('InternalError', String(error)));
    const again = this.#backoff.failures > 0;
    const waitMs = this.#backoff.next();
    if (isStoreError(error, 'Expired') && !again) return 0; // normal after a long absence; in a row it is not
    return Math.max(waitMs, error instanceof StoreError ? (error.retryAfterMs ?? 0) : 0);
  }

  async #sleep(ms: number): Promise<void> {
    const { signal, sleep = realSleep } = this.#options;
    await sleep(ms, signal).catch(() => undefined); // aborted: the loop sees it
  }
}

function restartReason(error: unknown): RestartReason {
  if (error instanceof HandlerError) return 'HandlerFailed';
  if (error instanceof RolledBackError) return 'RolledBack';
  return error instanceof StoreError ? error.reason : 'InternalError';
}

async function realSleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}

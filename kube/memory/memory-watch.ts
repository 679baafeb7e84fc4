import type { KubeObject } from '#api/object.ts';
import type { WatchEvent, WatchOptions } from '#kube/store.ts';
import { badRequest, expired } from './answers.ts';
import type { Change, Collection } from './collection.ts';
import { compileSelection, type Matcher } from './selectors.ts';

/** Where a watch reads. */
export interface WatchSource {
  readonly collection: Collection;
  /** Version of the latest change of anything. */
  readonly currentVersion: () => number;
  readonly bookmarkIntervalMs: number;
}

/**
 * Changes of one kind after a version, as a selection sees them, until the signal aborts. Nothing is queued for a slow
 * reader: it reads from the kind's history, and fails as Expired when that has moved on.
 */
export async function* watchCollection(
  source: WatchSource,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<KubeObject>, void, undefined> {
  const cursor = new Cursor(source, options);
  while (!isAborted(options.signal)) {
    for (const event of cursor.read()) {
      yield event;
      if (isAborted(options.signal)) return;
    }
    const outcome = await nextChange(source, cursor.version, options.signal);
    if (outcome !== 'quiet') continue;
    const bookmark = cursor.bookmark();
    if (bookmark !== undefined) yield bookmark;
  }
}

/** How far one watch has come. */
class Cursor {
  readonly #source: WatchSource;
  readonly #matches: Matcher;
  /** Everything up to here has been read. */
  #version: number;
  /** The newest version that the reader knows from an event or a bookmark. */
  #told: number;

  constructor(source: WatchSource, options: WatchOptions) {
    this.#source = source;
    this.#matches = compileSelection(options);
    this.#version = parseVersion(options.resourceVersion);
    this.#told = this.#version;
    const current = source.currentVersion();
    if (this.#version > current) throw expired(`version ${this.#version} is not of this store, which is at ${current}`);
  }

  get version(): number {
    return this.#version;
  }

  read(): WatchEvent<KubeObject>[] {
    const changes = this.#source.collection.changesSince(this.#version);
    this.#version = changes.at(-1)?.version ?? this.#version;
    const events = changes.flatMap((change) => eventOf(change, this.#matches) ?? []);
    if (events.length > 0) this.#told = this.#version;
    return events;
  }

  /** Undefined when there is nothing to tell, or when changes wait to be read first. */
  bookmark(): WatchEvent<KubeObject> | undefined {
    const current = this.#source.currentVersion();
    if (current === this.#told || this.#source.collection.changesSince(this.#version).length > 0) return undefined;
    this.#version = current;
    this.#told = current;
    return { type: 'BOOKMARK', resourceVersion: String(current) };
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Reads a resourceVersion. Throws BadRequest for what this store never gave out. */
export function parseVersion(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`invalid resource version "${text}"`);
  return Number(text);
}

/** A change as a selection sees it: an object that leaves the selection is deleted for it. */
function eventOf(change: Change, matches: Matcher): WatchEvent<KubeObject> | undefined {
  const { before, after, last } = change;
  const was = before !== undefined && matches(before);
  const is = after !== undefined && matches(after);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: after };
  return was ? { type: 'DELETED', object: last } : undefined;
}

/** Waits for a change after `version`, for the signal, or for a while in which nothing happens. */
function nextChange(
  { collection, bookmarkIntervalMs }: WatchSource,
  version: number,
  signal: AbortSignal | undefined,
): Promise<'changed' | 'quiet' | 'aborted'> {
  if (isAborted(signal)) return Promise.resolve('aborted');
  if (collection.latestVersion > version) return Promise.resolve('changed');
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish('quiet'), bookmarkIntervalMs).unref();
    const unsubscribe = collection.onChange(() => finish('changed'));
    const onAbort = () => finish('aborted');
    signal?.addEventListener('abort', onAbort, { once: true });
    function finish(outcome: 'changed' | 'quiet' | 'aborted'): void {
      clearTimeout(timer);
      unsubscribe();
      signal?.removeEventListener('abort', onAbort);
      resolve(outcome);
    }
  });
}

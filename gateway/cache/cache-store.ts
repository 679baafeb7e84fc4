import type { CompiledCache } from '#api/compiled/answers.ts';
import { Flight } from './flight.ts';
import type { StoredAnswer } from './stored-answer.ts';

/** Answers of one API that are kept for one URI and caller: told apart by the fields of Vary. */
const maxVariants = 16;
/** Most places that are remembered not to be worth waiting for. */
const maxPasses = 4096;

/** Where an answer belongs. */
export interface CacheKey {
  /** Host, path and query. */
  readonly uri: string;
  /** Who may have it: Subscription, identity, and the fields of `keyHeaders`. */
  readonly caller: string;
}

interface Place {
  readonly cache: ApiCache;
  readonly key: CacheKey;
}

/** All stored answers of a gateway, bounded by their bytes: what was not used for the longest time goes first. */
export class CacheStore {
  evictions = 0;
  #bytes = 0;
  readonly #maxBytes: number;
  /** In the order of their last use. */
  readonly #places = new Map<StoredAnswer, Place>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#places.size;
  }

  open(rules: CompiledCache): ApiCache {
    return new ApiCache(rules, this);
  }

  used(answer: StoredAnswer): void {
    const place = this.#places.get(answer);
    if (place === undefined) return;
    this.#places.delete(answer);
    this.#places.set(answer, place);
  }

  add(answer: StoredAnswer, place: Place): void {
    this.#places.set(answer, place);
    this.#bytes += answer.size;
    answer.onGrow = (bytes) => {
      if (!this.#places.has(answer)) return;
      this.#bytes += bytes;
      this.#makeRoom();
    };
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (const [oldest, { cache, key }] of this.#places) {
      if (this.#bytes <= this.#maxBytes) break;
      this.evictions++;
      cache.remove(key, oldest);
    }
  }

  forget(answer: StoredAnswer): void {
    if (this.#places.delete(answer)) this.#bytes -= answer.size;
  }
}

/** The stored answers of one API as it is configured now. */
export class ApiCache {
  readonly rules: CompiledCache;
  readonly #store: CacheStore;
  /** By URI and caller. */
  readonly #answers = new Map<string, Map<string, StoredAnswer[]>>();
  readonly #flights = new Map<string, Map<string, Flight>>();
  /** Steady milliseconds until which nobody waits there, because the last answer could not be stored. */
  readonly #passes = new Map<string, number>();
  #isClosed = false;

  constructor(rules: CompiledCache, store: CacheStore) {
    this.rules = rules;
    this.#store = store;
  }

  /** The answer for a request that has these values in its fields. */
  find(key: CacheKey, read: (name: string) => string): StoredAnswer | undefined {
    const found = this.#answers
      .get(key.uri)
      ?.get(key.caller)
      ?.find((answer) => answer.answers(read));
    if (found !== undefined) this.#store.used(found);
    return found;
  }

  /** Takes the place of the one that was chosen by the same values. */
  put(key: CacheKey, answer: StoredAnswer): void {
    if (this.#isClosed) return;
    const variants = this.#variantsOf(key);
    const { vary } = answer.freshness;
    const read = (name: string) => answer.selectedBy[vary.indexOf(name)] ?? '';
    const gone = variants.filter((variant) => variant.answers(read));
    if (variants.length - gone.length >= maxVariants && variants[0] !== undefined) gone.push(variants[0]);
    for (const variant of gone) this.remove(key, variant);
    this.#variantsOf(key).push(answer);
    this.#store.add(answer, { cache: this, key });
  }

  remove({ uri, caller }: CacheKey, answer: StoredAnswer): void {
    this.#store.forget(answer);
    const callers = this.#answers.get(uri);
    const variants = callers?.get(caller);
    if (callers === undefined || variants === undefined) return;
    const index = variants.indexOf(answer);
    if (index >= 0) variants.splice(index, 1);
    if (variants.length === 0) callers.delete(caller);
    if (callers.size === 0) this.#answers.delete(uri);
  }

  /** Something changed what is there: no answer of before is used again, for any caller, nor one that is on its way. */
  invalidate(uri: string): void {
    for (const variants of this.#answers.get(uri)?.values() ?? []) {
      for (const answer of variants) this.#store.forget(answer);
    }
    this.#answers.delete(uri);
    for (const flight of this.#flights.get(uri)?.values() ?? []) flight.isOutdated = true;
  }

  /** The call under way there. */
  flightOf({ uri, caller }: CacheKey): Flight | undefined {
    return this.#flights.get(uri)?.get(caller);
  }

  /** From now on others wait for this call. */
  begin({ uri, caller }: CacheKey): Flight {
    const callers = this.#flights.get(uri) ?? new Map<string, Flight>();
    const flight = new Flight(() => {
      callers.delete(caller);
      if (callers.size === 0) this.#flights.delete(uri);
    });
    callers.set(caller, flight);
    this.#flights.set(uri, callers);
    return flight;
  }

  /** Whether nobody should wait there. `now`: steady milliseconds. */
  isPassed({ uri, caller }: CacheKey, now: number): boolean {
    const until = this.#passes.get(`${uri}\n${caller}`);
    return until !== undefined && now < until;
  }

  pass({ uri, caller }: CacheKey, now: number): void {
    const oldest = this.#passes.keys().next().value;
    if (this.#passes.size >= maxPasses && oldest !== undefined) this.#passes.delete(oldest);
    this.#passes.set(`${uri}\n${caller}`, now + passMs);
  }

  /** The API is gone, or configured anew. */
  close(): void {
    this.#isClosed = true;
    for (const uri of [...this.#answers.keys()]) this.invalidate(uri);
  }

  #variantsOf({ uri, caller }: CacheKey): StoredAnswer[] {
    let callers = this.#answers.get(uri);
    if (callers === undefined) {
      callers = new Map();
      this.#answers.set(uri, callers);
    }
    let variants = callers.get(caller);
    if (variants === undefined) {
      variants = [];
      callers.set(caller, variants);
    }
    return variants;
  }
}

const passMs = 10_000;

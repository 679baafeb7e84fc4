import type { Exchange } from '../exchange.ts';
import { PassingDownstream } from '../filters/passing-downstream.ts';
import type { CacheRequest } from './cache-request.ts';
import type { ApiCache } from './cache-store.ts';
import { fieldValue } from './fields.ts';
import type { Flight } from './flight.ts';
import { type Freshness, freshnessOf } from './freshness.ts';
import { type CacheOutcome, sendStored } from './serve-stored.ts';
import { StoredAnswer } from './stored-answer.ts';

/** One call of the backend for the cache. */
export interface Fetch {
  readonly exchange: Exchange;
  readonly cache: ApiCache;
  readonly request: CacheRequest;
  readonly flight: Flight;
  /** Steady milliseconds. */
  readonly now: () => number;
  /** What is there already, but not fresh any more. */
  readonly stale: StoredAnswer | undefined;
  /** The backend is asked whether `stale` still holds. */
  readonly revalidates: boolean;
  readonly count: (outcome: CacheOutcome) => void;
}

/**
 * Sees the backend's answer on its way to the client and keeps it where it may be kept:
 *
 *   304 to our own question ──▶ the stored one, confirmed ──▶ client
 *   500, 502, 503, 504      ──▶ the stored one, if it may still be used ──▶ client
 *   anything else           ──▶ client, and a copy into the cache when it is complete
 */
export class CacheWriter extends PassingDownstream {
  readonly #fetch: Fetch;
  /** Set: the client gets this one, and the backend's answer ends here. */
  #instead: StoredAnswer | null = null;
  #outcome: CacheOutcome = 'miss';
  #keeps: Freshness | null = null;
  #status = 0;
  #fields: readonly string[] = [];
  #bodyLength = -1;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(fetch: Fetch) {
    super(fetch.exchange.downstream);
    this.#fetch = fetch;
  }

  override writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    if (this.#instead !== null) return;
    const { stale, revalidates, now } = this.#fetch;
    if (stale !== undefined && revalidates && status === 304) {
      this.#instead = this.#confirm(stale, fields);
      this.#outcome = 'revalidated';
    } else if (stale !== undefined && isFailure(status) && mayServeOnError(stale, now())) {
      this.#instead = stale;
      this.#outcome = 'stale';
    } else this.#pass(status, fields, bodyLength);
  }

  override write(piece: Buffer): boolean {
    if (this.#instead !== null) return true;
    if (this.#keeps !== null) this.#keep(piece);
    return this.next.write(piece);
  }

  override end(trailers?: readonly string[]): void {
    const { flight, exchange, request, now } = this.#fetch;
    if (this.#instead !== null) {
      flight.end();
      this.#fetch.count(this.#outcome);
      sendStored({ exchange, request, answer: this.#instead, now: now(), outcome: this.#outcome }, this.next);
      return;
    }
    const isComplete = this.#bodyLength < 0 || this.#bodyLength === this.#size;
    if (this.#keeps !== null && isComplete && (trailers ?? []).length === 0) this.#store(this.#keeps);
    flight.end();
    this.next.end(trailers);
  }

  override abort(): void {
    this.#drop();
    this.#fetch.flight.end();
    this.next.abort();
  }

  #pass(status: number, fields: readonly string[], bodyLength: number): void {
    const { exchange, cache, request, stale } = this.#fetch;
    const freshness = request.mayBeStored ? freshnessOf(status, fields, cache.rules, request.hasIdentity) : null;
    this.#keeps = bodyLength > cache.rules.maxBytes ? null : freshness;
    this.#status = status;
    this.#fields = fields;
    this.#bodyLength = bodyLength;
    if (this.#keeps === null) this.#giveUp();
    const why = stale === undefined ? 'uri-miss' : 'stale';
    exchange.answerHeaders.push('Cache-Status', `simpul; fwd=${why}${this.#keeps === null ? '' : '; stored'}`);
    this.#fetch.count('miss');
    this.next.writeHead(status, fields, bodyLength);
  }

  /** A piece is a view of a whole read: kept as it is, it would keep all of that. */
  #keep(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > this.#fetch.cache.rules.maxBytes) this.#giveUp();
    else this.#pieces.push(Buffer.from(piece));
  }

  /** It cannot be stored, so nobody should wait for the next one here either. */
  #giveUp(): void {
    const { cache, request, flight, now } = this.#fetch;
    this.#drop();
    cache.pass(request.key, now());
    flight.end();
  }

  #drop(): void {
    this.#keeps = null;
    this.#pieces = [];
  }

  #store(freshness: Freshness): void {
    const { cache, request, flight, now, exchange } = this.#fetch;
    if (flight.isOutdated) return;
    const selectedBy = freshness.vary.map(request.read);
    const fields = dated(this.#fields, exchange.time);
    const body = Buffer.concat(this.#pieces);
    const answer = { status: this.#status, fields, body, freshness, selectedBy, storedAt: now() };
    cache.put(request.key, new StoredAnswer(answer));
  }

  #confirm(stale: StoredAnswer, news: readonly string[]): StoredAnswer {
    const { cache, request, flight, now } = this.#fetch;
    const fields = stale.freshenedFields(news);
    const freshness = freshnessOf(stale.status, fields, cache.rules, request.hasIdentity);
    const selectedBy = freshness?.vary.map(request.read) ?? [];
    const fresh = new StoredAnswer({
      ...stale,
      fields,
      freshness: freshness ?? stale.freshness,
      selectedBy,
      storedAt: now(),
    });
    cache.remove(request.key, stale);
    if (freshness !== null && request.mayBeStored && !flight.isOutdated) cache.put(request.key, fresh);
    return fresh;
  }
}

function isFailure(status: number): boolean {
  return status === 500 || (status >= 502 && status <= 504);
}

function mayServeOnError(stale: StoredAnswer, now: number): boolean {
  return -stale.leftMs(now) <= stale.freshness.staleIfErrorMs && stale.freshness.staleIfErrorMs > 0;
}

/** Its age counts from now on, so it says from when it is (RFC 9110, 6.6.1). `time`: milliseconds since the epoch. */
function dated(fields: readonly string[], time: number): readonly string[] {
  return fieldValue(fields, 'date') === '' ? [...fields, 'Date', new Date(time).toUTCString()] : fields;
}

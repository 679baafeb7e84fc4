import { CacheRequest, uriOf } from '../cache/cache-request.ts';
import type { ApiCache } from '../cache/cache-store.ts';
import { CacheWriter } from '../cache/cache-writer.ts';
import { without } from '../cache/fields.ts';
import type { Flight } from '../cache/flight.ts';
import { type CacheOutcome, storedReply } from '../cache/serve-stored.ts';
import type { StoredAnswer } from '../cache/stored-answer.ts';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { AnswerMetrics } from '../metrics/answer-metrics.ts';
import { type CallBackend, DetachedCall } from '../proxy/detached-call.ts';
import type { Filter } from './filter.ts';
import { PassingDownstream } from './passing-downstream.ts';

export interface CacheDeps {
  readonly clock: Clock;
  readonly metrics: AnswerMetrics;
  /** Called for answers that are renewed while callers get the old one. */
  readonly callBackend: CallBackend;
}

/** Answers that are renewed in the background at one time; beyond it they grow old and the next caller waits. */
const maxRenewals = 64;

/** A call that the cache looks at. */
interface Lookup {
  readonly exchange: Exchange;
  readonly cache: ApiCache;
  readonly request: CacheRequest;
}

/**
 * Answers GET and HEAD from what the backend answered before (RFC 9111), and keeps what it answers now:
 *
 *   fresh ──▶ answered from memory
 *   stale ──▶ answered from memory while a newer one is fetched, or the backend is asked whether it still holds
 *   none  ──▶ the first caller fetches it, those who ask the same meanwhile wait for that
 *
 * Limits have counted the call by then. Other methods that succeed make what is stored at their URI forgotten.
 */
export function cache(deps: CacheDeps): Filter {
  const lookups = new Lookups(deps);
  return {
    name: 'cache',
    onRequest(exchange) {
      const stored = exchange.api?.cache ?? null;
      if (stored === null) return undefined;
      if (exchange.method === 'GET' || exchange.method === 'HEAD') return lookups.begin(exchange, stored);
      if (exchange.method !== 'OPTIONS') exchange.downstream = new Invalidating(exchange, stored);
      return undefined;
    },
    onEnd({ cacheFlight }) {
      // The client has gone away before its answer was there.
      cacheFlight?.end();
    },
  };
}

class Lookups {
  readonly #deps: CacheDeps;
  #renewals = 0;

  constructor(deps: CacheDeps) {
    this.#deps = deps;
  }

  begin(exchange: Exchange, stored: ApiCache): void | Promise<void> {
    const request = new CacheRequest(exchange, stored.rules);
    const lookup = { exchange, cache: stored, request };
    if (!request.bypasses) return this.#decide(lookup);
    this.#forward(exchange, 'bypass', 'bypass');
    return undefined;
  }

  /** The backend answers, and nothing is stored. */
  #forward(exchange: Exchange, why: string, outcome: CacheOutcome): void {
    exchange.answerHeaders.push('Cache-Status', `simpul; fwd=${why}`);
    this.#count(exchange, outcome);
  }

  #decide(lookup: Lookup): void | Promise<void> {
    const { exchange, cache: stored, request } = lookup;
    const answer = stored.find(request.key, request.read);
    if (answer !== undefined && this.#serve(lookup, answer)) return undefined;
    if (request.onlyIfCached) {
      throw new GatewayError('GW_NOT_IN_CACHE', 'The call asks for a stored answer alone, and there is none.');
    }
    const flight = stored.flightOf(request.key);
    if (flight === undefined) {
      if (exchange.method === 'GET') this.#fetch(lookup, answer, stored.begin(request.key));
      else this.#forward(exchange, 'uri-miss', 'miss');
      return undefined;
    }
    const isWorthIt = request.mayBeStored && flight.takesMore;
    if (!isWorthIt || stored.isPassed(request.key, this.#deps.clock.steady())) {
      this.#forward(exchange, 'uri-miss', 'miss');
      return undefined;
    }
    return flight.over().then(() => this.#afterWait(lookup));
  }

  /** The other call has an answer, or has none: once more, but whoever finds nothing now asks for itself. */
  #afterWait(lookup: Lookup): void {
    const { exchange, cache: stored, request } = lookup;
    if (exchange.finished) return;
    const answer = stored.find(request.key, request.read);
    const now = this.#deps.clock.steady();
    if (answer === undefined) {
      this.#forward(exchange, 'uri-miss', 'miss');
      return;
    }
    // It was fetched after this caller asked, so it is as new as it can want.
    const isNew = answer.storedAt >= exchange.startedAt && answer.leftMs(now) > 0;
    if (isNew || request.takes(answer, now)) this.#answer(lookup, answer, 'collapsed');
    else this.#forward(exchange, 'uri-miss', 'miss');
  }

  /** Whether the call is answered. */
  #serve(lookup: Lookup, answer: StoredAnswer): boolean {
    const now = this.#deps.clock.steady();
    if (lookup.request.takes(answer, now)) {
      this.#answer(lookup, answer, 'hit');
      return true;
    }
    const { staleWhileRevalidateMs } = answer.freshness;
    const staleMs = -answer.leftMs(now);
    if (staleMs < 0 || staleMs > staleWhileRevalidateMs || staleWhileRevalidateMs === 0) return false;
    if (!lookup.request.takesStale || !this.#renew(lookup, answer)) return false;
    this.#answer(lookup, answer, 'stale');
    return true;
  }

  #answer({ exchange, request }: Lookup, answer: StoredAnswer, outcome: CacheOutcome): void {
    this.#count(exchange, outcome);
    exchange.reply = storedReply({ exchange, request, answer, now: this.#deps.clock.steady(), outcome });
  }

  /** False: too many are being renewed. */
  #renew(lookup: Lookup, answer: StoredAnswer): boolean {
    const { exchange, cache: stored, request } = lookup;
    if (stored.flightOf(request.key) !== undefined) return true;
    if (this.#renewals >= maxRenewals || exchange.method !== 'GET') return false;
    const flight = stored.begin(request.key);
    this.#renewals++;
    const call = new DetachedCall(exchange, () => {
      this.#renewals--;
      flight.end();
    });
    this.#fetch({ ...lookup, exchange: call.exchange }, answer, flight);
    this.#deps.callBackend(call.exchange);
    return true;
  }

  #fetch(lookup: Lookup, stale: StoredAnswer | undefined, flight: Flight): void {
    const { exchange } = lookup;
    const revalidates = stale !== undefined && (stale.etag !== '' || stale.lastModified !== '');
    if (revalidates) exchange.rawHeaders = conditional(exchange.rawHeaders, stale);
    exchange.cacheFlight = flight;
    const now = () => this.#deps.clock.steady();
    const count = (outcome: CacheOutcome) => this.#count(exchange, outcome);
    exchange.downstream = new CacheWriter({ ...lookup, flight, now, stale, revalidates, count });
  }

  #count(exchange: Exchange, outcome: CacheOutcome): void {
    exchange.cacheOutcome = outcome;
    this.#deps.metrics.countCached(outcome);
  }
}

const conditions = new Set(['if-none-match', 'if-modified-since']);

/** Asks whether `stale` still holds, instead of what the client asked. */
function conditional(fields: readonly string[], { etag, lastModified }: StoredAnswer): readonly string[] {
  const asked = without(fields, conditions);
  if (etag !== '') asked.push('If-None-Match', etag);
  else asked.push('If-Modified-Since', lastModified);
  return asked;
}

/** A call that may change what is stored there (RFC 9111, 4.4). */
class Invalidating extends PassingDownstream {
  readonly #exchange: Exchange;
  readonly #cache: ApiCache;

  constructor(exchange: Exchange, stored: ApiCache) {
    super(exchange.downstream);
    this.#exchange = exchange;
    this.#cache = stored;
  }

  override writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    if (status < 400) this.#cache.invalidate(uriOf(this.#exchange));
    this.next.writeHead(status, fields, bodyLength);
  }
}

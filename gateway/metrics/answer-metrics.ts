import { Counter, Gauge, type Registry } from 'prom-client';
import { type CacheOutcome, cacheOutcomes } from '../cache/serve-stored.ts';

/** What policies about answers do: caching and the like. */
export class AnswerMetrics {
  readonly #cached: Record<CacheOutcome, Counter.Internal>;
  readonly #compressed: Record<'in' | 'out', Counter.Internal>;
  readonly #formatted: Counter<'format'>;
  readonly #evictions: Counter;
  readonly #cacheBytes: Gauge;
  readonly #cacheAnswers: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    const cached = new Counter({
      name: 'simpul_gateway_cache_calls_total',
      help: 'Calls of ApiServices with a cache, by what it did: hit, stale, revalidated, collapsed (waited for the answer to another), miss, bypass.',
      labelNames: ['outcome'],
      registers,
    });
    const children = cacheOutcomes.map((outcome) => [outcome, cached.labels({ outcome })]);
    this.#cached = Object.fromEntries(children) as Record<CacheOutcome, Counter.Internal>;
    const compressed = new Counter({
      name: 'simpul_gateway_compression_bytes_total',
      help: 'Bytes of answers before (in) and after (out) they were compressed.',
      labelNames: ['side'],
      registers,
    });
    this.#compressed = { in: compressed.labels({ side: 'in' }), out: compressed.labels({ side: 'out' }) };
    this.#formatted = new Counter({
      name: 'simpul_gateway_formatted_answers_total',
      help: 'JSON answers that were written in another format, by format.',
      labelNames: ['format'],
      registers,
    });
    this.#evictions = new Counter({
      name: 'simpul_gateway_cache_evictions_total',
      help: 'Stored answers that were given up for want of memory.',
      registers,
    });
    this.#cacheBytes = new Gauge({ name: 'simpul_gateway_cache_bytes', help: 'Memory of stored answers.', registers });
    this.#cacheAnswers = new Gauge({ name: 'simpul_gateway_cache_answers', help: 'Stored answers.', registers });
  }

  countCached(outcome: CacheOutcome): void {
    this.#cached[outcome].inc();
  }

  countFormatted(format: string): void {
    this.#formatted.inc({ format });
  }

  countCompressed(side: 'in' | 'out', bytes: number): void {
    this.#compressed[side].inc(bytes);
  }

  /** Brings gauges and the counter of evictions up to what the store has counted. */
  setCache(store: { readonly bytes: number; readonly size: number; readonly evictions: number }): void {
    this.#cacheBytes.set(store.bytes);
    this.#cacheAnswers.set(store.size);
    this.#evictions.reset();
    this.#evictions.inc(store.evictions);
  }
}

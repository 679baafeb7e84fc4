import { Counter, Gauge, type Registry } from 'prom-client';
import type { EndpointState } from '../proxy/endpoint-state.ts';
import type { RetryTotals } from '../proxy/retry-policy.ts';

/** Most endpoints with series of their own; the others are only in `simpul_gateway_backends_down`. */
export const maxEndpointSeries = 500;

/** How endpoints do, read from what the data path keeps anyway: a call pays nothing for it. */
export class BackendMetrics {
  readonly #up: Gauge<'endpoint'>;
  readonly #inFlight: Gauge<'endpoint'>;
  readonly #openings: Counter<'endpoint'>;
  readonly #retries: Counter<'outcome'>;
  readonly #down: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = ['endpoint'] as const;
    this.#up = new Gauge({
      name: 'simpul_gateway_backend_up',
      help: '1: the endpoint takes calls; 0: its calls failed of late, so it is left alone.',
      aggregator: 'min',
      labelNames,
      registers,
    });
    this.#inFlight = new Gauge({
      name: 'simpul_gateway_backend_calls_in_flight',
      help: 'Calls under way at the endpoint.',
      labelNames,
      registers,
    });
    this.#openings = new Counter({
      name: 'simpul_gateway_backend_circuit_openings_total',
      help: 'How often the circuit of the endpoint has opened.',
      labelNames,
      registers,
    });
    this.#retries = new Counter({
      name: 'simpul_gateway_backend_retries_total',
      help: 'Attempts after the first: sent, or withheld because the budget was used up.',
      labelNames: ['outcome'],
      registers,
    });
    this.#down = new Gauge({
      name: 'simpul_gateway_backends_down',
      help: 'Endpoints that are left alone, also those without series of their own.',
      aggregator: 'max',
      registers,
    });
  }

  /** Brings all series up to date; those of endpoints that are gone go. */
  refresh(states: Iterable<EndpointState>, { retries, withheld }: RetryTotals): void {
    this.#retries.reset();
    this.#retries.inc({ outcome: 'sent' }, retries);
    this.#retries.inc({ outcome: 'withheld' }, withheld);
    this.#up.reset();
    this.#inFlight.reset();
    this.#openings.reset();
    let down = 0;
    for (const [url, seen] of byUrl(states)) {
      down += seen.isUp ? 0 : 1;
      if (seen.isBeyondBound) continue;
      this.#inFlight.set({ endpoint: url }, seen.inFlight);
      if (!seen.isGuarded) continue;
      this.#up.set({ endpoint: url }, seen.isUp ? 1 : 0);
      this.#openings.inc({ endpoint: url }, seen.openings);
    }
    this.#down.set(down);
  }
}

interface Seen {
  isBeyondBound: boolean;
  isGuarded: boolean;
  isUp: boolean;
  inFlight: number;
  openings: number;
}

/** APIs that set different rules for one URL are added up; it is up when it is for all of them. */
function byUrl(states: Iterable<EndpointState>): Map<string, Seen> {
  const all = new Map<string, Seen>();
  for (const state of states) {
    let seen = all.get(state.url);
    if (seen === undefined) {
      const isBeyondBound = all.size >= maxEndpointSeries;
      seen = { isBeyondBound, isGuarded: false, isUp: true, inFlight: 0, openings: 0 };
      all.set(state.url, seen);
    }
    seen.isGuarded ||= state.isGuarded;
    seen.isUp &&= state.isUp;
    seen.inFlight += state.inFlight;
    seen.openings += state.breaker?.openings ?? 0;
  }
  return all;
}

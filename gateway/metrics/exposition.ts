import { Counter, type Metric, Registry, type RegistryContentType } from 'prom-client';

/** What an answer to a scrape consists of. */
export interface Exposition {
  readonly type: string;
  readonly text: string;
}

/** Putting all series into text takes long enough to be felt; everybody who asks within this time gets the same. */
const keepMs = 1000;

/**
 * A registry as text, in Prometheus' own format or, for who asks for it, as OpenMetrics, which alone carries exemplars. One
 * at a time, because the registry knows only one format at a time.
 */
export class Expositions {
  readonly #registry: Registry;
  readonly #refresh: () => void;
  readonly #kept = new Map<boolean, { readonly until: number; readonly made: Promise<Exposition> }>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(registry: Registry, refresh: () => void) {
    this.#registry = registry;
    this.#refresh = refresh;
  }

  /** `accept`: the scraper's Accept field. `now`: steady milliseconds. */
  get(accept: string, now: number): Promise<Exposition> {
    const isOpen = /(^|[,\s])application\/openmetrics-text\b/i.test(accept);
    const kept = this.#kept.get(isOpen);
    if (kept !== undefined && now < kept.until) return kept.made;
    const made = this.#last.then(() => (isOpen ? this.#asOpenMetrics() : this.#asText()));
    this.#last = made.catch(() => this.#kept.delete(isOpen));
    this.#kept.set(isOpen, { until: now + keepMs, made });
    return made;
  }

  async #asText(): Promise<Exposition> {
    this.#refresh();
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  async #asOpenMetrics(): Promise<Exposition> {
    this.#refresh();
    const registry: Registry<RegistryContentType> = this.#registry;
    const counters = registry.getMetricsAsArray().filter((metric) => metric instanceof Counter) as unknown as Named[];
    const names = counters.map(({ name }) => name);
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    try {
      return { type: registry.contentType, text: await registry.metrics() };
    } finally {
      registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE);
      // prom-client 15 cuts `_total` off the names of its own counters, for good.
      for (const [i, counter] of counters.entries()) counter.name = names[i] ?? counter.name;
    }
  }
}

type Named = Metric & { name: string };

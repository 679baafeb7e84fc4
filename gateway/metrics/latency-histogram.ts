/** What prom-client takes from a metric when it is asked. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly exemplar?: Exemplar;
}

interface Exemplar {
  readonly labelSet: { readonly trace_id: string };
  readonly value: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

/** How long the calls of one label took. */
export class LatencySeries {
  readonly label: string;
  readonly #bounds: readonly number[];
  /** Of each bound, and of what is beyond all of them. */
  readonly #counts: number[];
  readonly #exemplars: (Exemplar | undefined)[] = [];
  #sum = 0;

  constructor(label: string, bounds: readonly number[]) {
    this.label = label;
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** `traceId` of a call that is traced, else empty: it becomes the exemplar of its bucket. `time`: milliseconds since the epoch. */
  observe(seconds: number, traceId: string, time: number): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && seconds > (bounds[at] ?? 0)) at++;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += seconds;
    if (traceId === '') return;
    this.#exemplars[at] = { labelSet: { trace_id: traceId }, value: seconds, timestamp: time / 1000 };
  }

  *samples(name: string): Generator<Sample> {
    const api = this.label;
    let count = 0;
    for (const [at, le] of [...this.#bounds, '+Inf'].entries()) {
      count += this.#counts[at] ?? 0;
      const exemplar = this.#exemplars[at];
      const sample = { metricName: `${name}_bucket`, labels: { le, api }, value: count };
      yield exemplar === undefined ? sample : { ...sample, exemplar };
    }
    yield { metricName: `${name}_sum`, labels: { api }, value: this.#sum };
    yield { metricName: `${name}_count`, labels: { api }, value: count };
  }
}

/**
 * A histogram by ApiService that a registry of prom-client shows. Its own looks the labels up in text that is put together
 * for each observation, and the bucket by a number made into text: with that it would be the dearest part of a call.
 */
export class LatencyHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, LatencySeries>();

  /** `buckets`: upper bounds in seconds, in ascending order. */
  constructor({ name, help, buckets }: { name: string; help: string; buckets: readonly number[] }) {
    this.name = name;
    this.help = help;
    this.#bounds = buckets;
  }

  /** The series of this label; begins with nothing. */
  open(label: string): LatencySeries {
    const series = new LatencySeries(label, this.#bounds);
    this.#series.set(label, series);
    return series;
  }

  remove(label: string): void {
    this.#series.delete(label);
  }

  /** Called by the registry. */
  get(): object {
    const { name, help, type, aggregator } = this;
    return {
      name,
      help,
      type,
      aggregator,
      values: [...this.#series.values()].flatMap((one) => [...one.samples(name)]),
    };
  }
}

import type { Counter, Histogram } from 'prom-client';

/** The call counters of one (ApiService, plan) pair; a class's counter is made at its first call and kept. */
export interface CallSeries {
  readonly api: string;
  readonly plan: string;
  readonly counter: Counter<'api' | 'plan' | 'class'>;
  readonly children: Map<string, Counter.Internal>;
}

/** What a call of one ApiService is counted in, looked up once when the ApiService loads. */
export class ApiMeters {
  readonly api: string;
  readonly series: ReadonlyMap<string | null, CallSeries>;
  readonly #latency: Histogram.Internal<'api'>;

  constructor(api: string, series: ReadonlyMap<string | null, CallSeries>, latency: Histogram.Internal<'api'>) {
    this.api = api;
    this.series = series;
    this.#latency = latency;
  }

  /** `plan` null: the call has none. `status` 0: the caller went away before an answer. */
  count(plan: string | null, status: number, seconds: number): void {
    const series = this.series.get(plan) ?? this.series.get(null);
    if (series !== undefined) childOf(series, classOf(status)).inc();
    // A WebSocket connection lasts as long as its two ends like; that says nothing about the API.
    if (status !== 101) this.#latency.observe(seconds);
  }
}

const classes = ['aborted', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

function classOf(status: number): string {
  return classes[Math.floor(status / 100)] ?? '5xx';
}

function childOf(series: CallSeries, status: string): Counter.Internal {
  let child = series.children.get(status);
  if (child === undefined) {
    child = series.counter.labels({ api: series.api, plan: series.plan, class: status });
    series.children.set(status, child);
  }
  return child;
}

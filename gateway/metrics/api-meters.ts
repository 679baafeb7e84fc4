import type { Counter, Histogram } from 'prom-client';

/** The call counters of one (ApiService, plan) pair; a class's counter is made at its first call and kept. */
export interface CallSeries {
  readonly api: string;
  readonly plan: string;
  readonly counter: Counter<'api' | 'plan' | 'class'>;
  readonly children: Map<string, Counter.Internal>;
}

/** The histogram of one ApiService, or of all that have none of their own. */
export interface LatencySeries {
  readonly label: string;
  readonly histogram: Histogram<'api' | 'trace_id'>;
  /** For the many calls without an exemplar: costs no look-up. */
  readonly child: Histogram.Internal<'api'>;
}

/** What a call of one ApiService is counted in, looked up once when the ApiService loads. */
export class ApiMeters {
  readonly api: string;
  readonly series: ReadonlyMap<string | null, CallSeries>;
  readonly #latency: LatencySeries;

  constructor(api: string, series: ReadonlyMap<string | null, CallSeries>, latency: LatencySeries) {
    this.api = api;
    this.series = series;
    this.#latency = latency;
  }

  /**
   * `plan` null: the call has none. `status` 0: the caller went away before an answer. `traceId` of a call that is traced,
   * else empty: it becomes the exemplar of its bucket.
   */
  count(plan: string | null, status: number, seconds: number, traceId: string): void {
    const series = this.series.get(plan) ?? this.series.get(null);
    if (series !== undefined) childOf(series, classOf(status)).inc();
    // A WebSocket connection lasts as long as its two ends like; that says nothing about the API.
    if (status === 101) return;
    const { label, histogram, child } = this.#latency;
    if (traceId === '') child.observe(seconds);
    else histogram.observe({ labels: { api: label }, value: seconds, exemplarLabels: { trace_id: traceId } });
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

import type { Counter } from 'prom-client';
import type { LatencySeries } from './latency-histogram.ts';

/** Calls of one class of answers. */
interface ClassCount {
  readonly class: string;
  readonly child: Counter.Internal;
  /** Calls that the counter has not been told of. */
  untold: number;
}

/** The call counters of one (ApiService, plan) pair; a class's counter is made at its first call and kept. */
export class CallSeries {
  readonly api: string;
  readonly plan: string;
  readonly #counter: Counter<'api' | 'plan' | 'class'>;
  readonly #counts: (ClassCount | undefined)[] = [];

  constructor(counter: Counter<'api' | 'plan' | 'class'>, { api, plan }: { api: string; plan: string }) {
    this.api = api;
    this.plan = plan;
    this.#counter = counter;
  }

  /** Adds here what prom-client hears of when it is asked: its own addition hashes labels, in every call. */
  add(status: number): void {
    const index = Math.floor(status / 100);
    const count = this.#counts[index] ?? this.#begin(classes[index] ?? '5xx', index);
    count.untold++;
  }

  /** Brings prom-client's counters up to date. */
  tell(): void {
    for (const count of this.#counts) {
      if (count === undefined || count.untold === 0) continue;
      count.child.inc(count.untold);
      count.untold = 0;
    }
  }

  /** Its counters go. */
  remove(): void {
    for (const count of this.#counts) {
      if (count !== undefined) this.#counter.remove({ api: this.api, plan: this.plan, class: count.class });
    }
  }

  #begin(name: string, index: number): ClassCount {
    const child = this.#counter.labels({ api: this.api, plan: this.plan, class: name });
    const count = { class: name, child, untold: 0 };
    this.#counts[index] = count;
    return count;
  }
}

const classes = ['aborted', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** What a call of one ApiService is counted in, looked up once when the ApiService loads. */
export class ApiMeters {
  readonly api: string;
  readonly series: ReadonlyMap<string | null, CallSeries>;
  readonly latency: LatencySeries;

  constructor(api: string, series: ReadonlyMap<string | null, CallSeries>, latency: LatencySeries) {
    this.api = api;
    this.series = series;
    this.latency = latency;
  }

  /** `plan` null: the call has none. `status` 0: the caller went away before an answer. */
  count(plan: string | null, status: number): void {
    const series = this.series.get(plan) ?? this.series.get(null);
    series?.add(status);
  }
}

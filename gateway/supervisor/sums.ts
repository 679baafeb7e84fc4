import { AggregatorRegistry } from 'prom-client';
import type { Exposition } from '../metrics/exposition.ts';
import type { UsageReport, UsageRow } from '../usage/usage-table.ts';

/** A metric as prom-client hands it from process to process. */
export interface MetricValues {
  readonly name: string;
  /** `counter`, `histogram`, `gauge`. */
  readonly type: unknown;
}

/**
 * The metrics of several processes as one: counters and histograms added up, gauges as each says itself (sum, least, most).
 * What a process had counted before it died stays in the sums, as far as it was asked in time.
 */
export class MetricSums {
  #last = new Map<number, readonly MetricValues[]>();
  #retired: readonly MetricValues[] = [];

  /** `values`: of the worker at this place; undefined: it did not answer, and what it said last goes on. */
  note(place: number, values: readonly MetricValues[] | undefined): void {
    if (values !== undefined) this.#last.set(place, values);
  }

  /** The worker at this place has died. */
  async retire(place: number): Promise<void> {
    const values = this.#last.get(place);
    if (values === undefined) return;
    this.#last.delete(place);
    const counted = values.filter(({ type }) => type !== 'gauge');
    this.#retired = await aggregate([this.#retired, counted]).getMetricsAsJSON();
  }

  /** `own`: of this process. */
  async text(own: readonly MetricValues[]): Promise<Exposition> {
    const registry = aggregate([...this.#last.values(), this.#retired, own]);
    return { type: registry.contentType, text: await registry.metrics() };
  }
}

function aggregate(parts: readonly (readonly MetricValues[])[]) {
  return AggregatorRegistry.aggregate(parts.filter((part) => part.length > 0).map((part) => [...part]));
}

type Counted =
  | 'calls'
  | 'success'
  | 'consumerErrors'
  | 'providerErrors'
  | 'gatewayErrors'
  | 'aborted'
  | 'bytesIn'
  | 'bytesOut';

const counted: readonly Counted[] = [
  ...(['calls', 'success', 'consumerErrors', 'providerErrors', 'gatewayErrors', 'aborted'] as const),
  ...(['bytesIn', 'bytesOut'] as const),
];

/** Usage of several processes as one, oldest hours first. What Redis has added up holds for all of them: then the latest. */
export function sumUsage(reports: readonly UsageReport[]): UsageReport {
  const shared = reports.filter(({ countedIn }) => countedIn === 'Redis').sort((a, b) => callsIn(b) - callsIn(a));
  if (shared[0] !== undefined) return shared[0];
  const rows = new Map<string, Record<string, string | number>>();
  for (const row of reports.flatMap((report) => report.rows)) {
    const key = JSON.stringify([row.hour, row.tenant, row.api, row.version, row.plan, row.subscription]);
    const sum = rows.get(key);
    if (sum === undefined) rows.set(key, { ...row });
    else for (const name of counted) sum[name] = Number(sum[name]) + row[name];
  }
  const sorted = ([...rows.values()] as unknown as UsageRow[]).sort((a, b) => (a.hour < b.hour ? -1 : 1));
  const since = reports.map((report) => report.since).sort();
  return { gateway: reports[0]?.gateway ?? '', since: since[0] ?? '', countedIn: 'Memory', rows: sorted };
}

function callsIn({ rows }: UsageReport): number {
  return rows.reduce((sum, { calls }) => sum + calls, 0);
}

interface EndpointLine {
  readonly url: string;
  readonly up: boolean;
  readonly callsInFlight: number;
}

interface BackendReport {
  readonly total: number;
  readonly endpoints: readonly EndpointLine[];
}

/** How endpoints do: as the worker sees it for whom they do worst, with the calls of all. Those that are left alone first. */
export function sumBackends(reports: readonly BackendReport[]): BackendReport {
  const lines = new Map<string, EndpointLine>();
  for (const line of reports.flatMap(({ endpoints }) => endpoints)) {
    const before = lines.get(line.url);
    if (before === undefined) lines.set(line.url, line);
    else {
      const worse = before.up ? line : before;
      lines.set(line.url, { ...worse, callsInFlight: before.callsInFlight + line.callsInFlight });
    }
  }
  const all = [...lines.values()].sort((a, b) => Number(a.up) - Number(b.up));
  return { total: Math.max(0, ...reports.map(({ total }) => total)), endpoints: all };
}

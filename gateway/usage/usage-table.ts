import type { Exchange } from '../exchange.ts';
import { resultOf } from '../filters/grpc.ts';
import type { ApiEntry } from '../snapshot/model.ts';
import { keptHours } from './usage-script.ts';

/** What was used by one Subscription (or without one) of one API, or version of it, on one plan, in one hour. All counts are of calls; sizes in bytes of body. */
export interface UsageRow {
  /** RFC 3339, UTC: when the hour begins in which the calls did. */
  readonly hour: string;
  /** Tenant and ApiService that were called. */
  readonly tenant: string;
  readonly api: string;
  /** Empty: none. */
  readonly plan: string;
  readonly subscription: string;
  readonly consumer: string;
  /** Of an API with a canary: which of its two versions was called, or would have been. Empty: it has one version. */
  readonly version: string;
  /** The sum of the five below. */
  readonly calls: number;
  /** Answered below 400. */
  readonly success: number;
  /** By whose fault: 4xx of a backend count as the caller's. */
  readonly consumerErrors: number;
  readonly providerErrors: number;
  readonly gatewayErrors: number;
  /** The caller went away first. */
  readonly aborted: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface UsageReport {
  readonly gateway: string;
  /** When this process began to count. RFC 3339, UTC. */
  readonly since: string;
  /** `Redis`: what all pods have counted, at most some seconds old. `Memory`: what this process has counted since it began. */
  readonly countedIn: 'Redis' | 'Memory';
  readonly rows: readonly UsageRow[];
}

/** In the place of Tenant and API, for what no longer found room. */
export const otherUsage = '_other';

/** Some 20 MiB. */
export const maxUsageCells = 100_000;
const hourMs = 3_600_000;

/** What a cell has counted and Redis does not know yet. */
export interface Pending {
  /** JSON: Tenant, API, plan, Subscription, consumer, and version if there is one. */
  readonly name: string;
  /** In the order of {@link rowOf}. */
  readonly counts: readonly number[];
  /** From here on Redis knows it. */
  flushed(): void;
}

class Cell {
  readonly tenant: string;
  readonly api: string;
  readonly plan: string;
  readonly subscription: string;
  readonly consumer: string;
  readonly version: string;
  success = 0;
  consumerErrors = 0;
  providerErrors = 0;
  gatewayErrors = 0;
  aborted = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** What Redis knows of it. */
  #known: readonly number[] | null = null;

  constructor(exchange: Exchange | null) {
    this.tenant = exchange?.api?.tenantId ?? otherUsage;
    this.api = exchange?.api?.id ?? otherUsage;
    this.plan = exchange?.plan?.name ?? '';
    this.subscription = exchange?.subscription?.id ?? '';
    this.consumer = exchange?.subscription?.tenantId ?? '';
    this.version = versionOf(exchange);
  }

  add(exchange: Exchange): void {
    const { fault, clientAborted, bytesIn, bytesOut } = exchange;
    const status = resultOf(exchange);
    if (clientAborted) this.aborted++;
    else if (fault === 'provider') this.providerErrors++;
    else if (fault === 'gateway') this.gatewayErrors++;
    else if (fault === 'consumer' || status >= 400) this.consumerErrors++;
    else this.success++;
    this.bytesIn += bytesIn;
    this.bytesOut += bytesOut;
  }

  row(hour: number): UsageRow {
    return rowOf(hour, this.#names(), this.#counts());
  }

  /** Null: Redis knows everything. */
  pending(): Pending | null {
    const known = this.#known;
    const counts = this.#counts().map((count, i) => count - (known?.[i] ?? 0));
    if (counts.every((count) => count === 0)) return null;
    const flushed = () => {
      this.#known = counts.map((count, i) => count + (known?.[i] ?? 0));
    };
    return { name: JSON.stringify(this.#names()), counts, flushed };
  }

  forgetFlushes(): void {
    this.#known = null;
  }

  #names(): string[] {
    const names = [this.tenant, this.api, this.plan, this.subscription, this.consumer];
    // As it was before there were versions, so that pods that know none add up the same cell.
    return this.version === '' ? names : [...names, this.version];
  }

  #counts(): number[] {
    const { success, consumerErrors, providerErrors, gatewayErrors, aborted, bytesIn, bytesOut } = this;
    return [success, consumerErrors, providerErrors, gatewayErrors, aborted, bytesIn, bytesOut];
  }
}

/** Cells of one hour, by API (see {@link groupOf}), Subscription and plan: texts that exist already, so finding one makes no new text. */
type Hour = Map<string, Map<string, Map<string, Cell>>>;

/** Counts what is used, by hour; bounded. Calls that reached no API are nobody's usage. */
export class UsageTable {
  readonly #hours = new Map<number, Hour>();
  #cells = 0;
  #last = -1;
  #current: Hour = new Map();

  count(exchange: Exchange): void {
    const { api } = exchange;
    if (api === null) return;
    const hour = this.#hourOf(exchange.time);
    const found = hour
      .get(groupOf(exchange, api))
      ?.get(exchange.subscription?.id ?? '')
      ?.get(exchange.plan?.name ?? '');
    (found ?? this.#newCell(hour, exchange)).add(exchange);
  }

  /** Oldest hours first. */
  rows(): UsageRow[] {
    return [...this.#hours].toSorted(([a], [b]) => a - b).flatMap(([hour, apis]) => rowsOf(hour, apis));
  }

  /** By number of the hour since the epoch: what Redis does not know yet. */
  *pending(): Generator<[hour: number, pending: readonly Pending[]]> {
    for (const [number, hour] of this.#hours) {
      const pending = cellsOf(hour).flatMap((cell) => cell.pending() ?? []);
      if (pending.length > 0) yield [number, pending];
    }
  }

  /** Redis knows nothing of it. */
  forgetFlushes(): void {
    for (const hour of this.#hours.values()) for (const cell of cellsOf(hour)) cell.forgetFlushes();
  }

  get size(): number {
    return this.#cells;
  }

  /** A call is counted in the hour in which it began. */
  #hourOf(time: number): Hour {
    const number = Math.floor(time / hourMs);
    if (number === this.#last) return this.#current;
    this.#last = number;
    this.#current = this.#hours.get(number) ?? new Map();
    this.#hours.set(number, this.#current);
    this.#forget(number - keptHours);
    return this.#current;
  }

  #forget(before: number): void {
    for (const [number, hour] of this.#hours) {
      if (number >= before) continue;
      this.#hours.delete(number);
      this.#cells -= cellsOf(hour).length;
    }
  }

  #newCell(hour: Hour, exchange: Exchange): Cell {
    const isFull = this.#cells >= maxUsageCells;
    const cell = new Cell(isFull ? null : exchange);
    const group = isFull || exchange.api === null ? otherUsage : groupOf(exchange, exchange.api);
    const plans = inner(inner(hour, group), cell.subscription);
    const existing = plans.get(cell.plan);
    if (existing !== undefined) return existing;
    plans.set(cell.plan, cell);
    this.#cells++;
    return cell;
  }
}

/** The API, or where it has a canary what the log says of the version that is called: a text with both in it. */
function groupOf({ variant }: Exchange, api: ApiEntry): string {
  return api.canary === null ? api.id : (variant ?? api).logText;
}

function versionOf(exchange: Exchange | null): string {
  const api = exchange?.api ?? null;
  return api === null || api.canary === null ? '' : (exchange?.variant ?? api).version;
}

function inner<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const made = new Map<string, Value>();
  map.set(key, made);
  return made;
}

function cellsOf(hour: Hour): Cell[] {
  return [...hour.values()].flatMap((subscriptions) =>
    [...subscriptions.values()].flatMap((plans) => [...plans.values()]),
  );
}

function rowsOf(number: number, hour: Hour): UsageRow[] {
  return cellsOf(hour).map((cell) => cell.row(number));
}

/** `names`: Tenant, API, plan, Subscription, consumer, version. `counts`: success, errors by fault, aborted, bytes in and out. */
export function rowOf(hour: number, names: readonly string[], counts: readonly number[]): UsageRow {
  const [tenant = '', api = '', plan = '', subscription = '', consumer = '', version = ''] = names;
  const [success = 0, consumerErrors = 0, providerErrors = 0, gatewayErrors = 0, aborted = 0] = counts;
  return {
    hour: new Date(hour * hourMs).toISOString(),
    ...{ tenant, api, plan, subscription, consumer, version },
    calls: success + consumerErrors + providerErrors + gatewayErrors + aborted,
    ...{ success, consumerErrors, providerErrors, gatewayErrors, aborted },
    bytesIn: counts[5] ?? 0,
    bytesOut: counts[6] ?? 0,
  };
}

import type { Exchange } from '../exchange.ts';
import { resultOf } from '../filters/grpc.ts';

/** What was used by one Subscription (or without one) of one API on one plan, in one hour. All counts are of calls; sizes in bytes of body. */
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
  /** When this process began to count: what was before is not known to it. RFC 3339, UTC. */
  readonly since: string;
  readonly rows: readonly UsageRow[];
}

/** In the place of Tenant and API, for what no longer found room. */
export const otherUsage = '_other';

/** Some 20 MiB. */
export const maxUsageCells = 100_000;
const hourMs = 3_600_000;
/** Hours beyond are forgotten. */
const maxHours = 24 * 31;

class Cell {
  readonly tenant: string;
  readonly api: string;
  readonly plan: string;
  readonly subscription: string;
  readonly consumer: string;
  success = 0;
  consumerErrors = 0;
  providerErrors = 0;
  gatewayErrors = 0;
  aborted = 0;
  bytesIn = 0;
  bytesOut = 0;

  constructor(exchange: Exchange | null) {
    this.tenant = exchange?.api?.tenantId ?? otherUsage;
    this.api = exchange?.api?.id ?? otherUsage;
    this.plan = exchange?.plan?.name ?? '';
    this.subscription = exchange?.subscription?.id ?? '';
    this.consumer = exchange?.subscription?.tenantId ?? '';
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

  row(hour: string): UsageRow {
    const calls = this.success + this.consumerErrors + this.providerErrors + this.gatewayErrors + this.aborted;
    return { hour, ...this, calls };
  }
}

/** Cells of one hour, by API, Subscription and plan: names that exist already, so finding one makes no new text. */
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
      .get(api.id)
      ?.get(exchange.subscription?.id ?? '')
      ?.get(exchange.plan?.name ?? '');
    (found ?? this.#newCell(hour, exchange)).add(exchange);
  }

  /** Oldest hours first. */
  rows(): UsageRow[] {
    return [...this.#hours].toSorted(([a], [b]) => a - b).flatMap(([hour, apis]) => rowsOf(hour, apis));
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
    this.#forget(number - maxHours);
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
    const plans = inner(inner(hour, cell.api), cell.subscription);
    const existing = plans.get(cell.plan);
    if (existing !== undefined) return existing;
    plans.set(cell.plan, cell);
    this.#cells++;
    return cell;
  }
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
  const text = new Date(number * hourMs).toISOString();
  return cellsOf(hour).map((cell) => cell.row(text));
}

import { randomUUID } from 'node:crypto';
import { describeError } from '#api/errors.ts';
import type { Clock } from '../clock.ts';
import type { ScriptRunner } from '../limits/limit-store.ts';
import type { Log } from '../log/log.ts';
import { addUsageScript, countsPerCell, keptHours, readUsageScript } from './usage-script.ts';
import { otherUsage, type Pending, rowOf, type UsageReport, type UsageRow, type UsageTable } from './usage-table.ts';

/** How often what was counted is added up in Redis: a process that dies takes so much with it at most. */
export const flushMs = 10_000;
/** Longest wait for Redis, when somebody asks or the process ends. */
const patienceMs = 2000;
const hourMs = 3_600_000;
const largestBatch = 500;
const hoursPerRead = 24;

export interface UsageKeeperDeps {
  readonly table: UsageTable;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where usage is added up. */
interface UsageRedis {
  readonly runner: ScriptRunner;
  readonly keyPrefix: string;
}

/** Part of a flush: what one script adds to one hour. */
interface Batch {
  readonly flush: number;
  readonly hour: number;
  readonly pending: readonly Pending[];
}

export interface Period {
  /** Milliseconds since the epoch; hours that begin in it are wanted. */
  readonly from: number;
  readonly until: number;
}

/** Adds up in Redis what this process counts, so that a restart forgets little, and tells what all have counted. */
export class UsageKeeper {
  readonly #deps: UsageKeeperDeps;
  readonly #startedAt: number;
  #redis: UsageRedis | null = null;
  #timer: NodeJS.Timeout | undefined = undefined;
  /** Name of this process among those that flush, as one Redis knows it. */
  #name = '';
  #flushes = 0;
  /** Sent, or about to be; sent again as they are until Redis has said that it has them. */
  #batches: Batch[] = [];
  #flushing: Promise<void> | null = null;
  #isLost = false;

  constructor(deps: UsageKeeperDeps) {
    this.#deps = deps;
    this.#startedAt = deps.clock.now();
  }

  /** From here on usage is added up there. What was added up elsewhere before is told again. */
  use(redis: UsageRedis): void {
    this.#redis = redis;
    this.#beginAnew();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.flush(), flushMs);
  }

  /** Flushes for the last time, unless another one is used already; the connection may be closed after it. */
  async leave(runner: ScriptRunner): Promise<void> {
    if (this.#redis?.runner !== runner) return;
    clearInterval(this.#timer);
    await within(this.flush(), patienceMs);
    if (this.#redis?.runner === runner) this.#redis = null;
  }

  /** Adds what was counted since the last time. Never rejects. */
  async flush(): Promise<void> {
    await this.#flushing; // what it does not know yet comes with the next
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  /** What all pods have counted, or, where there is no Redis or it does not answer, this process. */
  async report(gateway: string, period: Period): Promise<UsageReport> {
    const since = new Date(this.#startedAt).toISOString();
    const shared = await within(this.#read(period), patienceMs);
    if (shared !== undefined) return { gateway, since, countedIn: 'Redis', rows: shared };
    const rows = this.#deps.table.rows().filter(({ hour }) => isWithin(Date.parse(hour), period));
    return { gateway, since, countedIn: 'Memory', rows };
  }

  #beginAnew(): void {
    this.#name = randomUUID();
    this.#flushes = 0;
    this.#batches = [];
    this.#deps.table.forgetFlushes();
  }

  async #flush(): Promise<void> {
    const redis = this.#redis;
    if (redis === null) return;
    if (this.#batches.length === 0) this.#batches = this.#collect();
    try {
      while (this.#batches.length > 0 && this.#redis === redis) await this.#send(redis);
      this.#isLost = false;
    } catch (error) {
      if (!this.#isLost) {
        this.#deps.log.warn(
          { cause: describeError(error) },
          'usage cannot be added up in Redis; it is kept until it can',
        );
      }
      this.#isLost = true;
    }
  }

  #collect(): Batch[] {
    const batches: Batch[] = [];
    for (const [hour, pending] of this.#deps.table.pending()) {
      for (let i = 0; i < pending.length; i += largestBatch) {
        this.#flushes++;
        batches.push({ flush: this.#flushes, hour, pending: pending.slice(i, i + largestBatch) });
      }
    }
    return batches;
  }

  /** Sends the first batch. */
  async #send(redis: UsageRedis): Promise<void> {
    const { runner, keyPrefix } = redis;
    const [batch] = this.#batches;
    if (batch === undefined) return;
    const keys = [`${keyPrefix}usage:by:${this.#name}`, `${keyPrefix}usage:${batch.hour}`];
    const end = (batch.hour + 1) * hourMs;
    const cells = batch.pending.flatMap(({ name, counts }) => [name, ...counts]);
    const answer = await runner.run(addUsageScript, keys, [batch.flush, otherName, end, ...cells]);
    if (this.#redis !== redis) return;
    if (answer === -1) {
      this.#deps.log.warn({}, 'Redis has lost its usage: this gateway tells it again what it has counted');
      this.#beginAnew();
      this.#batches = this.#collect();
      return;
    }
    this.#batches.shift();
    for (const pending of batch.pending) pending.flushed();
  }

  /** Undefined: it cannot be asked. */
  async #read({ from, until }: Period): Promise<UsageRow[] | undefined> {
    const redis = this.#redis;
    if (redis === null) return undefined;
    await this.flush();
    const last = Math.floor(Math.min(until, this.#deps.clock.now() + hourMs) / hourMs);
    const first = Math.max(Math.ceil(from / hourMs), last - keptHours);
    const rows: UsageRow[] = [];
    try {
      for (let hour = first; hour <= last; hour += hoursPerRead) {
        const hours = Array.from({ length: Math.min(hoursPerRead, last - hour + 1) }, (_, i) => hour + i);
        const keys = hours.map((number) => `${redis.keyPrefix}usage:${number}`);
        const answer = (await redis.runner.run(readUsageScript, keys, [])) as readonly (readonly string[])[];
        rows.push(...answer.flatMap((flat, i) => rowsOf(hours[i] ?? 0, flat)));
      }
    } catch {
      return undefined;
    }
    return rows.filter(({ hour }) => isWithin(Date.parse(hour), { from, until }));
  }
}

/** Of a target such as `/usage?from=0&until=1700000000000`; what is missing or no number bounds nothing. */
export function periodOf(target: string): Period {
  const query = new URL(target, 'http://admin').searchParams;
  const numberOf = (name: string, otherwise: number): number => {
    const text = query.get(name) ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
  };
  return { from: numberOf('from', 0), until: numberOf('until', Number.MAX_SAFE_INTEGER) };
}

const otherName = JSON.stringify([otherUsage, otherUsage, '', '', '']);

/** `flat`: names and numbers, in turn. */
function rowsOf(hour: number, flat: readonly string[]): UsageRow[] {
  const rows: UsageRow[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const counts = (flat[i + 1] ?? '').split(' ').map(Number);
    if (counts.length === countsPerCell) rows.push(rowOf(hour, JSON.parse(flat[i] ?? '') as string[], counts));
  }
  return rows;
}

function isWithin(hour: number, { from, until }: Period): boolean {
  return hour >= from && hour < until;
}

/** Undefined when `pending` takes too long. */
function within<Value>(pending: Promise<Value>, ms: number): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, undefined);
    pending.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

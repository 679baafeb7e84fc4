import { randomUUID } from 'node:crypto';
import { describeError } from '#api/errors.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log/log.ts';
import type { Calendar } from './calendar.ts';
import { answersPerCounter, flatten, heartbeatScript, type LeaseArguments, leaseScript } from './lease-script.ts';
import { fixedMs, isIdle, tickMs, twentiethOf } from './limit-windows.ts';
import type { Script } from './script.ts';
import type { SharedCounter } from './shared-counter.ts';

/** The connection: runs scripts on one Redis. */
export interface ScriptRunner {
  /** Rejects at once while there is no connection. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Takes this pod out of the list of pods. */
  forget(pod: string): Promise<unknown>;
  close(): void;
}

/** What a Redis is like, as far as limits care. */
export interface StoreHealth {
  readonly up: boolean;
  /** Why not, for people; empty when it is. */
  readonly reason: string;
}

export interface LimitStoreDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly runner: ScriptRunner;
  /** Beginning of every key. */
  readonly keyPrefix: string;
  /** Name of this process among the pods. */
  readonly pod: string;
  /** Gateway pods that there should be: what is believed until Redis has told. */
  readonly expectedPods: number;
  /** A call waits so long for tokens, then the pod decides by itself. */
  readonly timeoutMs: number;
  readonly calendar: () => Calendar;
  /** Every shared counter of this process. */
  readonly counters: () => Iterable<SharedCounter>;
  readonly onHealth: (health: StoreHealth) => void;
}

/** What one counter was asked for, and under which limit. */
interface Asked {
  readonly want: number;
  readonly limit: number;
  /** Steady milliseconds. */
  readonly sentAt: number;
}

const heartbeatMs = 1000;
/** Answers in a row that came too late or not at all, after which calls do not wait any more. */
const tripAfter = 3;
const largestBatch = 100;

/**
 * Leases tokens from Redis for all limits of this process.
 *
 *   up ──connection lost, or three answers late──▶ down (each pod counts its share) ──heartbeat in time──▶ told what was
 *    ▲                                                                                                        counted │
 *    └────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
 */
export class LimitStore {
  /** Calls may wait for it. */
  isUp = false;
  /** Processes that share the limits. */
  pods: number;
  readonly #deps: LimitStoreDeps;
  /** Holding tokens. */
  readonly #holding = new Set<SharedCounter>();
  readonly #wanted = new Set<SharedCounter>();
  readonly #underWay = new Set<Promise<void>>();
  /** Name for the next epoch, should this pod be the first to find that there is none. */
  #candidate = randomUUID();
  #epoch = '';
  /** Redis' time minus steady time; NaN: not known. */
  #offset = Number.NaN;
  #failures = 0;
  #heart: NodeJS.Timeout | undefined = undefined;
  #tick: NodeJS.Timeout | undefined = undefined;
  #beating = false;
  #catchingUp = false;
  #reason = 'not connected yet';
  #closed = false;
  #refused = false;

  constructor(deps: LimitStoreDeps) {
    this.#deps = deps;
    this.pods = Math.max(1, deps.expectedPods);
  }

  start(): void {
    this.#heart = setInterval(() => void this.#beat(), heartbeatMs);
    this.#tick = setInterval(() => this.#returnIdle(), tickMs);
    void this.#beat();
  }

  /** The connection stands: asks at once instead of at the next beat. */
  connected(): void {
    this.#refused = false;
    void this.#beat();
  }

  /** It answers, but is none that limits can be counted in; until {@link connected} says otherwise. */
  refuse(reason: string): void {
    this.#refused = true;
    this.#setDown(reason);
  }

  /** The connection is gone, or must not be used. */
  lost(reason: string): void {
    this.#setDown(reason);
  }

  /**
   * Fetches tokens for the counters of one call, or waits for those that are being fetched. False: no answer in time,
   * the pod has to decide by itself. Never rejects.
   */
  lease(counters: readonly SharedCounter[]): Promise<boolean> {
    const own = counters.filter((counter) => counter.leasing === null);
    if (own.length > 0) this.#send(own, true);
    const pending = counters.flatMap((counter) => counter.leasing ?? []);
    return this.#within(Promise.all(pending));
  }

  /** A token was spent: remembers who holds tokens, and fetches more before they run out. */
  spent(counter: SharedCounter): void {
    // A debt of bytes is told at once, so that other pods know of it.
    if (counter.debt > 0) this.#holding.add(counter);
    if ((counter.runsLow || counter.debt > 0) && this.isUp && !this.#closed) {
      if (this.#wanted.size === 0) setImmediate(() => this.#fetchWanted());
      this.#wanted.add(counter);
    }
  }

  /** Gives everything back and leaves. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#heart);
    clearInterval(this.#tick);
    if (this.isUp) {
      await this.#within(Promise.all(this.#underWay), 1000);
      for (const counter of this.#holding) counter.giveBack();
      const rest = this.#tellInBatches([...this.#holding].filter(({ back, debt }) => back + debt > 0));
      await this.#within(Promise.all([rest, this.#deps.runner.forget(this.#deps.pod).catch(() => undefined)]), 1000);
    }
    this.isUp = false;
    this.#deps.runner.close();
  }

  /** Resolves false when `pending` takes too long. */
  #within(pending: Promise<unknown>, ms = this.#deps.timeoutMs): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => setImmediate(resolve, false), ms);
      pending.then(() => {
        clearTimeout(timer);
        resolve(this.isUp);
      });
    });
  }

  #fetchWanted(): void {
    const counters = [...this.#wanted].filter(({ leasing }) => leasing === null);
    this.#wanted.clear();
    if (this.#closed) return;
    for (let i = 0; i < counters.length; i += largestBatch) this.#send(counters.slice(i, i + largestBatch), false);
  }

  /** Asks for tokens of all `counters` in one script. `together`: one call needs all of them. */
  #send(counters: readonly SharedCounter[], together: boolean): void {
    const steady = this.#deps.clock.steady();
    const wants = counters.map((counter) => counter.lotFor(this.pods, steady));
    const answered = this.#exchange(counters, wants, together).catch(() => undefined);
    const settled = answered.then(() => {
      this.#underWay.delete(settled);
      for (const counter of counters) counter.leasing = null;
    });
    this.#underWay.add(settled);
    for (const counter of counters) counter.leasing = settled;
  }

  async #exchange(counters: readonly SharedCounter[], wants: readonly number[], together: boolean): Promise<void> {
    const sentAt = this.#deps.clock.steady();
    const told = counters.map((counter, i) => this.#argumentsOf(counter, wants[i] ?? 0, sentAt));
    const args = [this.#epoch, this.#candidate, together ? '1' : '0', ...told.flatMap(flatten)];
    const keys = [this.#key('epoch'), ...counters.map(({ name }) => this.#key(name))];
    for (const counter of counters) clearTold(counter);
    try {
      const answer = await this.#timed(leaseScript, keys, args, sentAt);
      for (const [i, counter] of counters.entries()) {
        this.#take(counter, answer.slice(2 + i * answersPerCounter), {
          want: wants[i] ?? 0,
          limit: told[i]?.limit ?? 0,
          sentAt,
        });
      }
    } catch (error) {
      for (const [i, counter] of counters.entries()) putBack(counter, told[i]);
      throw error;
    }
  }

  /** Runs a script, and keeps what every answer tells: the epoch and the time. */
  async #timed(script: Script, keys: string[], args: (string | number)[], sentAt: number): Promise<number[]> {
    // After a stall of this process the answer may lie in the socket already: it is read before the second step.
    // One that is not answered at all counts again and again: calls wait for the one under way and send no others.
    let isSettled = false;
    const late = setInterval(() => {
      setImmediate(() => {
        if (!isSettled) this.#failed(`no answer within ${this.#deps.timeoutMs} ms`);
      });
    }, this.#deps.timeoutMs);
    try {
      const answer = (await this.#deps.runner.run(script, keys, args)) as [string, ...number[]];
      const steady = this.#deps.clock.steady();
      this.#offset = Number(answer[1]) - (sentAt + steady) / 2;
      if (steady - sentAt <= this.#deps.timeoutMs) this.#failures = 0;
      this.#meet(answer[0]);
      return answer as unknown as number[];
    } catch (error) {
      this.#failed(describeError(error));
      throw error;
    } finally {
      isSettled = true;
      clearInterval(late);
    }
  }

  #take(counter: SharedCounter, answer: readonly number[], { want, limit, sentAt }: Asked): void {
    const [grant = 0, known = 0, leftMs = 0, start = 0, waitMs = 0, stale = 0, granted = 0] = answer;
    if (stale === 1) return; // our idea of the calendar was old: the next lease has the time of this answer
    const steady = this.#deps.clock.steady();
    counter.start = start;
    counter.known = known;
    counter.granted = granted;
    counter.epoch = this.#epoch;
    counter.end = sentAt + leftMs;
    counter.tokensUntil = counter.limit.burst === undefined ? counter.end : Math.min(counter.end, sentAt + 50);
    if (counter.limit.amount !== limit) {
      counter.back += grant; // edited meanwhile: leased under what does not hold any more
      return;
    }
    counter.tokens += grant;
    if (grant > 0) {
      counter.lot = counter.tokens;
      this.#holding.add(counter);
    } else if (want > 0 && known >= counter.limit.amount) {
      // Asked again before the window ends: other pods give back what they do not use.
      counter.deniedUntil = steady + Math.min(leftMs, twentiethOf(counter.limit.per, 1000));
      counter.deniedByBurst = false;
    } else if (want > 0 && waitMs > 0) {
      counter.deniedUntil = steady + waitMs;
      counter.deniedByBurst = true;
    }
  }

  #argumentsOf(counter: SharedCounter, want: number, steady: number): LeaseArguments {
    if (counter.tokens > 0 && steady >= counter.tokensUntil) counter.giveBack();
    const { limit, back, debt, start, known } = counter;
    return {
      limit: limit.amount,
      want,
      back,
      debt,
      length: fixedMs[limit.per],
      ...this.#windowOf(counter, steady),
      start,
      known,
      burst: limit.burst ?? 0,
      granted: counter.granted,
      old: counter.epoch === this.#epoch ? 0 : 1,
    };
  }

  #windowOf({ limit, end, start }: SharedCounter, steady: number): Pick<LeaseArguments, 'from' | 'until'> {
    const length = fixedMs[limit.per];
    const now = this.#redisNow(steady);
    if (limit.per === 'Day') return this.#deps.calendar().dayAt(now);
    if (limit.per === 'Month') return this.#deps.calendar().monthAt(now);
    const isOwn = end !== 0 && start === 0;
    return { from: isOwn ? Math.max(0, Math.floor(length - (end - steady))) : 0, until: 0 };
  }

  /** Milliseconds since the epoch, by Redis' clock as far as it is known. */
  #redisNow(steady: number): number {
    return Number.isNaN(this.#offset) ? this.#deps.clock.now() : steady + this.#offset;
  }

  #key(name: string): string {
    return `${this.#deps.keyPrefix}${name}`;
  }

  /** Tokens that nobody asks for go back, so that other pods can have them. */
  #returnIdle(): void {
    if (!this.isUp) return;
    const steady = this.#deps.clock.steady();
    const idle = [...this.#holding].filter((counter) => counter.leasing === null && isIdle(counter, steady));
    for (const counter of idle) this.#holding.delete(counter);
    const worthIt = idle.filter(({ tokens, debt, end }) => (tokens > 0 || debt > 0) && steady < end);
    for (const counter of worthIt) counter.giveBack();
    if (worthIt.length > 0) void this.#tellInBatches(worthIt);
  }

  /** Tells Redis what the pod knows of these counters, without asking for anything. */
  async #tellInBatches(counters: readonly SharedCounter[]): Promise<void> {
    for (let i = 0; i < counters.length; i += largestBatch) {
      const batch = counters.slice(i, i + largestBatch);
      await this.#exchange(batch, [], false).catch(() => undefined);
    }
  }

  async #beat(): Promise<void> {
    if (this.#beating || this.#closed || this.#refused) return;
    this.#beating = true;
    const sentAt = this.#deps.clock.steady();
    try {
      const keys = [this.#key('epoch'), this.#key('pods')];
      const answer = await this.#timed(heartbeatScript, keys, [this.#deps.pod, this.#candidate], sentAt);
      this.pods = Math.max(1, Number(answer[2]));
      if (!this.isUp && this.#deps.clock.steady() - sentAt <= this.#deps.timeoutMs) await this.#comeUp();
    } catch {
      // #timed has dealt with it.
    } finally {
      this.#beating = false;
    }
  }

  /** First tells what was counted meanwhile, then lets calls use it. */
  async #comeUp(): Promise<void> {
    this.#failures = 0;
    await this.#catchUp(({ debt, back }) => debt + back > 0);
    if (this.#failures > 0) return;
    this.isUp = true;
    this.#reason = '';
    this.#deps.log.info({ pods: this.pods }, 'limits are counted in Redis');
    this.#deps.onHealth({ up: true, reason: '' });
  }

  /** Another epoch: Redis has lost what it counted. Every pod tells what it knows. */
  #meet(epoch: string): void {
    if (epoch === this.#epoch) return;
    const before = this.#epoch;
    this.#epoch = epoch;
    // A name that was taken must not come back: after a flush nobody would notice.
    if (epoch === this.#candidate) this.#candidate = randomUUID();
    if (before === '') return;
    this.#deps.log.warn({}, 'Redis has lost its counters: the gateways tell it again what they know');
    if (!this.#catchingUp) void this.#catchUp(({ known, epoch: of }) => known > 0 && of !== epoch);
  }

  async #catchUp(isWorthTelling: (counter: SharedCounter) => boolean): Promise<void> {
    this.#catchingUp = true;
    const steady = this.#deps.clock.steady();
    const open = [...this.#deps.counters()].filter((counter) => steady < counter.end && isWorthTelling(counter));
    await this.#tellInBatches(open);
    this.#catchingUp = false;
  }

  #failed(reason: string): void {
    this.#failures++;
    if (this.#failures >= tripAfter) this.#setDown(reason);
  }

  #setDown(reason: string): void {
    if (!this.isUp && this.#reason === reason) return;
    const wasUp = this.isUp;
    const isNews = wasUp || this.#reason === 'not connected yet';
    this.isUp = false;
    this.#reason = reason;
    this.pods = Math.max(this.pods, this.#deps.expectedPods);
    if (!isNews || this.#closed) return;
    const message = 'Redis does not answer: each gateway pod allows its share of the limits';
    this.#deps.log.warn({ cause: reason, pods: this.pods }, message);
    this.#deps.onHealth({ up: false, reason });
  }
}

function clearTold(counter: SharedCounter): void {
  counter.back = 0;
  counter.debt = 0;
}

function putBack(counter: SharedCounter, told: LeaseArguments | undefined): void {
  // What is given back is lost with the answer: it may have arrived, and too little is better than too much.
  counter.debt += told?.debt ?? 0;
}

import type { Clock } from '../clock.ts';
import type { LimitStore, ScriptRunner } from './limit-store.ts';
import { tickMs } from './limit-windows.ts';
import { answersPerSlotCounter, slotRenewMs, slotScript } from './slot-script.ts';
import type { SlotCounter } from './slots.ts';

export interface SlotStoreDeps {
  readonly clock: Clock;
  readonly runner: ScriptRunner;
  readonly keyPrefix: string;
  /** Name of this process among the pods. */
  readonly pod: string;
  readonly timeoutMs: number;
  /** Knows whether Redis answers, and how many pods there are. */
  readonly store: Pick<LimitStore, 'isUp' | 'pods'>;
}

/** After a refusal Redis is not asked again for so long: a flood of calls costs it little. */
const deniedMs = 20;
const largestBatch = 100;

/**
 * Leases slots, in which calls run at the same time, from Redis. A slot that was not used for some 50 ms goes back; what
 * the pod holds is told once a second, so that Redis knows it again soon after it has lost it.
 */
export class SlotStore {
  readonly #deps: SlotStoreDeps;
  readonly #holding = new Set<SlotCounter>();
  #tick: NodeJS.Timeout | undefined = undefined;

  constructor(deps: SlotStoreDeps) {
    this.#deps = deps;
  }

  get isUp(): boolean {
    return this.#deps.store.isUp;
  }

  get pods(): number {
    return this.#deps.store.pods;
  }

  /** Slots that this pod has leased. */
  get held(): number {
    let held = 0;
    for (const counter of this.#holding) held += counter.held;
    return held;
  }

  start(): void {
    this.#tick = setInterval(() => this.#look(), tickMs);
  }

  /** Fetches slots for the counters of one call. False: no answer in time. Never rejects. */
  async lease(counters: readonly SlotCounter[]): Promise<boolean> {
    const own = counters.filter(({ leasing }) => leasing === null);
    if (own.length > 0) {
      this.#send(
        own,
        own.map((counter) => counter.waiting + this.#spare(counter)),
        true,
      );
    }
    return this.#within(Promise.all(counters.flatMap(({ leasing }) => leasing ?? [])));
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    clearInterval(this.#tick);
    for (const counter of this.#holding) counter.held = 0;
    if (this.isUp) await this.#within(this.#tell([...this.#holding]));
    for (const counter of this.#holding) counter.forgetIfIdle();
    this.#holding.clear();
  }

  /** Some beside those that are needed now, where calls come in numbers. */
  #spare({ inUse, limit }: SlotCounter): number {
    return Math.min(Math.floor(inUse / 4), Math.floor((limit - inUse) / (4 * this.pods)));
  }

  #send(counters: readonly SlotCounter[], wants: readonly number[], together: boolean): void {
    // While Redis was away calls may have begun without a slot: it is told the truth.
    for (const counter of counters) counter.held = Math.max(counter.held, counter.inUse);
    const told = counters.map(({ limit, held }, i) => [limit, held, wants[i] ?? 0]);
    const { runner, keyPrefix, pod, clock } = this.#deps;
    const keys = [`${keyPrefix}pods`, ...counters.map(({ name }) => `${keyPrefix}slots:${name}`)];
    const steady = clock.steady();
    const settled = runner
      .run(slotScript, keys, [pod, together ? '1' : '0', ...told.flat()])
      .then(
        (answer) => this.#take(counters, wants, answer as readonly number[]),
        () => undefined, // told again within a second
      )
      .then(() => {
        for (const counter of counters) counter.leasing = null;
      });
    for (const counter of counters) {
      counter.leasing = settled;
      counter.toldAt = steady;
      this.#holding.add(counter);
    }
  }

  #take(counters: readonly SlotCounter[], wants: readonly number[], answer: readonly number[]): void {
    const steady = this.#deps.clock.steady();
    for (const [i, counter] of counters.entries()) {
      const granted = Number(answer[i * answersPerSlotCounter] ?? 0);
      counter.held += granted;
      // Else what was fetched could go back before the call has taken it.
      if (granted > 0) counter.peak = Math.max(counter.peak, counter.inUse + Math.min(granted, counter.waiting));
      else if ((wants[i] ?? 0) > 0) counter.deniedUntil = steady + deniedMs;
    }
  }

  /** Gives back what nobody used since the last look, and renews the rest. */
  #look(): void {
    if (!this.isUp) return;
    const steady = this.#deps.clock.steady();
    const due = [...this.#holding].filter((counter) => counter.leasing === null && this.#isDue(counter, steady));
    if (due.length > 0) void this.#tell(due);
  }

  /** Whether Redis is to be told of it now. */
  #isDue(counter: SlotCounter, steady: number): boolean {
    const isIdle = counter.held > counter.peak;
    if (isIdle) counter.held = counter.peak;
    counter.peak = counter.inUse;
    if (isIdle || (counter.held > 0 && steady - counter.toldAt >= slotRenewMs)) return true;
    if (counter.held === 0) {
      this.#holding.delete(counter);
      counter.forgetIfIdle();
    }
    return false;
  }

  async #tell(counters: readonly SlotCounter[]): Promise<void> {
    for (let i = 0; i < counters.length; i += largestBatch) {
      const batch = counters.slice(i, i + largestBatch).filter(({ leasing }) => leasing === null);
      if (batch.length > 0) this.#send(batch, [], false);
      await Promise.all(batch.map(({ leasing }) => leasing));
    }
  }

  /** Resolves false when `pending` takes too long. */
  #within(pending: Promise<unknown>): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => setImmediate(resolve, false), this.#deps.timeoutMs);
      pending.then(() => {
        clearTimeout(timer);
        resolve(this.isUp);
      });
    });
  }
}

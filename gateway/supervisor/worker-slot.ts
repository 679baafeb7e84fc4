import cluster, { type Worker } from 'node:cluster';
import type { Readable } from 'node:stream';
import type { Log } from '../log/log.ts';
import type { Period } from '../usage/usage-keeper.ts';
import type { Order, Question, Report, WorkerReport } from './messages.ts';

export interface WorkerSlotDeps {
  readonly log: Log;
  /** It takes the configuration from now on. */
  readonly onHello: (send: (order: Order) => void) => void;
  /** It takes nothing any more. */
  readonly onGone: (send: (order: Order) => void) => void;
  readonly onSaid: () => void;
  readonly onRelist: () => void;
  /** What it writes to its standard output, which is its access log. */
  readonly onOutput: (output: Readable) => void;
}

/** Its first restart comes after the first of these, further ones after twice as long each time up to the last. */
const firstRestartMs = 100;
const longestRestartMs = 30_000;
/** One that has lived so long counts as well again. */
const healthyAfterMs = 60_000;
const checkEveryMs = 5000;
/** So many checks without a word: it hangs, and is killed. A machine that slept misses one. */
const maxMissedChecks = 6;
/** Usage may wait for Redis. */
const answerWithinMs = 5000;
const always: Period = { from: 0, until: Number.MAX_SAFE_INTEGER };

/**
 * The place of one worker: whoever dies there is followed by another, after a pause that grows.
 *
 *   forked ──hello──▶ loading ──said ready──▶ serving ──end──▶ draining ──▶ gone
 *     ▲                  │                      │
 *     └── pause ─────────┴── died, or hangs ────┘
 */
export class WorkerSlot {
  readonly index: number;
  /** What it said last; null: nothing yet. */
  said: WorkerReport | null = null;
  /** How often another one had to follow. */
  restarts = 0;
  readonly #deps: WorkerSlotDeps;
  readonly #asked = new Map<number, (value: unknown) => void>();
  readonly #check: NodeJS.Timeout;
  #worker: Worker | null = null;
  #restart: NodeJS.Timeout | undefined = undefined;
  #bornAt = 0;
  #failures = 0;
  #missed = 0;
  #lastId = 0;
  #isEnding = false;
  readonly #over = Promise.withResolvers<void>();

  constructor(index: number, deps: WorkerSlotDeps) {
    this.index = index;
    this.#deps = deps;
    this.#check = setInterval(() => this.#checkAlive(), checkEveryMs);
    this.#fork();
  }

  get isRunning(): boolean {
    return this.#worker !== null;
  }

  /** Undefined where it does not answer in time. */
  ask(question: Question, period = always): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(undefined), answerWithinMs);
      const settle = (value: unknown) => {
        clearTimeout(timer);
        this.#asked.delete(id);
        resolve(value);
      };
      this.#asked.set(id, settle);
      this.#send({ type: 'ask', id, question, period });
    });
  }

  /** Has it drain and exit; resolves when it is gone. */
  end(): Promise<void> {
    this.#isEnding = true;
    clearTimeout(this.#restart);
    if (this.#worker === null) this.#settleOver();
    else this.#send({ type: 'end' });
    return this.#over.promise;
  }

  hurry(): void {
    this.#send({ type: 'hurry' });
  }

  readonly #send = (order: Order): void => {
    // Its end is told by `exit`, not by what could not be sent.
    if (this.#worker?.isConnected() === true) this.#worker.send(order, undefined, undefined, () => undefined);
  };

  #fork(): void {
    const worker = cluster.fork({ SIMPUL_WORKER: String(this.index) });
    const { pid } = worker.process;
    this.#worker = worker;
    this.#bornAt = performance.now();
    this.#missed = 0;
    if (worker.process.stdout !== null) this.#deps.onOutput(worker.process.stdout);
    worker.on('message', (report: Report) => this.#heard(report));
    worker.on('error', () => undefined);
    worker.on('exit', (code, signal) => this.#onExit(code, signal));
    this.#deps.log.info({ worker: this.index, pid }, 'a worker starts');
  }

  #heard(report: Report): void {
    this.#missed = 0;
    switch (report.type) {
      case 'hello':
        this.#deps.onHello(this.#send);
        break;
      case 'relist':
        this.#deps.onRelist();
        break;
      case 'said':
        this.said = report.said;
        this.#deps.onSaid();
        break;
      case 'answer':
        this.#asked.get(report.id)?.(report.value);
    }
  }

  #onExit(code: number | null, signal: string | null): void {
    this.#worker = null;
    this.said = null;
    this.#deps.onGone(this.#send);
    for (const settle of [...this.#asked.values()]) settle(undefined);
    if (this.#isEnding) {
      this.#settleOver();
      return;
    }
    this.restarts++;
    this.#failures = performance.now() - this.#bornAt >= healthyAfterMs ? 1 : this.#failures + 1;
    const pauseMs = Math.min(longestRestartMs, firstRestartMs * 2 ** (this.#failures - 1));
    this.#deps.log.error({ worker: this.index, code, signal, pauseMs }, 'a worker has ended; another one follows');
    this.#restart = setTimeout(() => this.#fork(), pauseMs);
    this.#deps.onSaid();
  }

  #checkAlive(): void {
    if (this.#worker === null || ++this.#missed < maxMissedChecks) return;
    this.#deps.log.error({ worker: this.index }, 'a worker says nothing any more and is killed');
    this.#worker.process.kill('SIGKILL');
  }

  #settleOver(): void {
    clearInterval(this.#check);
    this.#over.resolve();
  }
}

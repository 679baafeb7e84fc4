import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { BenchError } from '../errors.ts';

/** Time between the beginnings of two polls. */
export const pollEveryMs = 5;
const patienceMs = 60_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Calls of the gateway over a few kept connections. */
export class GatewayCalls {
  readonly #pool: Pool;

  constructor(port: number) {
    this.#pool = new Pool(`http://127.0.0.1:${port}`, { connections: 4 });
  }

  async get(path: string, key?: string): Promise<Answer> {
    const headers = key === undefined ? {} : { 'x-api-key': key };
    const { statusCode, body } = await this.#pool.request({ method: 'GET', path, headers });
    return { status: statusCode, text: await body.text() };
  }

  /** Polls until an answer is wanted. Resolves with the steady milliseconds of that moment. */
  async poll(call: {
    readonly path: string;
    readonly key?: string;
    readonly isWanted: (answer: Answer) => boolean;
    /** Told of every other answer. */
    readonly onOther?: (answer: Answer) => void;
  }): Promise<number> {
    const giveUpAt = performance.now() + patienceMs;
    for (;;) {
      const startedAt = performance.now();
      const answer = await this.get(call.path, call.key);
      if (call.isWanted(answer)) return performance.now();
      call.onOther?.(answer);
      if (startedAt > giveUpAt)
        throw new BenchError(
          `${call.path} still answers ${answer.status} after ${patienceMs / 1000} s: ${answer.text}`,
        );
      await delay(Math.max(0, startedAt + pollEveryMs - performance.now()));
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** Calls one route over and over beside everything else, and counts what is not a 200. */
export class LiveRoute {
  polls = 0;
  errors = 0;
  /** The first few answers that were none. */
  readonly faults: string[] = [];
  readonly #calls: GatewayCalls;
  readonly #path: string;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(calls: GatewayCalls, path: string) {
    this.#calls = calls;
    this.#path = path;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const startedAt = performance.now();
      const answer = await this.#calls.get(this.#path).catch((error: unknown) => ({ status: 0, text: String(error) }));
      this.polls += 1;
      if (answer.status !== 200) this.#count(answer);
      await delay(Math.max(0, startedAt + pollEveryMs - performance.now()));
    }
  }

  #count({ status, text }: Answer): void {
    this.errors += 1;
    if (this.faults.length < 5) this.faults.push(`${status} ${text.slice(0, 200)}`);
  }
}

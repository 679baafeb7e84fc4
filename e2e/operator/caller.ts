import { setTimeout as delay } from 'node:timers/promises';

/** Calls without a pause until it is told to stop; counts answers by status, and errors by what they say. */
export class Caller {
  readonly answers = new Map<number | string, number>();
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(call: () => Promise<{ readonly status: number }>) {
    this.#running = this.#run(call);
  }

  async stop(): Promise<Record<string, number>> {
    this.#stopped = true;
    await this.#running;
    return Object.fromEntries(this.answers);
  }

  async #run(call: () => Promise<{ readonly status: number }>): Promise<void> {
    while (!this.#stopped) {
      const answer = await call().then(({ status }) => status, String);
      this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
      await delay(2);
    }
  }
}

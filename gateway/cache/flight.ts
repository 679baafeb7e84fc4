/** Most callers that wait for one answer; whoever comes after them asks the backend itself. */
const maxWaiting = 1000;
/** How long callers wait for the answer to another's call before they ask the backend themselves. */
const maxWaitMs = 5000;

/** One call of the backend whose answer others wait for. Ends once, whatever becomes of it. */
export class Flight {
  /** What it fetches was changed meanwhile: its answer is not stored. */
  isOutdated = false;
  #isOver = false;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined = undefined;
  readonly #onOver: () => void;

  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }

  get takesMore(): boolean {
    return this.#waiting.length < maxWaiting;
  }

  /** Resolves when it is over, or has taken too long. */
  over(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    this.#timer ??= setTimeout(() => this.#release(), maxWaitMs);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** There is an answer now, or there will be none. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onOver();
    this.#release();
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

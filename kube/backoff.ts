export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
  /** Of [0, 1). */
  readonly random: () => number;
}

/** Waits that double from `baseMs` to `capMs`, each between half and the whole of it, so that many do not march in step. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts a failure and gives the milliseconds to wait after it. */
  next(): number {
    const { baseMs, capMs, random } = this.#options;
    const whole = Math.min(capMs, baseMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return whole * (0.5 + random() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}

export interface CircuitBreakerOptions {
  /** So many calls in a row that fail open it. */
  readonly consecutiveFailures: number;
  readonly openForMs: number;
}

/**
 * Keeps calls away from an endpoint whose calls fail:
 *
 *   closed ──consecutiveFailures in a row──▶ open ──openFor──▶ half-open: one call, the others stay away
 *     ▲                                       ▲                   │  │
 *     └────────────── it succeeds ────────────┼───────────────────┘  │
 *                                             └── it fails ──────────┘
 *
 * What calls report that began before it opened changes nothing any more. Times are steady milliseconds.
 */
export class CircuitBreaker {
  /** How often it has opened. */
  openings = 0;
  readonly #options: CircuitBreakerOptions;
  #failures = 0;
  /** -1: closed. */
  #openUntil = -1;
  #isTrying = false;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#openUntil < 0;
  }

  /** Whether a call may begin now. */
  admits(now: number): boolean {
    return this.#openUntil < 0 || (now >= this.#openUntil && !this.#isTrying);
  }

  /** When it may admit a call again; `now` when nobody can tell, because the one call is under way. */
  admitsAt(now: number): number {
    return Math.max(now, this.#openUntil);
  }

  /** A call begins. True: it is the one that decides; end it with succeed, fail or forget. */
  enter(): boolean {
    if (this.#openUntil < 0) return false;
    this.#isTrying = true;
    return true;
  }

  succeed(decides: boolean): void {
    if (this.#openUntil >= 0 && !decides) return;
    this.#failures = 0;
    this.#openUntil = -1;
    this.#isTrying = false;
  }

  fail(decides: boolean, now: number): void {
    if (decides) this.#open(now);
    else if (this.#openUntil < 0) {
      this.#failures++;
      if (this.#failures >= this.#options.consecutiveFailures) this.#open(now);
    }
  }

  /** The call that decides ended without saying anything about the endpoint: the next one decides. */
  forget(): void {
    this.#isTrying = false;
  }

  #open(now: number): void {
    this.openings++;
    this.#openUntil = now + this.#options.openForMs;
    this.#isTrying = false;
    this.#failures = 0;
  }
}

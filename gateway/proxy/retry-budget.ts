/** Of the calls of the last {@link windowSeconds} at most this share may be retries. */
const share = 0.2;
/** So many retries a second are always allowed, or the first call of a quiet backend could never be tried again. */
const minPerSecond = 3;
const windowSeconds = 10;

/**
 * Keeps retries from multiplying an outage (as Finagle and Envoy do): however many calls fail, the backend gets at most a
 * fifth more. Counts calls and retries of the last ten seconds, second by second.
 */
export class RetryBudget {
  readonly #calls = new Uint32Array(windowSeconds);
  readonly #retries = new Uint32Array(windowSeconds);
  #callSum = 0;
  #retrySum = 0;
  /** The second, of the steady clock, that is counted in. */
  #second = 0;

  /** A call begins. `now`: steady milliseconds. */
  count(now: number): void {
    const slot = this.#slotAt(now);
    this.#calls[slot] = (this.#calls[slot] ?? 0) + 1;
    this.#callSum++;
  }

  /** Whether one more retry is allowed; if so, it is counted. */
  take(now: number): boolean {
    const slot = this.#slotAt(now);
    if (this.#retrySum >= Math.max(minPerSecond * windowSeconds, share * this.#callSum)) return false;
    this.#retries[slot] = (this.#retries[slot] ?? 0) + 1;
    this.#retrySum++;
    return true;
  }

  /** Forgets what is older than the window. */
  #slotAt(now: number): number {
    const second = Math.floor(now / 1000);
    const passed = Math.min(second - this.#second, windowSeconds);
    for (let i = 0; i < passed; i++) this.#forget((second - i) % windowSeconds);
    if (passed > 0) this.#second = second;
    return this.#second % windowSeconds;
  }

  #forget(slot: number): void {
    this.#callSum -= this.#calls[slot] ?? 0;
    this.#retrySum -= this.#retries[slot] ?? 0;
    this.#calls[slot] = 0;
    this.#retries[slot] = 0;
  }
}

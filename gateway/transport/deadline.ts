import type { Clock } from '../clock.ts';

/**
 * One deadline after the other on one timer, which by far most of them never touch: a call that ends in time leaves the
 * timer running, and when that fires it looks whether the deadline of the day has passed. {@link close} it in the end.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #onPassed: () => void;
  /** Steady milliseconds; 0: none is set. */
  #at = 0;
  /** When the timer fires; 0: it does not run. */
  #firesAt = 0;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(clock: Clock, onPassed: () => void) {
    this.#clock = clock;
    this.#onPassed = onPassed;
  }

  /** Replaces the deadline before. `now`: steady milliseconds. */
  set(now: number, ms: number): void {
    this.#at = now + ms;
    if (this.#firesAt === 0 || this.#firesAt > this.#at) this.#start(now);
  }

  clear(): void {
    this.#at = 0;
  }

  close(): void {
    this.#at = 0;
    clearTimeout(this.#timer);
  }

  #start(now: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = this.#at;
    this.#timer = setTimeout(() => this.#fire(), Math.ceil(this.#at - now));
  }

  #fire(): void {
    this.#firesAt = 0;
    if (this.#at === 0) return;
    const now = this.#clock.steady();
    if (now < this.#at) this.#start(now);
    else {
      this.#at = 0;
      this.#onPassed();
    }
  }
}

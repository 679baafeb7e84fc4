import { Recent } from './recent.ts';

/** So many are remembered, twice; a flood of made-up names forgets the oldest. */
const remembered = 4096;

interface Window {
  /** Steady milliseconds. */
  readonly since: number;
  count: number;
}

/** Bounds how often something is tried by one and the same: at most `most` times in `windowMs`. */
export class Attempts {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #recent = new Recent<Window>(remembered);

  constructor(most: number, windowMs: number) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** Counts one; false: there were too many already. `now`: steady milliseconds. */
  admit(who: string, now: number): boolean {
    let window = this.#recent.get(who);
    if (window === undefined || now - window.since >= this.#windowMs) {
      window = { since: now, count: 0 };
      this.#recent.set(who, window);
    }
    if (window.count >= this.#most) return false;
    window.count++;
    return true;
  }
}

/** Remembers what was said, for a time. Memory is what is said within that time; the rest is forgotten on the way. */
export class RepeatFilter {
  readonly #windowMs: number;
  readonly #now: () => number;
  /** When something was said last; the oldest first. */
  readonly #said = new Map<string, number>();

  /** `now` gives monotonic milliseconds. */
  constructor(windowMs: number, now: () => number) {
    this.#windowMs = windowMs;
    this.#now = now;
  }

  get size(): number {
    return this.#said.size;
  }

  /** Whether the same was said within the window. */
  isRepeated(what: string): boolean {
    const saidMs = this.#said.get(what);
    return saidMs !== undefined && this.#now() - saidMs < this.#windowMs;
  }

  remember(what: string): void {
    const nowMs = this.#now();
    this.#said.delete(what); // to the end of the order
    this.#said.set(what, nowMs);
    for (const [old, saidMs] of this.#said) {
      if (nowMs - saidMs < this.#windowMs) break;
      this.#said.delete(old);
    }
  }
}

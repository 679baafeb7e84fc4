/** Keys in the order of arrival, each at most once, with the time when it came. Every call takes constant time. */
export class KeyFifo<K extends string> {
  readonly #arrivals = new Map<K, number>();
  // Kept between calls: a fresh iterator would step over every slot that earlier shifts left empty.
  #cursor = this.#arrivals.keys();

  get size(): number {
    return this.#arrivals.size;
  }

  has(key: K): boolean {
    return this.#arrivals.has(key);
  }

  push(key: K, nowMs: number): void {
    if (!this.#arrivals.has(key)) this.#arrivals.set(key, nowMs);
  }

  /** True when it was there. */
  remove(key: K): boolean {
    return this.#arrivals.delete(key);
  }

  shift(): K | undefined {
    let next = this.#cursor.next();
    if (next.done === true) {
      // An iterator that came to its end sees nothing that is added later.
      this.#cursor = this.#arrivals.keys();
      next = this.#cursor.next();
    }
    if (next.done === true) return undefined;
    this.#arrivals.delete(next.value);
    return next.value;
  }

  /** When the first key came; undefined when there is none. */
  get oldestMs(): number | undefined {
    return this.#arrivals.values().next().value;
  }

  clear(): void {
    this.#arrivals.clear();
    this.#cursor = this.#arrivals.keys();
  }
}

const secondMs = 1000;

/**
 * The times of the calls of the last second: exact, so that within *any* one second there are never more than the burst.
 * A ring that grows with what really happens, and at most to the burst.
 */
export class BurstLog {
  #times = new Float64Array(8);
  #first = 0;
  #count = 0;

  /** Milliseconds to wait until one more call is within `burst`; 0 when it is now. */
  waitMs(now: number, burst: number): number {
    this.#forget(now);
    if (this.#count < burst) return 0;
    // After an edit to a smaller burst more than one call has to leave the second first.
    const leaves = this.#at(this.#count - burst);
    return leaves + secondMs - now;
  }

  /** How many more calls fit now. */
  remaining(now: number, burst: number): number {
    this.#forget(now);
    return Math.max(0, burst - this.#count);
  }

  add(now: number): void {
    this.#forget(now);
    if (this.#count === this.#times.length) this.#grow();
    this.#times[(this.#first + this.#count) % this.#times.length] = now;
    this.#count++;
  }

  isEmpty(now: number): boolean {
    this.#forget(now);
    return this.#count === 0;
  }

  #at(index: number): number {
    return this.#times[(this.#first + index) % this.#times.length] ?? 0;
  }

  #forget(now: number): void {
    while (this.#count > 0 && this.#at(0) + secondMs <= now) {
      this.#first = (this.#first + 1) % this.#times.length;
      this.#count--;
    }
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    for (let i = 0; i < this.#count; i++) times[i] = this.#at(i);
    this.#times = times;
    this.#first = 0;
  }
}

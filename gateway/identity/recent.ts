interface Entry<Value> {
  /** As it was set: that of a later lookup may be a view of something large. */
  readonly key: string;
  readonly value: Value;
}

/**
 * Remembers what was set lately, at most two generations of `size`: when one is full the older is dropped, so a flood
 * costs bounded memory and what is in use moves on. Lookups are one or two of a Map.
 */
export class Recent<Value> {
  readonly #size: number;
  #now = new Map<string, Entry<Value>>();
  #before = new Map<string, Entry<Value>>();

  constructor(size: number) {
    this.#size = size;
  }

  get(key: string): Value | undefined {
    const entry = this.#now.get(key);
    if (entry !== undefined) return entry.value;
    const older = this.#before.get(key);
    if (older !== undefined) this.#put(older);
    return older?.value;
  }

  /** The key is kept as it is: give a copy of one that is a view of a whole head. */
  set(key: string, value: Value): void {
    this.#put({ key, value });
  }

  clear(): void {
    this.#now.clear();
    this.#before.clear();
  }

  #put(entry: Entry<Value>): void {
    if (this.#now.size >= this.#size) {
      this.#before = this.#now;
      this.#now = new Map();
    }
    this.#now.set(entry.key, entry);
  }
}

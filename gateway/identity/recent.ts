/**
 * Remembers what was set lately, at most two generations of `size`: when one is full the older is dropped, so a flood
 * costs bounded memory and what is in use moves on. Lookups are one or two of a Map.
 */
export class Recent<Value> {
  readonly #size: number;
  #now = new Map<string, Value>();
  #before = new Map<string, Value>();

  constructor(size: number) {
    this.#size = size;
  }

  get(key: string): Value | undefined {
    const value = this.#now.get(key);
    if (value !== undefined) return value;
    const older = this.#before.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: string, value: Value): void {
    if (this.#now.size >= this.#size) {
      this.#before = this.#now;
      this.#now = new Map();
    }
    this.#now.set(key, value);
  }

  clear(): void {
    this.#now.clear();
    this.#before.clear();
  }
}

/**
 * A key that several may claim; the first one has it. Another claim waits, and takes over when those before it are gone:
 * so changes that arrive in either order (a host moves from one object to another) end in the same state.
 */
export class FirstCome<Key, Value> {
  readonly #claims = new Map<Key, Value[]>();

  get(key: Key): Value | undefined {
    return this.#claims.get(key)?.[0];
  }

  get size(): number {
    return this.#claims.size;
  }

  add(key: Key, value: Value): void {
    const claims = this.#claims.get(key);
    if (claims === undefined) this.#claims.set(key, [value]);
    else claims.push(value);
  }

  /** `next` takes the place of `previous` in the queue, so that an update never loses what it had. */
  replace(key: Key, previous: Value, next: Value): void {
    const claims = this.#claims.get(key);
    const index = claims?.indexOf(previous) ?? -1;
    if (claims === undefined || index < 0) this.add(key, next);
    else claims[index] = next;
  }

  remove(key: Key, value: Value): void {
    const claims = this.#claims.get(key);
    const index = claims?.indexOf(value) ?? -1;
    if (claims === undefined || index < 0) return;
    claims.splice(index, 1);
    if (claims.length === 0) this.#claims.delete(key);
  }

  /** Empties it, and gives each claim with its key, in their order. */
  takeAll(): [Key, Value][] {
    const all = [...this.#claims].flatMap(([key, values]) => values.map((value): [Key, Value] => [key, value]));
    this.#claims.clear();
    return all;
  }
}

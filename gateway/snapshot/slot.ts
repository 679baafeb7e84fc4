/**
 * A place for one object by its id, shared by everything that refers to it. The join is done once, when the referrer
 * loads; after that a change of the object is one assignment, however many refer to it. Null: not loaded, or gone.
 */
export interface Slot<T> {
  value: T | null;
}

/** Slots by id. A slot lives while something fills it or refers to it. */
export class Slots<T> {
  readonly #slots = new Map<string, Slot<T> & { users: number }>();

  /** Give it back with {@link release}. */
  acquire(id: string): Slot<T> {
    const slot = this.#open(id);
    slot.users++;
    return slot;
  }

  release(id: string): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    slot.users--;
    this.#drop(id);
  }

  fill(id: string, value: T): void {
    this.#open(id).value = value;
  }

  empty(id: string): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    slot.value = null;
    this.#drop(id);
  }

  #open(id: string): Slot<T> & { users: number } {
    let slot = this.#slots.get(id);
    if (slot === undefined) {
      slot = { value: null, users: 0 };
      this.#slots.set(id, slot);
    }
    return slot;
  }

  #drop(id: string): void {
    const slot = this.#slots.get(id);
    if (slot !== undefined && slot.users === 0 && slot.value === null) this.#slots.delete(id);
  }
}

/**
 * Keeps a shared compiled object from being swept between the moment when it is seen to be there and the moment when the
 * object that refers to it is written; and lets only one at a time write or sweep it.
 */
export class DefinitionClaims {
  readonly #claims = new Map<string, number>();
  readonly #last = new Map<string, Promise<unknown>>();

  isHeld(key: string): boolean {
    return this.#claims.has(key);
  }

  /** Nobody sweeps `key` until the function that this returns is called. */
  hold(key: string): () => void {
    this.#claims.set(key, (this.#claims.get(key) ?? 0) + 1);
    return () => {
      const left = (this.#claims.get(key) ?? 1) - 1;
      if (left === 0) this.#claims.delete(key);
      else this.#claims.set(key, left);
    };
  }

  /** Runs `act` when all that came before it for `key` have ended. */
  async alone<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = (before ?? Promise.resolve()).then(act, act);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}

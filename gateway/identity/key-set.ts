import { readJwkSet, type VerificationKey } from '#api/json-web-key.ts';

/** The keys of one issuer at one time; never changes. */
export class KeySet {
  readonly #keys: readonly VerificationKey[];

  constructor(keys: readonly VerificationKey[]) {
    this.#keys = keys;
  }

  /** Undefined when `set` is no JWK set, or holds no key that can verify. */
  static of(set: unknown): KeySet | undefined {
    const keys = readJwkSet(set);
    return keys === undefined || keys.length === 0 ? undefined : new KeySet(keys);
  }

  /**
   * The key that a token names and that may verify its algorithm. A token that names none needs a set where only one
   * key fits: keys are not tried one after the other.
   */
  find(kid: string | undefined, algorithm: string): VerificationKey | undefined {
    const fitting = this.#keys.filter(
      (key) => (kid === undefined || key.kid === kid) && key.algorithms.some((one) => one === algorithm),
    );
    return fitting.length === 1 ? fitting[0] : undefined;
  }

  /** Whether some key is named so, whatever it may verify. */
  has(kid: string | undefined): boolean {
    return kid !== undefined && this.#keys.some((key) => key.kid === kid);
  }
}

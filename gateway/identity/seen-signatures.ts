/** So many are remembered in one generation of two, some 10 MiB; faster than that, old ones are forgotten before their time. */
const generationSize = 131_072;
/** Of a signature, enough that no two are alike by chance. */
const keptBytes = 18;

/** Signatures that were good once, for as long as they would be good again. */
export class SeenSignatures {
  readonly #goodForMs: number;
  #now = new Set<string>();
  #before = new Set<string>();
  #since = 0;

  constructor(goodForMs: number) {
    this.#goodForMs = goodForMs;
  }

  /** False: it came before. `now`: milliseconds since the epoch. */
  isNew(signature: Buffer, now: number): boolean {
    if (now - this.#since >= this.#goodForMs || this.#now.size >= generationSize) {
      this.#before = this.#now;
      this.#now = new Set();
      this.#since = now;
    }
    const key = signature.toString('latin1', 0, keptBytes);
    if (this.#now.has(key) || this.#before.has(key)) return false;
    this.#now.add(key);
    return true;
  }
}

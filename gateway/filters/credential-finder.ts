import type { CredentialEntry } from '../snapshot/model.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { KeyDigest } from './key-digest.ts';

/** Most keys in one generation; two are kept, some 2 MiB. */
const generationSize = 4096;

/**
 * Finds credentials by keys. The digests of keys that were found lately are remembered, which saves the two hashes of
 * almost every call. Only the digest is: whether it still belongs to a credential is asked each time, so a revoked key is
 * refused at once. Keys that belong to none are not remembered, so a flood of them pushes nothing out.
 */
export class CredentialFinder {
  readonly #digest: KeyDigest;
  /** Digests by key. */
  #recent = new Map<string, string>();
  #older = new Map<string, string>();

  constructor(digest: KeyDigest) {
    this.#digest = digest;
  }

  find(key: string, credentials: Snapshot['credentials']): CredentialEntry | undefined {
    const known = this.#recent.get(key);
    if (known !== undefined) return credentials.get(known);
    const digest = this.#older.get(key) ?? this.#digest(key);
    const found = credentials.get(digest);
    if (found !== undefined) this.#remember(key, digest);
    return found;
  }

  #remember(key: string, digest: string): void {
    if (this.#recent.size >= generationSize) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    // A copy: the key is a view of the whole head that it came in.
    this.#recent.set(Buffer.from(key, 'latin1').toString('latin1'), digest);
  }
}

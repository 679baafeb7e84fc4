import { Recent } from '../identity/recent.ts';
import type { CredentialEntry } from '../snapshot/model.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { KeyDigest } from './key-digest.ts';

/** The digests of so many keys are remembered, twice: some 2 MiB. */
const remembered = 4096;

/**
 * Finds credentials by keys. The digests of keys that were found lately are remembered, which saves the two hashes of
 * almost every call. Only the digest is: whether it still belongs to a credential is asked each time, so a revoked key is
 * refused at once. Keys that belong to none are not remembered, so a flood of them pushes nothing out.
 */
export class CredentialFinder {
  readonly #digest: KeyDigest;
  readonly #recent = new Recent<string>(remembered);

  constructor(digest: KeyDigest) {
    this.#digest = digest;
  }

  find(key: string, credentials: Pick<Snapshot['credentials'], 'get'>): CredentialEntry | undefined {
    const known = this.#recent.get(key);
    if (known !== undefined) return credentials.get(known);
    const digest = this.#digest(key);
    const found = credentials.get(digest);
    // A copy: the key is a view of the whole head that it came in.
    if (found !== undefined) this.#recent.set(Buffer.from(key, 'latin1').toString('latin1'), digest);
    return found;
  }
}

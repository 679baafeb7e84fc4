import { FirstCome } from '../router/first-come.ts';
import type { CredentialEntry } from './model.ts';
import { lossOf, type Revocations } from './revocations.ts';

/** Who calls, by what `proofKey` writes. Credentials that are withheld stand aside, so that a call does not find them. */
export class CredentialIndex extends FirstCome<string, CredentialEntry> {
  readonly #aside = new FirstCome<string, CredentialEntry>();
  readonly #revocations: Revocations;

  constructor(revocations: Revocations) {
    super();
    this.#revocations = revocations;
  }

  override add(key: string, entry: CredentialEntry): void {
    if (this.#isWithheld(key, entry)) {
      this.#aside.add(key, entry);
      return;
    }
    this.#revocations.regain(lossOf.credential(key));
    super.add(key, entry);
  }

  override replace(key: string, previous: CredentialEntry, next: CredentialEntry): void {
    if (this.#isWithheld(key, next)) this.#aside.replace(key, previous, next);
    else super.replace(key, previous, next);
  }

  override remove(key: string, entry: CredentialEntry): void {
    this.#aside.remove(key, entry);
    super.remove(key, entry);
    if (this.get(key) === undefined) this.#revocations.lose(lossOf.credential(key));
  }

  /** What is withheld is not what it was. */
  sort(): void {
    const all = [...this.#aside.takeAll(), ...this.takeAll()];
    for (const [key, entry] of all) {
      if (this.#isWithheld(key, entry)) this.#aside.add(key, entry);
      else super.add(key, entry);
    }
  }

  #isWithheld(key: string, { name, subscription }: CredentialEntry): boolean {
    if (!this.#revocations.isRolledBack) return false;
    const what = () => `the credential "${name}" of Subscription "${subscription.id}"`;
    return this.#revocations.isWithheld(lossOf.credential(key), what);
  }
}

import { Recent } from './recent.ts';
import type { TokenIdentity } from './token-claims.ts';
import type { TokenFault } from './token-fault.ts';

/** A good token is remembered among so many, twice; bad ones among fewer, so that a flood of them pushes nothing out. */
const goodTokens = 4096;
const badTokens = 1024;

interface Remembered<Value> {
  readonly value: Value;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** What became of tokens lately, by their hash. All instants are milliseconds since the epoch. */
export class RememberedTokens {
  readonly #good = new Recent<Remembered<TokenIdentity>>(goodTokens);
  readonly #bad = new Recent<Remembered<TokenFault>>(badTokens);

  /** Undefined: nothing is known that still holds. */
  recall(digest: string, now: number): TokenIdentity | TokenFault | undefined {
    const good = this.#good.get(digest);
    if (good !== undefined && now < good.until) return good.value;
    const bad = this.#bad.get(digest);
    return bad !== undefined && now < bad.until ? bad.value : undefined;
  }

  keepGood(digest: string, value: TokenIdentity, until: number): void {
    this.#good.set(digest, { value, until });
  }

  keepBad(digest: string, value: TokenFault, until: number): void {
    this.#bad.set(digest, { value, until });
  }

  clear(): void {
    this.#good.clear();
    this.#bad.clear();
  }
}

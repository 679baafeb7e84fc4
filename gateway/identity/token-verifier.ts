import type { SignatureAlgorithm } from '#api/json-web-key.ts';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { type CompactJws, isSignedBy, readCompactJws } from './json-web-signature.ts';
import type { KeySet } from './key-set.ts';
import type { KeySource } from './key-sources.ts';
import { RememberedTokens } from './remembered-tokens.ts';
import type { ShownToken } from './shown-token.ts';
import { checkType, readIdentity, type TokenIdentity, type TokenRules } from './token-claims.ts';
import { TokenFault } from './token-fault.ts';

/** What became of a token, for metrics. */
export type Verification = 'cached' | 'verified' | 'refused';

export interface TokenVerifierOptions {
  /** For messages. */
  readonly keyManager: string;
  readonly rules: TokenRules;
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly keys: KeySource;
  readonly clock: Clock;
  readonly count: (result: Verification) => void;
}

/** A good token is looked at again after this time: claims stay, but keys may have gone. */
const goodForMs = 60_000;
/** A bad one is: whoever repeats it costs no signature. */
const badForMs = 10_000;
/** Most calls that wait for keys; they hold their connection meanwhile. */
const maxWaiting = 512;

/** Verifies the access tokens of one KeyManager, and remembers them by their hash. */
export class TokenVerifier {
  readonly rules: TokenRules;
  readonly #options: TokenVerifierOptions;
  readonly #remembered = new RememberedTokens();
  /** What was remembered holds for these keys only. */
  #keys: KeySet | null = null;
  #waiting = 0;

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.rules = options.rules;
  }

  /** Throws (or rejects with) a {@link TokenFault}, or a GatewayError when nobody can tell. A promise only where keys are awaited. */
  verify(token: ShownToken): TokenIdentity | Promise<TokenIdentity> {
    const { keys, count } = this.#options;
    if (keys.current === null) return this.#afterRefresh(token);
    this.#adopt(keys.current);
    const known = this.#recall(token.digest);
    if (known !== undefined) {
      count('cached');
      return known;
    }
    return this.#check(token, true);
  }

  /** What was remembered under other keys is forgotten. */
  #adopt(keys: KeySet): void {
    if (keys === this.#keys) return;
    this.#remembered.clear();
    this.#keys = keys;
  }

  #recall(digest: string): TokenIdentity | undefined {
    const known = this.#remembered.recall(digest, this.#options.clock.now());
    if (!(known instanceof TokenFault)) return known;
    this.#options.count('refused');
    throw known;
  }

  /** `mayWait`: an unknown key may be a new one. */
  #check(token: ShownToken, mayWait: boolean): TokenIdentity | Promise<TokenIdentity> {
    try {
      const jws = readCompactJws(token.text);
      checkType(jws);
      const { keys, algorithms } = this.#options;
      if (!algorithms.some((one) => one === jws.algorithm))
        throw new TokenFault('is signed by an algorithm that is not accepted');
      const key = keys.current?.find(jws.kid, jws.algorithm);
      if (key !== undefined) return this.#accept(jws, isSignedBy(jws, key), token.digest);
      if (mayWait && keys.current?.has(jws.kid) !== true && keys.refresh() !== undefined)
        return this.#afterRefresh(token);
      throw new TokenFault('is signed by a key that is not known');
    } catch (error) {
      this.#options.count('refused');
      throw error;
    }
  }

  #accept(jws: CompactJws, isSigned: boolean, digest: string): TokenIdentity {
    const now = this.#options.clock.now();
    try {
      if (!isSigned) throw new TokenFault('has a wrong signature');
      const identity = readIdentity(jws.payload, this.rules, now);
      this.#remembered.keepGood(digest, identity, Math.min(identity.expiresAt, now + goodForMs));
      this.#options.count('verified');
      return identity;
    } catch (error) {
      const isFinal = !isSigned || (error instanceof TokenFault && error.code === 'GW_TOKEN_EXPIRED');
      if (isFinal && error instanceof TokenFault) this.#remembered.keepBad(digest, error, now + badForMs);
      throw error;
    }
  }

  async #afterRefresh(token: ShownToken): Promise<TokenIdentity> {
    const { keys } = this.#options;
    const refreshing = this.#waiting < maxWaiting ? keys.refresh() : undefined;
    this.#waiting++;
    try {
      await refreshing;
    } finally {
      this.#waiting--;
    }
    if (keys.current === null) throw this.#unreachable();
    this.#adopt(keys.current);
    return this.#check(token, false);
  }

  #unreachable(): GatewayError {
    const detail = `The keys of the KeyManager "${this.#options.keyManager}" could not be fetched, so nobody can tell whether the token is good.`;
    return new GatewayError('GW_KEY_MANAGER_UNREACHABLE', detail, { headers: ['Retry-After', '5'] });
  }
}

import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import type { ProviderClient } from './provider-client.ts';
import { RememberedTokens } from './remembered-tokens.ts';
import type { ShownToken } from './shown-token.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';
import { type AnswerRules, checkAnswer, type TokenIdentity } from './token-claims.ts';
import { TokenFault } from './token-fault.ts';
import type { Verification } from './token-verifier.ts';

export interface TokenInspectorOptions {
  /** For messages. */
  readonly keyManager: string;
  readonly url: string;
  /** PEM: these authorities alone vouch for it; undefined: the public ones. */
  readonly ca: string | undefined;
  /** By which the endpoint knows the gateway. Secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rules: AnswerRules;
  readonly cacheMs: number;
  readonly timeoutMs: number;
  readonly client: Pick<ProviderClient, 'postForm'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly count: (result: Verification) => void;
}

/** Longest token that is asked about, in characters. */
const maxTokenLength = 12_288;
/** A token that the provider does not know costs one question in this time. */
const badForMs = 10_000;
/** Most questions under way; a provider that stalls must not gather calls without end. */
const maxAsking = 128;
/** A provider that is down is logged once in this time. */
const logEveryMs = 10_000;

/** Asks a provider about tokens (RFC 7662), and remembers the answers by the token's hash. */
export class TokenInspector {
  readonly #options: TokenInspectorOptions;
  readonly #url: URL;
  readonly #remembered = new RememberedTokens();
  /** Questions under way, by the token's hash: calls with one token ask once. */
  readonly #asking = new Map<string, Promise<TokenIdentity>>();
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(options: TokenInspectorOptions) {
    this.#options = options;
    this.#url = new URL(options.url);
  }

  /** Throws (or rejects with) a {@link TokenFault}, or a GatewayError when nobody can tell. */
  verify(token: ShownToken): TokenIdentity | Promise<TokenIdentity> {
    // What cannot stand in the field cannot be a token (RFC 6750, 2.1).
    const { text } = token;
    if (text.length > maxTokenLength || !/^[A-Za-z0-9._~+/-]+=*$/.test(text)) {
      throw this.#refused(new TokenFault('has characters that no token has, or too many'));
    }
    const { digest } = token;
    const known = this.#recall(digest);
    if (known === undefined) return this.#asking.get(digest) ?? this.#begin(text, digest);
    this.#options.count('cached');
    return known;
  }

  #recall(digest: string): TokenIdentity | undefined {
    const known = this.#remembered.recall(digest, this.#options.clock.now());
    if (known instanceof TokenFault) throw this.#refused(known);
    return known;
  }

  #begin(token: string, digest: string): Promise<TokenIdentity> {
    if (this.#asking.size >= maxAsking) throw this.#unreachable();
    const asking = this.#ask(token, digest).finally(() => this.#asking.delete(digest));
    this.#asking.set(digest, asking);
    return asking;
  }

  async #ask(token: string, digest: string): Promise<TokenIdentity> {
    const { clock, cacheMs, rules, count } = this.#options;
    const answer = await this.#answerAbout(token);
    const now = clock.now();
    try {
      const identity = checkAnswer(answer, rules, now);
      this.#remembered.keepGood(digest, identity, Math.min(identity.expiresAt, now + cacheMs));
      count('verified');
      return identity;
    } catch (error) {
      if (error instanceof TokenFault) {
        this.#remembered.keepBad(digest, error, now + Math.min(badForMs, cacheMs));
        this.#refused(error);
      }
      throw error;
    }
  }

  async #answerAbout(token: string): Promise<JsonObject> {
    const { client, ca, headers, timeoutMs } = this.#options;
    const form = new URLSearchParams({ token, token_type_hint: 'access_token' }).toString();
    try {
      const { body } = await client.postForm({ url: this.#url, ca }, form, headers, AbortSignal.timeout(timeoutMs));
      // An answer that cannot be read says nothing about the token.
      return parseStrictJson(body);
    } catch (error) {
      this.#logFailure(error);
      throw this.#unreachable();
    }
  }

  #refused(fault: TokenFault): TokenFault {
    this.#options.count('refused');
    return fault;
  }

  #logFailure(error: unknown): void {
    const { log, clock, keyManager } = this.#options;
    const now = clock.steady();
    if (now - this.#loggedAt < logEveryMs) return;
    this.#loggedAt = now;
    log.warn({ err: error, keyManager }, 'a provider does not say whether tokens are good');
  }

  #unreachable(): GatewayError {
    const detail = `The provider of the KeyManager "${this.#options.keyManager}" does not answer, so nobody can tell whether the token is good.`;
    return new GatewayError('GW_KEY_MANAGER_UNREACHABLE', detail, { headers: ['Retry-After', '5'] });
  }
}

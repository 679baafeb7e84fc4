import type { CompiledBackendOAuth2 } from '#api/compiled/contract.ts';
import { parseStrictJson } from '#api/json/strict-json.ts';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { ProviderClient } from '../identity/provider-client.ts';

/** Of a token whose answer does not say it. */
const usualLifeMs = 300_000;
const longestLifeMs = 86_400_000;
/** A token is renewed so long before its end, or in the last fifth of its life. */
const renewBeforeMs = 60_000;
/** Pause after a failure, doubled with each further one. */
const firstPauseMs = 1000;
const longestPauseMs = 30_000;
/** A backend that refuses whatever it is shown has tokens fetched no more often than this. */
const doubtAfterMs = 10_000;

export interface BackendTokenDeps {
  readonly client: Pick<ProviderClient, 'postForm'>;
  readonly clock: Clock;
}

/**
 * A token for calls of a backend (RFC 6749, 4.4): fetched when it is needed, kept for its life, renewed while it still holds.
 *
 *   none, expired ──▶ calls wait for one fetch ──▶ held ──last part of its life──▶ held, and fetched meanwhile
 *                        └ failed ──▶ calls are refused for a pause
 */
export class BackendToken {
  /** Whole line for the head of a request; empty: there is none now. Secret. */
  line = '';
  /** Of what it is got by. */
  readonly key: string;
  readonly #compiled: CompiledBackendOAuth2;
  readonly #deps: BackendTokenDeps;
  readonly #form: string;
  readonly #stop = new AbortController();
  /** Steady milliseconds. */
  #fetchedAt = 0;
  #renewAt = 0;
  #endsAt = 0;
  #pauseUntil = 0;
  #failures = 0;
  #fetching: Promise<void> | null = null;

  constructor(key: string, compiled: CompiledBackendOAuth2, deps: BackendTokenDeps) {
    this.key = key;
    this.#compiled = compiled;
    this.#deps = deps;
    const { scopes, audience, secretForm } = compiled;
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...secretForm });
    if (scopes.length > 0) form.set('scope', scopes.join(' '));
    if (audience !== undefined) form.set('audience', audience);
    this.#form = form.toString();
  }

  /** Undefined: the one that is there holds. Rejects with a GatewayError when there is none to be had. */
  ready(): Promise<void> | undefined {
    const now = this.#deps.clock.steady();
    if (this.line !== '' && now < this.#endsAt) {
      if (now >= this.#renewAt && now >= this.#pauseUntil) this.#fetch().catch(() => undefined);
      return undefined;
    }
    this.line = '';
    return now < this.#pauseUntil && this.#fetching === null ? Promise.reject(unavailable()) : this.#fetch();
  }

  /** The backend has refused it: it may have been withdrawn, so the next call has a new one. */
  doubt(): void {
    if (this.#deps.clock.steady() - this.#fetchedAt >= doubtAfterMs) this.#endsAt = 0;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** One at a time. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#ask().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async #ask(): Promise<void> {
    const { tokenUrl, secretHeaders } = this.#compiled;
    const { client, clock } = this.#deps;
    try {
      const place = { url: new URL(tokenUrl), ca: undefined };
      const { body } = await client.postForm(place, this.#form, secretHeaders, this.#stop.signal);
      this.#keep(body.toString('utf8'));
      this.#failures = 0;
    } catch (error) {
      this.#pauseUntil = clock.steady() + Math.min(firstPauseMs * 2 ** this.#failures, longestPauseMs);
      this.#failures++;
      throw Object.assign(unavailable(), { cause: error });
    }
  }

  #keep(text: string): void {
    const verdict = parseStrictJson(text, 8);
    const { access_token: token, token_type: type, expires_in: seconds } = (verdict.ok ? verdict.value : {}) as Answer;
    if (typeof token !== 'string' || !/^[!-~]{1,8192}$/.test(token)) throw unavailable();
    if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') throw unavailable();
    const stated = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : usualLifeMs;
    const lifeMs = Math.min(stated, longestLifeMs);
    this.#fetchedAt = this.#deps.clock.steady();
    this.#endsAt = this.#fetchedAt + lifeMs;
    this.#renewAt = this.#endsAt - Math.min(renewBeforeMs, lifeMs / 5);
    this.line = `Authorization: Bearer ${token}\r\n`;
  }
}

interface Answer {
  readonly access_token?: unknown;
  readonly token_type?: unknown;
  readonly expires_in?: unknown;
}

function unavailable(): GatewayError {
  return new GatewayError('GW_BACKEND_TOKEN_MISSING', 'The gateway gets no token for the backend of this API.');
}

import { hash } from 'node:crypto';
import type { CompiledCache } from '#api/compiled/answers.ts';
import type { Exchange } from '../exchange.ts';
import { carriesProof } from '../filters/presented.ts';
import { isNamed } from '../http1/write-head.ts';
import { type Directives, durationOf, parseCacheControl } from './cache-control.ts';
import type { CacheKey } from './cache-store.ts';
import { fieldValue } from './fields.ts';
import type { StoredAnswer } from './stored-answer.ts';

/** Requests that ask for a part, or depend on the state at the backend: the cache stays out of their way. */
const bypassing = new Set(['range', 'if-range', 'if-match', 'if-unmodified-since']);

/** What a GET or HEAD says to a cache. */
export class CacheRequest {
  readonly key: CacheKey;
  /** It says who the user is, and answers are not kept apart by that. */
  readonly hasIdentity: boolean;
  readonly bypasses: boolean;
  readonly ifNoneMatch: string;
  readonly #ifModifiedSince: string;
  readonly #directives: Directives;
  readonly #fields: readonly string[];

  constructor(exchange: Exchange, rules: CompiledCache) {
    const { rawHeaders } = exchange;
    const read = (name: string) => fieldValue(rawHeaders, name);
    const identity = identityOf(exchange);
    this.#fields = rawHeaders;
    this.key = { uri: uriOf(exchange), caller: callerOf(exchange, rules, identity) };
    this.hasIdentity = rules.shared && identity !== '';
    this.bypasses = exchange.bodyLength !== 0 || exchange.upgrade !== '' || hasOneOf(rawHeaders, bypassing);
    this.ifNoneMatch = read('if-none-match');
    this.#ifModifiedSince = read('if-modified-since');
    const control = read('cache-control');
    this.#directives = parseCacheControl(control === '' && /no-cache/i.test(read('pragma')) ? 'no-cache' : control);
  }

  get mayBeStored(): boolean {
    return !this.#directives.has('no-store');
  }

  get onlyIfCached(): boolean {
    return this.#directives.has('only-if-cached');
  }

  readonly read = (name: string): string => fieldValue(this.#fields, name);

  /** Is this answer, as it is now, good enough (RFC 9111, 5.2.1)? */
  takes(answer: StoredAnswer, now: number): boolean {
    if (this.#directives.has('no-cache')) return false;
    const maxAge = durationOf(this.#directives, 'max-age');
    if (maxAge !== undefined && answer.ageMs(now) > maxAge) return false;
    return answer.leftMs(now) > (durationOf(this.#directives, 'min-fresh') ?? 0);
  }

  /** May it have an answer that is not fresh any more? */
  get takesStale(): boolean {
    return !['no-cache', 'max-age', 'min-fresh'].some((name) => this.#directives.has(name));
  }

  /** Does the caller have this answer already (RFC 9110, 13.2.2)? */
  has(answer: StoredAnswer): boolean {
    if (answer.status !== 200) return false;
    if (this.ifNoneMatch !== '') return answer.etag !== '' && matches(this.ifNoneMatch, answer.etag);
    if (this.#ifModifiedSince === '' || answer.lastModified === '') return false;
    return Date.parse(answer.lastModified) <= Date.parse(this.#ifModifiedSince);
  }
}

export function uriOf({ isTls, host, path, query }: Exchange): string {
  return `${isTls ? 'https' : 'http'}://${host}${path}${query}`;
}

/** By weak comparison (RFC 9110, 8.8.3.2). */
function matches(list: string, etag: string): boolean {
  if (list.trim() === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  for (const [tag] of list.matchAll(/"[^"]*"/g)) if (tag === opaque) return true;
  return false;
}

function callerOf(exchange: Exchange, rules: CompiledCache, identity: string): string {
  const { subscription, rawHeaders, variant } = exchange;
  let caller = rules.shared ? '' : `${subscription?.id ?? ''} ${identity}`;
  // Versions are kept apart.
  if (variant !== null) caller += `\n${variant.version}`;
  for (const name of rules.keyHeaders) caller += `\n${fieldValue(rawHeaders, name)}`;
  return caller;
}

/** What the backend learns of the user beside the Subscription, as a digest; empty: nothing. */
function identityOf(exchange: Exchange): string {
  const { rawHeaders, token } = exchange;
  // Backends are told whose token it is, so their answers may differ by it.
  let text = token === null ? '' : token.backendText;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    if (namesUser(name) && !stopsHere(exchange, name, value)) text += `${name.toLowerCase()}:${value}\n`;
  }
  return text === '' ? '' : hash('sha256', text, 'base64url');
}

function namesUser(name: string): boolean {
  return isNamed(name, 'authorization') || isNamed(name, 'cookie');
}

/** It carried the proof of the caller and is not forwarded. */
function stopsHere({ proofs }: Exchange, name: string, value: string): boolean {
  return proofs !== null && carriesProof(proofs, name, value);
}

function hasOneOf(fields: readonly string[], names: ReadonlySet<string>): boolean {
  for (let i = 0; i < fields.length; i += 2) if (names.has((fields[i] ?? '').toLowerCase())) return true;
  return false;
}

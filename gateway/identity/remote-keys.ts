import type { Clock } from '../clock.ts';
import type { Log } from '../log/log.ts';
import { KeySet } from './key-set.ts';
import { type ProviderAnswer, type ProviderClient, ProviderFault } from './provider-client.ts';
import { member, parseStrictJson } from './strict-json.ts';

/** Where an issuer's keys come from: its discovery document, or their address itself. */
export type KeyAddress = ({ readonly issuer: string } | { readonly uri: string }) & {
  /** PEM: these authorities alone vouch for it; undefined: the public ones. */
  readonly ca: string | undefined;
};

export interface RemoteKeysDeps {
  readonly client: Pick<ProviderClient, 'get'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of each attempt. */
  readonly onFetch: (result: 'success' | 'failure') => void;
}

/** Least time between two attempts that callers cause; a flood of made-up key names costs one fetch in this time. */
const cooldownMs = 30_000;
/** How often keys are looked at anew, by the provider's Cache-Control within these bounds; some providers say years. */
const refreshSeconds = { least: 60, usual: 300, most: 3600 };
const retryMs = { first: 1000, longest: 60_000 };
/** Keys that could not be confirmed for so long are not believed any more: one of them may have been revoked. */
const maxStaleMs = 24 * 3_600_000;

/**
 * The keys of one issuer, fetched in the background and kept while the provider is down:
 *
 *   start ──fetch──▶ fresh ──Cache-Control──▶ fetch …        an unknown key name ──▶ fetch now, at most every 30 s
 *             └── failed: the last good keys stay ──1 s, 2 s … 60 s──▶ fetch …
 */
export class RemoteKeys {
  readonly #address: KeyAddress;
  readonly #deps: RemoteKeysDeps;
  readonly #stop = new AbortController();
  #keys: KeySet | null = null;
  #text = '';
  /** Steady milliseconds of the last success. */
  #confirmedAt = 0;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #fetching: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(address: KeyAddress, deps: RemoteKeysDeps) {
    this.#address = address;
    this.#deps = deps;
  }

  /** Null: never fetched, or too long ago. A new object only when the keys differ. */
  get current(): KeySet | null {
    if (this.#keys !== null && this.ageMs > maxStaleMs) this.#keys = null;
    return this.#keys;
  }

  /** Since when the keys have not been confirmed. */
  get ageMs(): number {
    return this.#keys === null ? Number.NaN : this.#deps.clock.steady() - this.#confirmedAt;
  }

  start(): void {
    void this.#fetch();
  }

  /** Asks the provider now; undefined when it was asked a moment ago. Never rejects. */
  refresh(): Promise<void> | undefined {
    if (this.#fetching !== null) return this.#fetching;
    return this.#deps.clock.steady() - this.#attemptedAt < cooldownMs ? undefined : this.#fetch();
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  #fetch(): Promise<void> {
    clearTimeout(this.#timer);
    this.#attemptedAt = this.#deps.clock.steady();
    this.#fetching = this.#attempt().then((nextMs) => {
      this.#fetching = null;
      if (this.#stop.signal.aborted) return;
      // Spread: the pods of a fleet start together.
      this.#timer = setTimeout(() => void this.#fetch(), nextMs * (0.8 + 0.2 * Math.random())).unref();
    });
    return this.#fetching;
  }

  /** Milliseconds until the next attempt. */
  async #attempt(): Promise<number> {
    const { clock, log, onFetch } = this.#deps;
    try {
      const { body, maxAge = refreshSeconds.usual } = await this.#load();
      this.#take(body);
      this.#confirmedAt = clock.steady();
      this.#failures = 0;
      onFetch('success');
      return Math.min(Math.max(maxAge, refreshSeconds.least), refreshSeconds.most) * 1000;
    } catch (error) {
      if (this.#stop.signal.aborted) return 0;
      onFetch('failure');
      const { ca: _ca, ...keys } = this.#address;
      log.warn({ err: error, keys, kept: this.#keys !== null }, 'keys of an issuer cannot be fetched');
      return Math.min(retryMs.first * 2 ** this.#failures++, retryMs.longest);
    }
  }

  async #load(): Promise<ProviderAnswer> {
    const { client } = this.#deps;
    const { signal } = this.#stop;
    const { ca } = this.#address;
    if ('uri' in this.#address) return client.get(new URL(this.#address.uri), signal, ca);
    const { issuer } = this.#address;
    const document = await client.get(discoveryUrl(issuer), signal, ca);
    return client.get(jwksUriOf(document.body, issuer), signal, ca);
  }

  #take(body: Buffer): void {
    const text = body.toString('latin1');
    if (this.#keys !== null && text === this.#text) return;
    const keys = KeySet.of(readJson(body, 'the key set'));
    if (keys === undefined) throw new ProviderFault('the key set holds no key that can verify signatures');
    this.#keys = keys;
    this.#text = text;
  }
}

/** OpenID Connect Discovery, 4.1. */
function discoveryUrl(issuer: string): URL {
  return new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
}

/** The document must be about this very issuer (4.3), and must not lead from https to http. */
function jwksUriOf(body: Buffer, issuer: string): URL {
  const document = readJson(body, 'the discovery document');
  if (member(document, 'issuer') !== issuer)
    throw new ProviderFault(`the discovery document is not of issuer ${issuer}`);
  const stated = member(document, 'jwks_uri');
  const uri = typeof stated === 'string' ? URL.parse(stated) : null;
  const isAllowed = uri?.protocol === 'https:' || (uri?.protocol === 'http:' && issuer.startsWith('http:'));
  if (uri === null || !isAllowed) throw new ProviderFault('the discovery document has no jwks_uri that may be called');
  return uri;
}

function readJson(body: Buffer, what: string): ReturnType<typeof parseStrictJson> {
  try {
    return parseStrictJson(body);
  } catch (cause) {
    throw new ProviderFault(`${what} cannot be read`, { cause });
  }
}

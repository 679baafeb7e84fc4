import { randomUUID } from 'node:crypto';
import type { CompiledTokenEndpoint } from '#api/compiled/key-manager.ts';
import type { Clock } from '../clock.ts';
import type { Reply } from '../errors.ts';
import { normalizeHost } from '../router/host.ts';
import type { CredentialEntry } from '../snapshot/model.ts';
import { Attempts } from './attempts.ts';
import { clientSecretOf, invalidClient, readForm } from './client-secret.ts';
import type { SigningKeys } from './signing-keys.ts';
import { type TokenErrorCode, TokenRefusal } from './token-refusal.ts';

/** Whose secret it is, and what it may ask for. */
export interface TokenClients {
  /** The credential with this key, of this Subscription; undefined: there is none, or not now. */
  readonly find: (subscription: string, key: string, now: number) => CredentialEntry | undefined;
  /** What names the key in tokens, so that they end with it. */
  readonly keyIdOf: (key: string) => string;
  /** Scopes of the plans of the APIs that it may call. */
  readonly scopesOf: (credential: CredentialEntry) => ReadonlySet<string>;
}

/** A request to the endpoint, as far as it looks at one. */
export interface TokenRequest {
  readonly authorization: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** As limits count it. */
  readonly client: string;
}

export interface TokenEndpointDeps {
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly count: (result: 'issued' | TokenErrorCode) => void;
}

/** One client from one address asks so often in a minute: each token costs a signature. */
const attemptsPerMinute = 60;

/**
 * The gateways' own authorization server (RFC 6749): the grant client_credentials, by which an application changes an API
 * key of its Subscription for a token that is good for minutes.
 */
export class TokenEndpoint {
  readonly host: string;
  /** Of the issuer, without a slash at the end. */
  readonly path: string;
  readonly #settings: CompiledTokenEndpoint;
  readonly #keys: SigningKeys;
  readonly #clock: Clock;
  readonly #count: TokenEndpointDeps['count'];
  readonly #attempts = new Attempts(attemptsPerMinute, 60_000);
  readonly #metadata: Reply;
  readonly #jwks: Reply;

  constructor(settings: CompiledTokenEndpoint, { keys, clock, count }: TokenEndpointDeps) {
    const { hostname, pathname } = new URL(settings.issuer);
    this.host = normalizeHost(hostname) ?? '';
    this.path = pathname.replace(/\/$/, '');
    this.#settings = settings;
    this.#keys = keys;
    this.#clock = clock;
    this.#count = count;
    this.#metadata = published('application/json', metadataOf(settings.issuer));
    this.#jwks = published('application/jwk-set+json', keys.jwks);
  }

  /** Paths that it answers, by what stands there. The place of the metadata is that of RFC 8414, 3. */
  get paths(): Readonly<Record<string, 'token' | 'jwks' | 'metadata'>> {
    return {
      [`${this.path}/token`]: 'token',
      [`${this.path}/jwks`]: 'jwks',
      [`/.well-known/oauth-authorization-server${this.path}`]: 'metadata',
    };
  }

  document(name: 'jwks' | 'metadata'): Reply {
    return name === 'jwks' ? this.#jwks : this.#metadata;
  }

  /** The answer to a request for a token, whatever it is. */
  answer(request: TokenRequest, clients: TokenClients): Reply {
    try {
      const document = this.#grant(request, clients);
      this.#count('issued');
      return ofToken(200, document, []);
    } catch (error) {
      if (!(error instanceof TokenRefusal)) throw error;
      this.#count(error.code);
      return refusal(error, request.authorization !== '');
    }
  }

  #grant({ authorization, contentType, body, client }: TokenRequest, clients: TokenClients): object {
    const form = readForm(contentType, body);
    const { id, secret } = clientSecretOf(authorization, form);
    if (!this.#attempts.admit(`${client} ${id.slice(0, 600)}`, this.#clock.steady())) {
      throw new TokenRefusal('slow_down', 'this client asks too often from this address');
    }
    const now = this.#clock.now();
    const credential = clients.find(id, secret, now);
    if (credential === undefined) throw invalidClient('no Subscription of this name has this API key');
    checkGrantType(form.get('grant_type'));
    const scopes = grantedScopes(form.get('scope'), clients.scopesOf(credential));
    return this.#tokenFor(credential, clients.keyIdOf(secret), { scopes, now });
  }

  #tokenFor(
    { name, subscription }: CredentialEntry,
    keyId: string,
    { scopes, now }: { readonly scopes: readonly string[]; readonly now: number },
  ): object {
    const { issuer, lifetimeMs } = this.#settings;
    const iat = Math.floor(now / 1000);
    const scope = scopes.length === 0 ? {} : { scope: scopes.join(' ') };
    const claims = {
      iss: issuer,
      aud: issuer,
      sub: subscription.id,
      client_id: subscription.id,
      iat,
      exp: iat + Math.floor(lifetimeMs / 1000),
      jti: randomUUID(),
      ...scope,
      credential: name,
      key: keyId,
    };
    const token = this.#keys.sign(claims, now);
    if (token === undefined) throw new TokenRefusal('temporarily_unavailable', 'there is no key yet that signs tokens');
    return { access_token: token, token_type: 'Bearer', expires_in: Math.floor(lifetimeMs / 1000), ...scope };
  }
}

function checkGrantType(grantType: string | null): void {
  if (grantType === null) throw new TokenRefusal('invalid_request', 'grant_type is missing');
  if (grantType !== 'client_credentials') {
    throw new TokenRefusal('unsupported_grant_type', 'only client_credentials is known here');
  }
}

/** None asked for: all that there are (RFC 6749, 3.3). */
function grantedScopes(asked: string | null, allowed: ReadonlySet<string>): readonly string[] {
  const names = (asked ?? '').split(' ').filter((name) => name !== '');
  if (names.length === 0) return [...allowed].sort();
  if (names.every((name) => allowed.has(name))) return [...new Set(names)];
  throw new TokenRefusal('invalid_scope', 'a scope that is asked for is in no plan of this Subscription');
}

function metadataOf(issuer: string): object {
  const base = issuer.replace(/\/$/, '');
  return {
    issuer,
    token_endpoint: `${base}/token`,
    jwks_uri: `${base}/jwks`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
}

function published(type: string, document: object): Reply {
  const headers = ['Content-Type', type, 'Cache-Control', 'public, max-age=300'];
  return { status: 200, headers, body: JSON.stringify(document) };
}

/** RFC 6749, 5.1: nobody keeps it. */
function ofToken(status: number, document: object, more: readonly string[]): Reply {
  const headers = ['Content-Type', 'application/json', 'Cache-Control', 'no-store', 'Pragma', 'no-cache', ...more];
  return { status, headers, body: JSON.stringify(document) };
}

const statuses: Readonly<Partial<Record<TokenErrorCode, number>>> = {
  invalid_client: 401,
  slow_down: 429,
  temporarily_unavailable: 503,
};

function refusal({ code, message }: TokenRefusal, usedBasic: boolean): Reply {
  const status = statuses[code] ?? 400;
  const more: string[] = [];
  // RFC 6749, 5.2 asks for it where Basic was used, and RFC 9110, 15.5.2 with every 401.
  if (status === 401) more.push('WWW-Authenticate', `Basic realm="simpul"${usedBasic ? ', charset="UTF-8"' : ''}`);
  if (status === 429 || status === 503) more.push('Retry-After', status === 429 ? '60' : '5');
  return ofToken(status, { error: code, error_description: message }, more);
}

import { decodeBase64url } from './base64url.ts';
import type { CompactJws } from './json-web-signature.ts';
import { type JsonObject, member, parseStrictJson } from './strict-json.ts';
import { TokenFault } from './token-fault.ts';

/** What a KeyManager asks of tokens. */
export interface TokenRules {
  readonly issuer: string;
  /** One of these must stand in `aud`. */
  readonly audiences: readonly string[];
  /** Name of the claim that holds the client; undefined: `azp`, or else `client_id`. */
  readonly applicationClaim: string | undefined;
  /** Name or dotted path of the claim that holds the scopes; undefined: `scope`, or else `scp`. */
  readonly scopesClaim: string | undefined;
  readonly clockLeewayMs: number;
  readonly isOwn: boolean;
}

/** What a good token says about its caller. */
export interface TokenIdentity {
  readonly clientId: string;
  /** Empty: it names none. */
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  readonly claims: JsonObject;
  /** The gateways gave it themselves. */
  readonly isOwn: boolean;
  /** Milliseconds since the epoch, leeway included. */
  readonly expiresAt: number;
  /** Header lines for the backend that say who calls. */
  readonly backendText: string;
}

/** `typ` of access tokens (RFC 9068, 2.1) and of what came before it; lower case. */
const acceptedTypes = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/** Claims that only ID tokens and logout or security event tokens have (OpenID Connect Core, 2 and 3.3; RFC 8417). */
const foreignClaims = ['at_hash', 'c_hash', 's_hash', 'events'];

/** The type is part of what a token means: an ID token is not made for APIs (RFC 8725, 3.11). */
export function checkType({ header }: CompactJws): void {
  const type = member(header, 'typ');
  if (type === undefined) return;
  if (typeof type === 'string' && acceptedTypes.has(type.toLowerCase())) return;
  throw new TokenFault('is no access token: its typ is neither at+jwt nor JWT');
}

/** Checks the claims of a token whose signature is good; `now` in milliseconds since the epoch. Throws a {@link TokenFault}. */
export function readIdentity(payload: Buffer, rules: TokenRules, now: number): TokenIdentity {
  const claims = parseStrictJson(payload);
  checkIssuer(claims, rules);
  const expiresAt = checkTimes(claims, rules, now);
  checkAudience(claims, rules);
  checkPurpose(claims);
  return identityOf(claims, rules, expiresAt);
}

/** What a token's claims, or an authorization server's answer about one, say about the caller. */
export function identityOf(
  claims: JsonObject,
  rules: Pick<TokenRules, 'applicationClaim' | 'scopesClaim' | 'isOwn'>,
  expiresAt: number,
): TokenIdentity {
  const clientId = clientIdOf(claims, rules.applicationClaim);
  if (clientId === '') throw new TokenFault('names no client');
  const subject = textOf(member(claims, 'sub'));
  const scopes = scopesOf(claims, rules.scopesClaim);
  return {
    clientId,
    subject,
    scopes,
    claims,
    isOwn: rules.isOwn,
    expiresAt,
    backendText: backendText(clientId, subject),
  };
}

function checkIssuer(claims: JsonObject, { issuer }: TokenRules): void {
  if (member(claims, 'iss') !== issuer) throw new TokenFault('is of another issuer');
}

/** Until when it is good. */
function checkTimes(claims: JsonObject, { clockLeewayMs }: TokenRules, now: number): number {
  const expiresAt = instantOf(claims, 'exp') + clockLeewayMs;
  if (Number.isNaN(expiresAt)) throw new TokenFault('does not say when it expires');
  if (now >= expiresAt) throw new TokenFault('has expired', 'GW_TOKEN_EXPIRED');
  if (now + clockLeewayMs < instantOf(claims, 'nbf')) throw new TokenFault('is not valid yet');
  if (now + clockLeewayMs < instantOf(claims, 'iat')) throw new TokenFault('was issued in the future');
  return expiresAt;
}

/** Milliseconds since the epoch; NaN when it is absent, and a fault when it is no number. */
function instantOf(claims: JsonObject, name: 'exp' | 'nbf' | 'iat'): number {
  const value = member(claims, name);
  if (value === undefined) return Number.NaN;
  if (typeof value !== 'number' || value < 0 || value > 253_402_300_799)
    throw new TokenFault(`has an ${name} that is no time`);
  return value * 1000;
}

function checkAudience(claims: JsonObject, { audiences }: Pick<TokenRules, 'audiences'>): void {
  const stated = member(claims, 'aud');
  const all: readonly unknown[] = Array.isArray(stated) ? stated : [stated];
  if (!all.some((one) => typeof one === 'string' && audiences.includes(one))) {
    throw new TokenFault('is for another audience');
  }
}

/** Keycloak says in the claim `typ` what a token is for; of all kinds only Bearer (and DPoP) calls APIs. */
function checkPurpose(claims: JsonObject): void {
  if (foreignClaims.some((name) => Object.hasOwn(claims, name))) throw new TokenFault('is no access token');
  const purpose = member(claims, 'typ');
  if (purpose === undefined || purpose === 'Bearer') return;
  throw new TokenFault('is no access token: its claim typ is not Bearer');
}

function clientIdOf(claims: JsonObject, name: string | undefined): string {
  if (name !== undefined) return textOf(claimAt(claims, name));
  return textOf(member(claims, 'azp')) || textOf(member(claims, 'client_id'));
}

function scopesOf(claims: JsonObject, name: string | undefined): ReadonlySet<string> {
  const value = name === undefined ? (member(claims, 'scope') ?? member(claims, 'scp')) : claimAt(claims, name);
  if (typeof value === 'string') return new Set(value.split(' ').filter((scope) => scope !== ''));
  return new Set(Array.isArray(value) ? value.filter((scope) => typeof scope === 'string') : []);
}

/** The claim of this very name, or else the one that the dotted path leads to, as `realm_access.roles`. */
function claimAt(claims: JsonObject, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = member(value as JsonObject, step);
  }
  return value;
}

function textOf(value: unknown): string {
  return typeof value === 'string' && value.length <= 1024 ? value : '';
}

/** Values that are not plain printable ASCII are left out: they must not begin a line of their own. */
function backendText(clientId: string, subject: string): string {
  const fields = { 'X-Consumer-Client': clientId, 'X-Consumer-Subject': subject };
  const plain = Object.entries(fields).filter(([, value]) => /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value));
  return plain.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

/** Whether a token belongs to a key that the caller must show as well. */
export function isBound({ claims }: TokenIdentity): boolean {
  return Object.hasOwn(claims, 'cnf');
}

/**
 * Throws a {@link TokenFault} when a token belongs to a key that the caller has not shown. `thumbprint`: of the client
 * certificate of the client; undefined: there is none. A binding of another kind, such as DPoP, cannot be checked
 * here, and to ignore it would make the token a bearer token (RFC 8705, 3; RFC 9449, 7.1).
 */
export function checkBinding({ claims }: TokenIdentity, thumbprint: string | undefined): void {
  const binding = member(claims, 'cnf');
  if (binding === undefined) return;
  const isObject = typeof binding === 'object' && binding !== null;
  const bound = isObject ? member(binding as JsonObject, 'x5t#S256') : undefined;
  if (typeof bound !== 'string') throw new TokenFault('is bound to a key of a kind that is not supported here');
  if (bound !== thumbprint) throw new TokenFault('is bound to a client certificate that the caller does not show');
}

/** What a KeyManager asks of a provider's answer about a token. */
export interface AnswerRules extends Pick<TokenRules, 'applicationClaim' | 'scopesClaim' | 'isOwn'> {
  /** Undefined: `aud` is not looked at. */
  readonly audiences: readonly string[] | undefined;
}

/** Judges what a provider says about a token (RFC 7662, 2.2). Throws a {@link TokenFault}. */
export function checkAnswer(answer: JsonObject, rules: AnswerRules, now: number): TokenIdentity {
  if (member(answer, 'active') !== true) throw new TokenFault('is not active: unknown, expired or revoked');
  const exp = instantOf(answer, 'exp');
  if (now >= exp) throw new TokenFault('has expired', 'GW_TOKEN_EXPIRED');
  if (now < instantOf(answer, 'nbf')) throw new TokenFault('is not valid yet');
  if (rules.audiences !== undefined) checkAudience(answer, { audiences: rules.audiences });
  return identityOf(answer, rules, Number.isNaN(exp) ? Number.POSITIVE_INFINITY : exp);
}

/** Whose token it claims to be, before anything is verified: only to choose who verifies it. */
export function statedIssuer(token: string): string | undefined {
  const [, body = ''] = token.split('.', 2);
  const payload = decodeBase64url(body);
  return payload === undefined ? undefined : textOf(member(parseStrictJson(payload), 'iss'));
}

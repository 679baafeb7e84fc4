import type { SignatureAlgorithm } from '../json-web-key.ts';
import type { CompiledBase } from './base.ts';

/** Who vouches for callers. */
export type CompiledKeyManager =
  | CompiledApiKeyManager
  | CompiledOidcKeyManager
  | CompiledIntrospection
  | CompiledCertificateKeyManager
  | CompiledTokenEndpoint
  | CompiledSignatureKeyManager;

export interface CompiledApiKeyManager extends CompiledBase {
  readonly kind: 'KeyManager';
  readonly type: 'ApiKey';
  /** Header that carries the key, lower case; `Authorization: ApiKey …` is read as well. */
  readonly header: string;
}

/** JSON Web Tokens of one issuer, in `Authorization: Bearer …`. */
export interface CompiledOidcKeyManager extends CompiledBase {
  readonly kind: 'KeyManager';
  readonly type: 'OIDC';
  /** Compared with `iss` character by character. */
  readonly issuer: string;
  /** One of these must stand in `aud`. */
  readonly audiences: readonly string[];
  /** Claim that names the client; absent: `azp`, or else `client_id`. */
  readonly applicationClaim?: string;
  /** Claim, or dotted path to one, that holds the scopes; absent: `scope`, or else `scp`. */
  readonly scopesClaim?: string;
  readonly algorithms: readonly SignatureAlgorithm[];
  /** How far clocks may differ, in milliseconds. */
  readonly clockLeewayMs: number;
  /** Whether backends get the token. */
  readonly forwardToken: boolean;
  readonly keys: CompiledKeySource;
}

/** Tokens about which their provider is asked (RFC 7662). */
export interface CompiledIntrospection extends CompiledBase {
  readonly kind: 'KeyManager';
  readonly type: 'Introspection';
  readonly url: string;
  /** By which the endpoint knows the gateway; names in lower case. Secret. */
  readonly secretHeaders: { readonly [name: string]: string };
  /** Absent: `aud` is not looked at. */
  readonly audiences?: readonly string[];
  readonly applicationClaim?: string;
  readonly scopesClaim?: string;
  /** How long an answer holds, within the token's life. */
  readonly cacheMs: number;
  readonly timeoutMs: number;
  /** PEM: these authorities alone vouch for the endpoint; absent: the public ones. */
  readonly ca?: string;
  readonly forwardToken: boolean;
}

/** Certificates that callers show by mutual TLS. */
export interface CompiledCertificateKeyManager extends CompiledBase {
  readonly kind: 'KeyManager';
  readonly type: 'ClientCertificate';
  /** PEM: the authorities that issue them, themselves. */
  readonly ca: string;
}

/** The gateways' own token endpoint: tokens for API keys of Subscriptions. */
export interface CompiledTokenEndpoint extends CompiledBase {
  readonly kind: 'KeyManager';
  readonly type: 'TokenEndpoint';
  readonly issuer: string;
  readonly lifetimeMs: number;
  /** All verify; of those whose time has come the youngest signs. Empty: none have been made yet. */
  readonly keys: readonly CompiledSigningKey[];
}

export interface CompiledSigningKey {
  readonly kid: string;
  /** Milliseconds since the epoch. */
  readonly signsFrom: number;
  /** P-256 in PKCS #8, PEM. Secret. */
  readonly privateKey: string;
}

/** Requests that callers sign (RFC 9421). */
export interface CompiledSignatureKeyManager extends CompiledBase {
  readonly kind: 'KeyManager';
  readonly type: 'Signature';
  readonly algorithms: readonly RequestSignatureAlgorithm[];
  /** Header fields that must be covered beside what always must; lower case. */
  readonly components: readonly string[];
  readonly maxAgeMs: number;
  /** How far a caller's clock may be ahead. */
  readonly clockLeewayMs: number;
}

/** Names of RFC 9421, 6.2.2. */
export type RequestSignatureAlgorithm = 'ed25519' | 'ecdsa-p256-sha256' | 'ecdsa-p384-sha384' | 'hmac-sha256';

/** Where the keys of an issuer come from. `ca`: PEM, these authorities alone vouch for the address; absent: the public ones. */
export type CompiledKeySource =
  /** Its discovery document. */
  | { readonly from: 'Discovery'; readonly issuer: string; readonly ca?: string }
  | { readonly from: 'Uri'; readonly uri: string; readonly ca?: string }
  /** A JWK set as JSON. */
  | { readonly from: 'Inline'; readonly jwks: string };

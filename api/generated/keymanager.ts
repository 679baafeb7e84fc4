// Generated from crds/keymanagers.yaml by `make gen`.
// Objects are typed as they are stored: a field with a default is there, and nothing changes in
// place. What a person writes may leave such fields out; the store fills them in.

import type { Condition } from '#api/conditions.ts';
import type { ObjectMeta } from '#api/object.ts';
import type { TenantSelection } from './shared.ts';

/**
 * Who vouches for callers: API keys of Subscriptions, an identity provider that issues tokens, or an authority that
 * issues certificates.
 */
export interface KeyManager {
  readonly apiVersion: 'simpul.id/v1alpha1';
  readonly kind: 'KeyManager';
  readonly metadata: ObjectMeta;
  /** How callers prove who they are, and whose APIs may rely on it. */
  readonly spec: KeyManagerSpec;
  /**
   * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so
   * that what waits for the operator sees that it has not looked yet. Example: see `conditions`.
   */
  readonly status?: KeyManagerStatus;
}

/** How callers prove who they are, and whose APIs may rely on it. */
export interface KeyManagerSpec {
  /**
   * Which Tenants' ApiServices and Subscriptions may name this KeyManager. Default: those of its own namespace; in the
   * installation's namespace, all Tenants. Example: `{from: All}`.
   */
  readonly tenants?: TenantSelection;
  /**
   * Kind of proof. `ApiKey`: keys of Subscriptions, kept in Secrets. `OIDC`: JSON Web Tokens of an identity provider,
   * in `Authorization: Bearer`. `Introspection`: tokens of any form, about which the gateway asks the provider.
   * `ClientCertificate`: certificates of an authority, by mutual TLS. `TokenEndpoint`: short-lived tokens that the
   * gateway itself gives for API keys. `Signature`: requests that callers sign (RFC 9421). Example: `OIDC`.
   */
  readonly type: 'ApiKey' | 'OIDC' | 'Introspection' | 'ClientCertificate' | 'TokenEndpoint' | 'Signature';
  /** Settings of type `ApiKey`. Default: the header X-API-Key. Example: `{header: X-Instansi-Key}`. */
  readonly apiKey?: KeyManagerApiKey;
  /**
   * Settings of type `OIDC`: whose tokens count, and for whom. Default: none; needed when `type` is `OIDC`. Example:
   * `{issuer: 'https://sso.example.go.id/realms/spbe', audiences: [simpul]}`.
   */
  readonly oidc?: KeyManagerOidc;
  /**
   * Settings of type `Introspection` (RFC 7662): whom to ask about a token. Default: none; needed when `type` is
   * `Introspection`. Example: `{url: 'https://sso.example.go.id/introspect', credentialRef: {name: sso-introspeksi}}`.
   */
  readonly introspection?: KeyManagerIntrospection;
  /**
   * Settings of type `ClientCertificate`: whose certificates count. Callers show them to an HTTPS listener that asks
   * for them (`tls.clientCertificates`), or to a proxy in front (`clientCertHeader` of the ApiGateway). Default: none;
   * needed when `type` is `ClientCertificate`. Example: `{caRef: {name: mitra-ca}}`.
   */
  readonly clientCertificate?: KeyManagerClientCertificate;
  /**
   * Settings of type `TokenEndpoint`: the gateways' own token endpoint (OAuth 2.0, grant client_credentials). The
   * client id is the Subscription as `namespace/name`, the client secret any of its API keys. Only in the
   * installation's namespace. Default: none; needed when `type` is `TokenEndpoint`. Example: `{issuer:
   * 'https://api.example.go.id/masuk'}`.
   */
  readonly tokenEndpoint?: KeyManagerTokenEndpoint;
  /** Settings of type `Signature`: what a signature must be. Default: see each field. Example: `{maxAge: 30s}`. */
  readonly signature?: KeyManagerSignature;
}

/** Settings of type `ApiKey`. Default: the header X-API-Key. Example: `{header: X-Instansi-Key}`. */
export interface KeyManagerApiKey {
  /**
   * Request header that carries the key; `Authorization: ApiKey ...` is read as well. Default: `X-API-Key`. Example:
   * `X-Instansi-Key`.
   */
  readonly header: string;
}

/**
 * Settings of type `OIDC`: whose tokens count, and for whom. Default: none; needed when `type` is `OIDC`. Example:
 * `{issuer: 'https://sso.example.go.id/realms/spbe', audiences: [simpul]}`.
 */
export interface KeyManagerOidc {
  /**
   * Issuer of the tokens, compared with their `iss` character by character. Its keys are found by OpenID Connect
   * Discovery unless `jwksUri` or `jwks` is given. Example: `https://sso.example.go.id/realms/spbe`.
   */
  readonly issuer: string;
  /**
   * A token must name one of these in `aud`; so a token that was made for another service is no use here. Example:
   * `[simpul]`.
   */
  readonly audiences: readonly string[];
  /**
   * Claim that names the application, which Subscriptions state as `clientId`. Default: `azp`, or else `client_id`.
   * Example: `client_id`.
   */
  readonly applicationClaim?: string;
  /**
   * Claim that holds the scopes, as a list or as words in one text; dots lead into objects. Default: `scope`, or else
   * `scp`. Example: `realm_access.roles`.
   */
  readonly scopesClaim?: string;
  /**
   * Signature algorithms that are accepted; each key verifies only those of its own type besides. Shared secrets
   * (`HS256`) and `none` never are. Default: all of these. Example: `[ES256, EdDSA]`.
   */
  readonly algorithms?: readonly ('RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA')[];
  /**
   * How far the clocks of issuer and gateway may differ, at most 5m, as a duration in ms, s, m or h. Default: `30s`.
   * Example: `10s`.
   */
  readonly clockLeeway: string;
  /**
   * Where the issuer's keys are, for issuers without discovery. Default: what the discovery document says. Example:
   * `https://sso.example.go.id/keys`.
   */
  readonly jwksUri?: string;
  /**
   * The issuer's public keys themselves as a JSON Web Key Set, for issuers that no gateway can reach; to rotate, edit
   * them. Default: none. Example: `{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "..."}]}`.
   */
  readonly jwks?: string;
  /**
   * PEM certificates in this namespace of the authorities that alone vouch for the issuer's addresses, where they are
   * https. Default: the public ones. Example: `{name: sso-ca, key: ca.crt}`.
   */
  readonly caRef?: KeyManagerOidcCaRef;
  /**
   * Whether backends get the token. It lets them act in the caller's name wherever the token is accepted. Default:
   * `false`. Example: `true`.
   */
  readonly forwardToken: boolean;
}

/**
 * PEM certificates in this namespace of the authorities that alone vouch for the issuer's addresses, where they are
 * https. Default: the public ones. Example: `{name: sso-ca, key: ca.crt}`.
 */
export interface KeyManagerOidcCaRef {
  /**
   * ConfigMap, or Secret of the types `kubernetes.io/tls`, `simpul.id/backend-credential` or
   * `kubernetes.io/basic-auth`. Default: `ConfigMap`. Example: `Secret`.
   */
  readonly kind: 'ConfigMap' | 'Secret';
  /** Name of the ConfigMap or Secret. Example: `sso-ca`. */
  readonly name: string;
  /** Key within its data. Default: `ca.crt`. Example: `ca.crt`. */
  readonly key: string;
}

/**
 * Settings of type `Introspection` (RFC 7662): whom to ask about a token. Default: none; needed when `type` is
 * `Introspection`. Example: `{url: 'https://sso.example.go.id/introspect', credentialRef: {name: sso-introspeksi}}`.
 */
export interface KeyManagerIntrospection {
  /** Introspection endpoint of the provider. Example: `https://sso.example.go.id/introspect`. */
  readonly url: string;
  /**
   * Secret of type `kubernetes.io/basic-auth` (client id and secret) or `simpul.id/backend-credential` (`username` and
   * `password`, or `token`) in this namespace, by which the endpoint knows the gateway. Example: `{name:
   * sso-introspeksi}`.
   */
  readonly credentialRef: KeyManagerIntrospectionCredentialRef;
  /**
   * The answer must name one of these in `aud`. Default: whatever the provider calls active is accepted. Example:
   * `[simpul]`.
   */
  readonly audiences?: readonly string[];
  /**
   * Member of the answer that names the application, which Subscriptions state as `clientId`. Default: `azp`, or else
   * `client_id`. Example: `client_id`.
   */
  readonly applicationClaim?: string;
  /**
   * Member of the answer that holds the scopes; dots lead into objects. Default: `scope`, or else `scp`. Example:
   * `scope`.
   */
  readonly scopesClaim?: string;
  /**
   * How long an answer holds, within the life of the token, so also how long a token that was revoked still passes; at
   * most 1h, as a duration in ms, s, m or h. Default: `30s`. Example: `5s`.
   */
  readonly cacheTtl: string;
  /**
   * Time for an answer; then the call is refused with 503. At most 10s, as a duration in ms, s, m or h. Default: `3s`.
   * Example: `1s`.
   */
  readonly timeout: string;
  /**
   * PEM certificates in this namespace of the authorities that alone vouch for the endpoint, where it is https.
   * Default: the public ones. Example: `{name: sso-ca, key: ca.crt}`.
   */
  readonly caRef?: KeyManagerIntrospectionCaRef;
  /**
   * Whether backends get the token. It lets them act in the caller's name wherever the token is accepted. Default:
   * `false`. Example: `true`.
   */
  readonly forwardToken: boolean;
}

/**
 * Secret of type `kubernetes.io/basic-auth` (client id and secret) or `simpul.id/backend-credential` (`username` and
 * `password`, or `token`) in this namespace, by which the endpoint knows the gateway. Example: `{name:
 * sso-introspeksi}`.
 */
export interface KeyManagerIntrospectionCredentialRef {
  /** Name of the Secret. Example: `sso-introspeksi`. */
  readonly name: string;
}

/**
 * PEM certificates in this namespace of the authorities that alone vouch for the endpoint, where it is https. Default:
 * the public ones. Example: `{name: sso-ca, key: ca.crt}`.
 */
export interface KeyManagerIntrospectionCaRef {
  /**
   * ConfigMap, or Secret of the types `kubernetes.io/tls`, `simpul.id/backend-credential` or
   * `kubernetes.io/basic-auth`. Default: `ConfigMap`. Example: `Secret`.
   */
  readonly kind: 'ConfigMap' | 'Secret';
  /** Name of the ConfigMap or Secret. Example: `sso-ca`. */
  readonly name: string;
  /** Key within its data. Default: `ca.crt`. Example: `ca.crt`. */
  readonly key: string;
}

/**
 * Settings of type `ClientCertificate`: whose certificates count. Callers show them to an HTTPS listener that asks for
 * them (`tls.clientCertificates`), or to a proxy in front (`clientCertHeader` of the ApiGateway). Default: none; needed
 * when `type` is `ClientCertificate`. Example: `{caRef: {name: mitra-ca}}`.
 */
export interface KeyManagerClientCertificate {
  /**
   * PEM certificates in this namespace of the authorities that issue the certificates themselves: of a hierarchy the
   * issuing one, not the root above it. Example: `{name: mitra-ca, key: ca.crt}`.
   */
  readonly caRef: KeyManagerClientCertificateCaRef;
}

/**
 * PEM certificates in this namespace of the authorities that issue the certificates themselves: of a hierarchy the
 * issuing one, not the root above it. Example: `{name: mitra-ca, key: ca.crt}`.
 */
export interface KeyManagerClientCertificateCaRef {
  /**
   * ConfigMap, or Secret of the types `kubernetes.io/tls`, `simpul.id/backend-credential` or
   * `kubernetes.io/basic-auth`. Default: `ConfigMap`. Example: `Secret`.
   */
  readonly kind: 'ConfigMap' | 'Secret';
  /** Name of the ConfigMap or Secret. Example: `mitra-ca`. */
  readonly name: string;
  /** Key within its data. Default: `ca.crt`. Example: `ca.crt`. */
  readonly key: string;
}

/**
 * Settings of type `TokenEndpoint`: the gateways' own token endpoint (OAuth 2.0, grant client_credentials). The client
 * id is the Subscription as `namespace/name`, the client secret any of its API keys. Only in the installation's
 * namespace. Default: none; needed when `type` is `TokenEndpoint`. Example: `{issuer:
 * 'https://api.example.go.id/masuk'}`.
 */
export interface KeyManagerTokenEndpoint {
  /**
   * Issuer of the tokens: the address of the gateways with a path of its own, below which `/token` and `/jwks` are
   * answered before any API. Example: `https://api.example.go.id/masuk`.
   */
  readonly issuer: string;
  /** How long a token is good, between 1m and 1h, as a duration in ms, s, m or h. Default: `5m`. Example: `15m`. */
  readonly tokenLifetime: string;
  /**
   * How many days a key signs until the next one takes over. A new key is published ten minutes before it signs, an old
   * one until the last token that it signed has expired. Default: `30`. Example: `7`.
   */
  readonly keyRotationDays: number;
}

/** Settings of type `Signature`: what a signature must be. Default: see each field. Example: `{maxAge: 30s}`. */
export interface KeyManagerSignature {
  /**
   * Algorithms of RFC 9421 that are accepted; each key verifies only its own. `HmacSha256` needs a secret that the
   * gateways know too, so it has to be asked for. Default: `Ed25519`, `EcdsaP256`, `EcdsaP384`. Example: `[Ed25519]`.
   */
  readonly algorithms?: readonly ('Ed25519' | 'EcdsaP256' | 'EcdsaP384' | 'HmacSha256')[];
  /**
   * What every signature must cover beside method, authority, path, query and, of a request with a body,
   * `content-digest`: names of header fields in lower case. Default: nothing more. Example: `[content-type]`.
   */
  readonly components?: readonly string[];
  /**
   * How old a signature may be (`created`), between 1s and 1h, as a duration in ms, s, m or h. Default: `1m`. Example:
   * `30s`.
   */
  readonly maxAge: string;
  /**
   * How far a caller's clock may be ahead, at most 5m, as a duration in ms, s, m or h. Default: `10s`. Example: `5s`.
   */
  readonly clockLeeway: string;
}

/**
 * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that
 * what waits for the operator sees that it has not looked yet. Example: see `conditions`.
 */
export interface KeyManagerStatus {
  /**
   * Generation of the spec that this status describes, counted by the API server. Default: `-1` until the first visit.
   * Example: `3`.
   */
  readonly observedGeneration?: number;
  /**
   * What holds for this object, one entry for each type; `Ready` sums up. Types and reasons: docs/conditions.md.
   * Default: absent until the first visit. Example: `[{type: Ready, status: 'True', reason: Succeeded, ...}]`.
   */
  readonly conditions?: readonly Condition[];
  /**
   * When a spec of this object was first accepted, RFC 3339 in UTC. It decides who keeps a route, a claim or a
   * credential that two objects want, and backups carry it. Default: absent until then. Example:
   * `2026-11-20T03:00:00Z`.
   */
  readonly acceptedAt?: string;
}

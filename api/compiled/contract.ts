import type {
  CompiledCache,
  CompiledCompression,
  CompiledCors,
  CompiledFormat,
  CompiledMaintenance,
} from './answers.ts';
import type { CompiledBackendCredential, CompiledBackendOAuth2 } from './backend-credential.ts';
import type { CompiledBase } from './base.ts';
import type { CompiledDefinition } from './definition.ts';
import type { CompiledKeyManager } from './key-manager.ts';
import type { CompiledLimit } from './limit.ts';
import type { CompiledTraffic } from './traffic.ts';
import type { CompiledCanary, CompiledFaultInjection, CompiledMirror } from './variants.ts';

export type {
  CompiledCache,
  CompiledCompression,
  CompiledCors,
  CompiledFormat,
  CompiledMaintenance,
} from './answers.ts';
export type { CompiledBackendCredential, CompiledBackendOAuth2 } from './backend-credential.ts';
export type { CompiledCanary, CompiledFaultInjection, CompiledMirror } from './variants.ts';

/**
 * The compiled contract: all that an operator says to a gateway, and the only thing they share.
 *
 *   operator --writes--> Secret(type simpul.id/compiled) --list+watch--> gateway --joins by id--> what it serves
 *
 * Each object is small, plain JSON and versioned. Objects name each other by id (`namespace/name`, or `name` for a
 * Tenant); the gateway joins them when it loads, and a call whose parts are incomplete is refused, never guessed.
 * One change of one resource rewrites one object. Everything here may hold secrets (pepper, key hashes): it is never
 * logged, dumped or put into a status.
 */

/** One fleet: what holds for all calls that its pods serve. */
export interface CompiledGateway extends CompiledBase {
  readonly kind: 'ApiGateway';
  /** HMAC-SHA-256 key for callers' API keys, base64 of 32 bytes. Secret. */
  readonly pepper: string;
  readonly listeners: readonly CompiledListener[];
  /** IANA name; Day and Month windows begin at its midnight. */
  readonly timeZone: string;
  /** Limits over everything that the fleet serves. */
  readonly limits: readonly CompiledLimit[];
  /** Which backend addresses may be called although they are special (loopback, link-local, metadata, …), and which may not. CIDRs. */
  readonly backendAccess: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  /** Addresses (CIDRs) of proxies in front whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Given: Client-Cert (RFC 9440) of these proxies says which certificate the client has shown, and their own says nothing. */
  readonly clientCertHeader?: 'TrustedProxies';
  /** Bytes of a request body that an ApiService accepts when it says nothing itself. */
  readonly maxRequestBytes: number;
  /** Where limits are counted for all pods together; absent: each pod counts for itself. */
  readonly redis?: CompiledRedis;
  /** Absent: calls are served. */
  readonly maintenance?: CompiledMaintenance;
  /** How long a pod keeps accepting after SIGTERM, in milliseconds. */
  readonly drainDelayMs: number;
  /** Absent: no bodies are logged, and nothing is masked beyond what ApiServices say. */
  readonly logging?: { readonly bodies: boolean; readonly mask: readonly string[] };
  /** etcd was restored to an older state, which nobody has confirmed yet. */
  readonly rolledBack?: CompiledRollback;
  /** Milliseconds since the epoch: a restored state that pods noticed until then is confirmed. */
  readonly stateConfirmedAt?: number;
  /** Where spans go (base URL of an OTLP collector), and which share of calls without a trusted parent has them. Absent: none. */
  readonly tracing?: { readonly endpoint: string; readonly rate: number };
}

export interface CompiledRollback {
  /** Milliseconds since the epoch at which the last of the pods noticed. */
  readonly noticedAt: number;
  /** Ids of what pods withhold, sorted, so that one that begins now withholds it too. */
  readonly withheld: readonly string[];
}

export interface CompiledListener {
  readonly name: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly port: number;
  /** Given with HTTPS, and only then. */
  readonly tls?: CompiledListenerTls;
  /** HTTP/2 beside HTTP/1.1: with HTTPS by ALPN, with HTTP where the client knows it beforehand. */
  readonly http2: boolean;
  /** Every connection begins with a header of the PROXY protocol, version 1 or 2; from one of `trustedProxies`. */
  readonly proxyProtocol: boolean;
}

export interface CompiledListenerTls {
  /** Which one a client is shown, its own names decide; the first where none fits. */
  readonly certificates: readonly CompiledCertificate[];
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Absent: clients are not asked for a certificate. `ca`: PEM certificates of the authorities that may have signed it. */
  readonly clientCertificates?: { readonly mode: 'Optional' | 'Required'; readonly ca: string };
}

export interface CompiledCertificate {
  /** Of the Secret that it comes from; for messages. */
  readonly name: string;
  /** PEM: the certificate, then those that lead to its authority. */
  readonly certificate: string;
  /** PEM. Secret. */
  readonly privateKey: string;
}

export interface CompiledRedis {
  /** Of Redis itself (one), or of its Sentinels. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** `password` is secret, and the Sentinels' own. */
  readonly sentinel?: { readonly masterName: string; readonly username?: string; readonly password?: string };
  /** Absent: not encrypted. `ca`: PEM, instead of the machine's authorities. */
  readonly tls?: { readonly ca?: string; readonly serverName?: string };
  readonly username?: string;
  /** Secret. */
  readonly password?: string;
  /** Beginning of every key. */
  readonly keyPrefix: string;
  /** A call waits so long for tokens, then the pod decides by itself. */
  readonly timeoutMs: number;
  /** Pods that there should be; what is believed until Redis has told how many there are. */
  readonly pods: number;
}

/** One institution: it owns ApiServices (provider) and Subscriptions (consumer). */
export interface CompiledTenant extends CompiledBase {
  readonly kind: 'Tenant';
  /** Hosts that belong to this Tenant alone: another Tenant's host-less ApiServices do not answer on them. Lower case. */
  readonly hosts: readonly string[];
  /** Path prefixes that its host-less ApiServices may answer under; one outside of them is refused. Normalised like base paths. */
  readonly paths: readonly string[];
  /** True: every call to its APIs and every call with its Subscriptions' credentials gets 403. */
  readonly suspended: boolean;
  /** Ceilings over all its APIs together. */
  readonly limits: readonly CompiledLimit[];
  /** Absent: its APIs are served. */
  readonly maintenance?: CompiledMaintenance;
}

/** Enforce: refuse. Report: let pass and count. None: do not look. */
export type ValidationMode = 'Enforce' | 'Report' | 'None';

/** How an API uses its definition. */
export interface CompiledDefinitionUse {
  /** Id of the {@link CompiledDefinition}. */
  readonly id: string;
  /** SHA-256 of the document, hex, where it was fetched from a URL: the operator need not fetch it again. */
  readonly document?: string;
  readonly requests: ValidationMode;
  readonly responses: ValidationMode;
}

/** One API on one gateway. */
export interface CompiledApiService extends CompiledBase {
  readonly kind: 'ApiService';
  /** Id of the Tenant that owns its namespace. */
  readonly tenant: string;
  /** The API's own version, for headers, logs and metrics. */
  readonly version: string;
  readonly lifecycle: CompiledLifecycle;
  /** Lower case; empty: every host that no other Tenant claims. */
  readonly hosts: readonly string[];
  /** Normalised (see `gateway/router`): begins with `/`, no trailing `/` except for the root itself. */
  readonly basePath: string;
  readonly backend: CompiledBackend;
  readonly authentication: CompiledAuthentication;
  /** Absent: calls are taken from everywhere. */
  readonly access?: CompiledAccess;
  /** Absent: the gateway says nothing to scripts of other sites; what the backend says goes on. */
  readonly cors?: CompiledCors;
  /** Absent: it is served. */
  readonly maintenance?: CompiledMaintenance;
  /** Absent: answers go on as they come. */
  readonly compression?: CompiledCompression;
  /** Absent: every call reaches the backend. */
  readonly cache?: CompiledCache;
  /** When calls are answered from `definition`, which then is there: all of them, or those that say which answer they prefer. Absent: never. */
  readonly mock?: 'Always' | 'Preferred';
  /** Absent: nobody's calls fail on purpose. */
  readonly faultInjection?: CompiledFaultInjection;
  /** Absent: all calls go to one version. */
  readonly canary?: CompiledCanary;
  /** Absent: no copies are sent. */
  readonly mirror?: CompiledMirror;
  /** Formats in which JSON answers are given, the first to those who ask for none. Absent: answers go on as they come. */
  readonly formats?: readonly CompiledFormat[];
  readonly limits: readonly CompiledLimit[];
  /** Empty: every method and path passes. Otherwise only these do. */
  readonly operations: readonly CompiledOperation[];
  readonly plans: { readonly [name: string]: CompiledPlan };
  /** Absent: calls and answers are not compared with a definition. */
  readonly definition?: CompiledDefinitionUse;
  /** Bytes; absent: the gateway's default. */
  readonly maxRequestBytes?: number;
  /** Bytes; absent: any size. */
  readonly maxResponseBytes?: number;
  /** Absent: the access log has nothing of path, query, header fields and bodies. */
  readonly logging?: CompiledLogging;
}

/** What the access log says beyond who called which operation, with what outcome. */
export interface CompiledLogging {
  /** Path and query, masked. */
  readonly target: boolean;
  /** Request fields, lower case. */
  readonly headers: readonly string[];
  /** Absent: no bodies. `rate`: share of calls, 0 to 1; of bodies above `maxBytes` only the size is logged. */
  readonly bodies?: { readonly rate: number; readonly maxBytes: number };
  /** `path.nik`, `query.npwp`, `header.x-nik`, `body.nik`: never written. */
  readonly mask: readonly string[];
}

export type CompiledLifecycle =
  /** Only callers whose Subscription lives in the API's own namespace; also an API whose publishing still waits for approval. */
  | { readonly state: 'Draft' }
  | { readonly state: 'Published' }
  /** Header values, ready to send: Deprecation (RFC 9745), Sunset (RFC 8594) and Link. */
  | { readonly state: 'Deprecated'; readonly deprecation: string; readonly sunset?: string; readonly link?: string }
  /** Answers 503 with this reason. */
  | { readonly state: 'Blocked'; readonly reason: string }
  /** Answers 410; `successor` is a URI reference. */
  | { readonly state: 'Retired'; readonly successor?: string };

export interface CompiledBackend extends CompiledTraffic {
  /** Empty: there is no backend yet. */
  readonly endpoints: readonly { readonly url: string; readonly weight: number }[];
  /** Whole answer, from the first byte sent to the last received. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** What endpoints speak: https ones choose it by ALPN, http ones know it beforehand. Absent: HTTP/1.1. */
  readonly protocol?: 'HTTP2';
  /** Absent: the caller's fields go on as they are. */
  readonly headers?: CompiledHeaderChange;
  /** Absent: the backend gets the caller's fields, and nothing of ours. */
  readonly credential?: CompiledBackendCredential;
  /** Absent: calls carry no token of ours. Never beside `credential`. */
  readonly oauth2?: CompiledBackendOAuth2;
  /** Absent: the public authorities vouch for the host of the URL. */
  readonly tls?: CompiledBackendTls;
  /** For calls whose operation has none of its own. Absent: the base path is cut off, the query stays. */
  readonly rewrite?: CompiledRewrite;
  /** Of answers to calls whose operation has none of its own. */
  readonly responseHeaders?: CompiledHeaderChange;
}

/** What the backend is asked for. */
export interface CompiledRewrite {
  /** Takes the place of the base path. */
  readonly prefix?: string;
  /** The whole path; `{name}` is a segment of the operation's path, a trailing `/*` its rest. Of operations only, and never beside `prefix`. */
  readonly template?: string;
  /** Absent: as it came. In values of operations `{name}` is a segment. */
  readonly query?: { readonly set: { readonly [name: string]: string }; readonly remove: readonly string[] };
}

/** How https endpoints are verified, and how the gateway shows itself. All texts are PEM. */
export interface CompiledBackendTls {
  /** These authorities alone vouch for the backend; absent: the public ones. */
  readonly ca?: string;
  /** Absent: the gateway shows no certificate. The key is secret. */
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: string };
  /** Name that is asked for and verified; absent: the host of the URL. */
  readonly serverName?: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** Names in lower case. */
export interface CompiledHeaderChange {
  /** Values by name; they replace what the caller sent. */
  readonly set: { readonly [name: string]: string };
  readonly remove: readonly string[];
}

/** CIDR blocks of client addresses. */
export interface CompiledAccess {
  /** Empty: all that `deny` does not hold. */
  readonly allow: readonly string[];
  /** Wins over `allow`. */
  readonly deny: readonly string[];
}

export interface CompiledAuthentication {
  readonly mode: 'Required' | 'Optional' | 'None';
  /** Ids of KeyManagers; empty: the built-in API key in `X-API-Key` or `Authorization: ApiKey …`. */
  readonly keyManagers: readonly string[];
  /** Scopes that every call needs, all of them. Absent: none. */
  readonly scopes?: readonly string[];
}

export interface CompiledOperation {
  /** Relative to the base path: `/nik/{nik}`; `{name}` matches one segment, a trailing `/*` matches the rest. */
  readonly path: string;
  /** Upper case; empty: every method. */
  readonly methods: readonly string[];
  readonly limits: readonly CompiledLimit[];
  readonly timeoutMs?: number;
  /** Needed beside those of the API. Absent: none. */
  readonly scopes?: readonly string[];
  readonly rewrite?: CompiledRewrite;
  readonly responseHeaders?: CompiledHeaderChange;
}

export interface CompiledPlan {
  /** What callers on this plan have whose credential states no scopes itself, such as an API key. Absent: none. */
  readonly scopes?: readonly string[];
  readonly limits: readonly CompiledLimit[];
}

/** One application's access: only what is approved and in force stands here. */
export interface CompiledSubscription extends CompiledBase {
  readonly kind: 'Subscription';
  /** Id of the consumer's Tenant. */
  readonly tenant: string;
  /** `namespace/application`; limits `by: Application` count by it. */
  readonly application: string;
  readonly credentials: readonly CompiledCredential[];
  readonly grants: readonly CompiledGrant[];
  readonly limits: readonly CompiledLimit[];
}

export type CompiledCredential = CompiledCredentialBase & CredentialProof;

/** What a caller has to show. */
export type CredentialProof =
  /** `hash`: HMAC-SHA-256 of the key under the gateway's pepper, base64url without padding. */
  | { readonly type: 'ApiKey'; readonly hash: string }
  /** A token in which the KeyManager of this id names this client. */
  | { readonly type: 'OIDC'; readonly keyManager: string; readonly clientId: string }
  /** A certificate of this KeyManager in which this name stands, as `api/certificate-name.ts` writes it. */
  | { readonly type: 'ClientCertificate'; readonly keyManager: string; readonly certificateName: string }
  /** A request that is signed by the key of this id (RFC 9421). */
  | ({ readonly type: 'Signature'; readonly keyManager: string; readonly keyId: string } & CompiledSignatureKey);

export type CompiledSignatureKey =
  /** PEM (SubjectPublicKeyInfo). */
  | { readonly publicKey: string }
  /** base64. Secret. */
  | { readonly hmacSecret: string };

interface CompiledCredentialBase {
  readonly name: string;
  /** Milliseconds since the epoch; outside of them the credential is refused. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}

export interface CompiledGrant {
  /** Id of the ApiService. */
  readonly api: string;
  /** Absent when the ApiService has no plans. */
  readonly plan?: string;
}

export type Compiled =
  | CompiledGateway
  | CompiledTenant
  | CompiledKeyManager
  | CompiledDefinition
  | CompiledApiService
  | CompiledSubscription;

export type CompiledKind = Compiled['kind'];

/** What only one credential may have, as one text: gateways find it by this, the operator gives it to one Subscription. */
export function proofKey(proof: CredentialProof): string {
  if (proof.type === 'ApiKey') return proof.hash;
  if (proof.type === 'OIDC') return clientKey(proof.keyManager, proof.clientId);
  if (proof.type === 'Signature') return signatureKey(proof.keyManager, proof.keyId);
  return certificateKey(proof.keyManager, proof.certificateName);
}

/** {@link proofKey} of a client. No hash and no id has a blank. */
export function clientKey(keyManager: string, clientId: string): string {
  return `${keyManager} ${clientId}`;
}

/** {@link proofKey} of a signature. */
export function signatureKey(keyManager: string, keyId: string): string {
  return `signature:${keyManager} ${keyId}`;
}

/** {@link proofKey} of a certificate. No hash and no id has a colon. */
export function certificateKey(keyManager: string, certificateName: string): string {
  return `certificate:${keyManager} ${certificateName}`;
}

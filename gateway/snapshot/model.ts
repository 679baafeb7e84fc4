import type {
  CompiledApiService,
  CompiledCanary,
  CompiledFaultInjection,
  CompiledFormat,
  CompiledLifecycle,
  CompiledLogging,
  CompiledMirror,
  CompiledOperation,
  CompiledRedis,
  ValidationMode,
} from '#api/compiled/contract.ts';
import type { ApiCache } from '../cache/cache-store.ts';
import type { CompressionPolicy } from '../compression/compression-policy.ts';
import type { CorsPolicy } from '../filters/cors-policy.ts';
import type { CertificateIssuers } from '../identity/certificate-issuers.ts';
import type { RequestVerifier } from '../identity/request-verifier.ts';
import type { SigningKey } from '../identity/signing-key.ts';
import type { TokenEndpoint } from '../identity/token-endpoint.ts';
import type { TokenVerifier } from '../identity/token-verifier.ts';
import type { Limits } from '../limits/rule.ts';
import type { Masks } from '../log/masks.ts';
import type { ApiMeters } from '../metrics/api-meters.ts';
import type { Backend } from '../proxy/backend.ts';
import type { AnswerChange } from '../proxy/header-change.ts';
import type { Rewrite } from '../proxy/rewrite.ts';
import type { CidrSet } from '../router/cidr-set.ts';
import type { OperationTable } from '../router/operations.ts';
import type { Routable } from '../router/router.ts';
import type { TlsSettings } from '../tls/tls-settings.ts';
import type { DefinitionEntry } from '../validation/definition-entry.ts';
import type { AcceptedProofs, KeyManagerRef } from './proofs.ts';
import type { Slot } from './slot.ts';
import type { SubscriptionEntry } from './subscription-entry.ts';

/**
 * What a call follows from pointer to pointer. Everything is parsed, sorted and joined when an object loads; entries
 * never change, a new version of an object is a new entry.
 */
export interface ApiEntry extends Routable {
  readonly id: string;
  readonly namespace: string;
  readonly version: string;
  readonly tenant: Slot<TenantEntry>;
  readonly lifecycle: CompiledLifecycle;
  /** Length of what is cut off the path; 0 for the root. */
  readonly baseLength: number;
  readonly backend: Backend;
  readonly authentication: AuthenticationEntry;
  /** Null: calls are taken from everywhere. */
  readonly access: { readonly allow: CidrSet; readonly deny: CidrSet } | null;
  /** Null: scripts of other sites are told nothing by the gateway. */
  readonly cors: CorsPolicy | null;
  /** Null: it is served. */
  readonly maintenance: MaintenanceEntry | null;
  /** Null: calls are never answered from the definition. */
  readonly mock: 'Always' | 'Preferred' | null;
  /** Null: nobody's calls fail on purpose. */
  readonly faultInjection: FaultInjectionEntry | null;
  /** Null: all calls go to one version. */
  readonly canary: CanaryEntry | null;
  /** Null: no copies are sent. */
  readonly mirror: MirrorEntry | null;
  /** Null: answers go on as they come. */
  readonly compression: CompressionPolicy | null;
  /** Null: answers go on as they come. */
  readonly formats: readonly CompiledFormat[] | null;
  /** Null: every call reaches the backend. */
  readonly cache: ApiCache | null;
  readonly limits: Limits;
  /** Null: every method and path passes. */
  readonly operations: OperationTable<OperationEntry> | null;
  /** Null: nothing is compared with a definition. */
  readonly definition: DefinitionUse | null;
  readonly plans: ReadonlyMap<string, PlanEntry>;
  /** Undefined: the gateway's default. */
  readonly maxRequestBytes: number | undefined;
  /** Undefined: any size. */
  readonly maxResponseBytes: number | undefined;
  readonly meters: ApiMeters;
  /** Its part of each access-log line. */
  readonly logText: string;
  /** Null: its calls' lines have nothing of path, query, header fields and bodies. */
  readonly logging: LoggingEntry | null;
}

export interface LoggingEntry extends Omit<CompiledLogging, 'bodies' | 'mask'> {
  readonly bodies: { readonly rate: number; readonly maxBytes: number } | null;
  readonly masks: Masks;
}

export interface DefinitionUse {
  readonly slot: Slot<DefinitionEntry>;
  readonly requests: ValidationMode;
  readonly responses: ValidationMode;
}

/** What gets calls of an API instead of its backend. */
export interface VariantEntry {
  readonly version: string;
  readonly backend: Backend;
  /** In the place of the API's own in each access-log line. */
  readonly logText: string;
}

export interface CanaryEntry extends Pick<CompiledCanary, 'share' | 'sticky'> {
  readonly variant: VariantEntry;
  /** Of the version: a new one gets other callers. */
  readonly seed: number;
  /** Null: only the share decides. */
  readonly always: { readonly header: string; readonly value: string } | null;
}

/** Also keeps count of its copies. */
export interface MirrorEntry extends Pick<CompiledMirror, 'rate' | 'maxBodyBytes' | 'timeoutMs' | 'maxCalls'> {
  readonly variant: VariantEntry;
  readonly methods: ReadonlySet<string>;
  /** Copies under way. */
  inFlight: number;
}

export interface FaultInjectionEntry extends Pick<CompiledFaultInjection, 'until' | 'share' | 'delayMs'> {
  readonly untilText: string;
  /** Null: calls are only held up. */
  readonly status: number | null;
  /** Empty: everybody. */
  readonly subscriptions: ReadonlySet<string>;
  /** Null: whatever the header fields say. */
  readonly header: { readonly name: string; readonly value: string } | null;
}

export interface MaintenanceEntry {
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
  /** Addresses that are served all the same. */
  readonly allow: CidrSet;
}

export interface AuthenticationEntry {
  readonly mode: CompiledApiService['authentication']['mode'];
  /** Empty: the built-in API key. */
  readonly keyManagers: readonly KeyManagerRef[];
  readonly accepted: AcceptedProofs;
  /** That every call needs. */
  readonly scopes: readonly string[];
}

export interface OperationEntry extends Pick<CompiledOperation, 'path' | 'methods'> {
  readonly limits: Limits;
  readonly timeoutMs: number | undefined;
  /** Needed beside those of the API. */
  readonly scopes: readonly string[];
  /** Null: those of the backend. */
  readonly rewrite: Rewrite | null;
  readonly answerChange: AnswerChange | null;
}

export interface PlanEntry {
  readonly name: string;
  /** Of callers whose proof states none. */
  readonly scopes: ReadonlySet<string>;
  readonly limits: Limits;
}

export interface TenantEntry {
  readonly id: string;
  readonly suspended: boolean;
  /** Null: its APIs are served. */
  readonly maintenance: MaintenanceEntry | null;
  readonly hosts: readonly string[];
  /** Prefixes under which its host-less ApiServices may answer on hosts that are not its own. */
  readonly paths: readonly string[];
  readonly limits: Limits;
}

export type KeyManagerEntry = ApiKeyEntry | TokenEntry | CertificateEntry | SignatureEntry;

export interface ApiKeyEntry {
  readonly type: 'ApiKey';
  readonly id: string;
  /** Lower case. */
  readonly header: string;
}

/** Who says whether a token is good. */
export interface TokenEntry {
  readonly type: 'Token';
  readonly id: string;
  /** Whose tokens it verifies; undefined: it is asked about those of any form. */
  readonly issuer: string | undefined;
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  /** Set: the tokens are our own, given here. */
  readonly endpoint: TokenEndpoint | null;
  readonly forwardToken: boolean;
}

/** Whose certificates callers may show. */
export interface CertificateEntry {
  readonly type: 'Certificate';
  readonly id: string;
  readonly issuers: CertificateIssuers;
}

/** Who takes signed requests. */
export interface SignatureEntry {
  readonly type: 'Signature';
  readonly id: string;
  readonly verifier: RequestVerifier;
}

export interface CredentialEntry {
  readonly name: string;
  readonly subscription: SubscriptionEntry;
  /** Milliseconds since the epoch; the first and the last instant at which it is good. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Null: it signs nothing. */
  readonly signingKey: SigningKey | null;
}

export interface GatewayEntry {
  readonly id: string;
  readonly pepper: Buffer;
  readonly limits: Limits;
  readonly maxRequestBytes: number;
  /** Null: calls are served. */
  readonly maintenance: MaintenanceEntry | null;
  /** Client-Cert of trusted proxies says which certificate the client has shown. */
  readonly readsClientCert: boolean;
  readonly drainDelayMs: number;
  /** Null: every pod counts its limits for itself. Holds a secret. */
  readonly redis: CompiledRedis | null;
  readonly logging: { readonly bodies: boolean; readonly masks: Masks };
}

/** One port, and how it is spoken there. */
export interface ListenerEntry {
  readonly name: string;
  readonly port: number;
  /** Null: plain. */
  readonly tls: TlsSettings | null;
  readonly http2: boolean;
  readonly proxyProtocol: boolean;
}

/** What stands at one path of a {@link TokenEndpoint}. */
export interface TokenEndpointPath {
  readonly endpoint: TokenEndpoint;
  readonly what: 'token' | 'jwks' | 'metadata';
}

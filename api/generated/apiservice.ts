// Generated from crds/apiservices.yaml by `make gen`.
// Objects are typed as they are stored: a field with a default is there, and nothing changes in
// place. What a person writes may leave such fields out; the store fills them in.

import type { Condition } from '#api/conditions.ts';
import type { ObjectMeta } from '#api/object.ts';
import type { Limit } from './shared.ts';

/** An API of an institution: where it is served, what stands behind it, who may call it, and how much. */
export interface ApiService {
  readonly apiVersion: 'simpul.id/v1alpha1';
  readonly kind: 'ApiService';
  readonly metadata: ObjectMeta;
  /** Where the API is served, what stands behind it, who may call it and how much. */
  readonly spec: ApiServiceSpec;
  /**
   * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so
   * that what waits for the operator sees that it has not looked yet. Example: see `conditions`.
   */
  readonly status?: ApiServiceStatus;
}

/** Where the API is served, what stands behind it, who may call it and how much. */
export interface ApiServiceSpec {
  /** Name of the API, as people write it. Example: `Daftar situs perangkat daerah`. */
  readonly displayName: string;
  /**
   * What the API gives, for the catalogue. Default: none. Example: `Situs dan layanan perangkat daerah Provinsi
   * Banten`.
   */
  readonly description?: string;
  /** Version of the API itself. Example: `1.0.0`. */
  readonly version: string;
  /** Words under which the catalogue lists the API. Default: none. Example: `[situs, perangkat-daerah]`. */
  readonly tags?: readonly string[];
  /**
   * Draft: only Subscriptions of its own namespace may call. Published. Deprecated: served with Deprecation, Sunset and
   * Link headers; new Subscriptions are refused. Blocked: answers 503 with `blockedReason`. Retired: answers 410.
   * Default: `Draft`. Example: `Published`.
   */
  readonly lifecycle: 'Draft' | 'Published' | 'Deprecated' | 'Blocked' | 'Retired';
  /**
   * Why the API is blocked, as callers read it in the 503. Default: none; needed when `lifecycle` is `Blocked`.
   * Example: `Perbaikan basis data sampai 20 November`.
   */
  readonly blockedReason?: string;
  /**
   * What callers of a Deprecated API are told (RFC 9745, RFC 8594). Default: since it was first seen Deprecated, no
   * end, no successor. Example: `{sunset: '2027-06-30', successorRef: {name: situs-v2}}`.
   */
  readonly deprecation?: ApiServiceDeprecation;
  /**
   * Who may subscribe: Subscriptions of every Tenant, of the Tenants in `visibleTo`, or of its own namespace alone.
   * Default: `Private`. Example: `Public`.
   */
  readonly visibility: 'Public' | 'Tenants' | 'Private';
  /** Names of the Tenants that may subscribe when `visibility` is `Tenants`. Default: none. Example: `[tangerang]`. */
  readonly visibleTo?: readonly string[];
  /** ApiGateways that serve the API. Example: `[{name: public, namespace: simpul-system}]`. */
  readonly gatewayRefs: readonly ApiServiceGatewayRef[];
  /**
   * Hosts on which the API answers; its Tenant must claim each of them. Default: every host that no Tenant claims for
   * itself, and then the Tenant must claim `basePath`. Example: `[api.bantenprov.go.id]`.
   */
  readonly hosts?: readonly string[];
  /**
   * Path prefix, by whole segments, under which the API answers; it is removed before a call goes to the backend.
   * Example: `/banten/situs/v1`.
   */
  readonly basePath: string;
  /**
   * What stands behind the API. Default: nothing yet, and then `mock` answers. Example: `{endpoints: [{url:
   * 'http://10.1.2.3:9000/situs'}], timeout: 10s}`.
   */
  readonly backend: ApiServiceBackend;
  /**
   * From which addresses calls are taken, judged by the client's address as `trustedProxies` of the ApiGateway let it
   * be known. Default: from everywhere. Example: `{allowFrom: [10.0.0.0/8]}`.
   */
  readonly access?: ApiServiceAccess;
  /**
   * What scripts of other sites may do in browsers (Fetch standard). The gateway answers preflights itself, without a
   * key and without counting them, and replaces what the backend says about it. Default: none, and what the backend
   * says goes on. Example: `{origins: ['https://portal.bantenprov.go.id'], methods: [GET], maxAge: 10m}`.
   */
  readonly cors?: ApiServiceCors;
  /**
   * While this is here, calls get 503 with this message. Default: none, and the API is served. Example: `{message:
   * Pindah server, retryAfter: 30m, allowFrom: [10.1.2.0/24]}`.
   */
  readonly maintenance?: ApiServiceMaintenance;
  /**
   * Answers from the examples of `definition`, else from its schemas; a caller chooses by `Prefer: code=404` and
   * `Prefer: example=NAME` (RFC 7240). Default: none. Example: `{when: Always}`.
   */
  readonly mock?: ApiServiceMock;
  /**
   * Another version that a share of the callers gets. Access log and metrics tell the two apart, and answers say which
   * it was in `Simpul-Version`. Default: none, and all calls go to `backend`. Example: `{version: 2.1.0-rc.1, share:
   * 5%, endpoints: [{url: 'http://10.1.2.4:9000/situs'}]}`.
   */
  readonly canary?: ApiServiceCanary;
  /**
   * Sends copies of calls to another backend, and drops its answers. The callers wait for nothing of it. Default: none.
   * Example: `{url: 'http://10.1.2.9:9000/situs', share: 10%}`.
   */
  readonly mirror?: ApiServiceMirror;
  /**
   * A drill: some calls are held up or refused on purpose, until it is over. Default: none. Example: `{until:
   * '2026-12-01T03:00:00Z', share: 10%, delay: 2s, status: 503}`.
   */
  readonly faultInjection?: ApiServiceFaultInjection;
  /**
   * Compresses answers for callers that accept it (RFC 9110, 12.5.3). Answers that the backend has compressed, parts
   * (206), `no-transform` and event streams go as they are. Default: none, and answers go as they come. Example:
   * `{encodings: [br, gzip]}`.
   */
  readonly compression?: ApiServiceCompression;
  /**
   * Formats in which JSON answers are given, as `?format=` or Accept asks; the first to those who ask for none.
   * Default: answers go as they come. Example: `[json, xml, csv, php, phpserialize]`.
   */
  readonly formats?: readonly ('json' | 'xml' | 'csv' | 'php' | 'phpserialize')[];
  /**
   * Keeps answers to GET in the memory of each gateway pod and gives them to the next who asks, as HTTP caches do (RFC
   * 9111): what the backend says in Cache-Control, Expires, Vary and ETag holds. Default: none, and every call reaches
   * the backend. Example: `{ttl: 60s, keyHeaders: [accept], maxBytes: 1Mi}`.
   */
  readonly cache?: ApiServiceCache;
  /**
   * How callers are known. Default: `{mode: Required}`, with API keys of Subscriptions. Example: `{mode: Optional}`.
   */
  readonly authentication: ApiServiceAuthentication;
  /**
   * What calls and answers look like. Default: none. Example: `{openApi: {configMapRef: {name: penduduk-openapi, key:
   * openapi.yaml}}}`.
   */
  readonly definition?: ApiServiceDefinition;
  /**
   * Whether calls and answers are compared with `definition`. Enforce refuses, Report lets pass and counts, None does
   * not look. With `requests: Enforce` and no `operations` only the operations of the definition pass. Default: neither
   * is. Example: `{requests: Enforce, responses: Report}`.
   */
  readonly validation?: ApiServiceValidation;
  /**
   * Operations that pass; all others are refused. Default: every path and method passes. Example: `[{path:
   * '/nik/{nik}', methods: [GET], limits: [{requests: 10, per: Second}]}]`.
   */
  readonly operations?: readonly ApiServiceOperation[];
  /**
   * Limits over calls to this API, whatever the plan. A call must pass every limit of every level; a refused call
   * counts nowhere. Default: none. Example: `[{requests: 60, per: Minute}]`.
   */
  readonly limits?: readonly Limit[];
  /**
   * Terms under which applications subscribe, by name. Default: none, and Subscriptions name no plan. Example: `{dasar:
   * {limits: [{requests: 60, per: Minute}]}}`.
   */
  readonly plans?: { readonly [name: string]: ApiServicePlan };
  /**
   * Largest request body, in bytes with an optional suffix Ki, Mi or Gi. Default: that of the Tenant or the gateway.
   * Example: `1Mi`.
   */
  readonly maxRequestBytes?: string;
  /**
   * Largest answer of the backend, in bytes with an optional suffix Ki, Mi or Gi: one that says that it is larger gets
   * 502, one that turns out to be is broken off. Default: that of the Tenant or the gateway, else any size. Example:
   * `10Mi`.
   */
  readonly maxResponseBytes?: string;
  /**
   * What the access log says of calls beyond who called which operation, with what outcome. Default: nothing of path,
   * query, header fields and bodies. Example: `{target: Masked, mask: [path.nik, query.npwp, body.nik]}`.
   */
  readonly logging?: ApiServiceLogging;
}

/**
 * What callers of a Deprecated API are told (RFC 9745, RFC 8594). Default: since it was first seen Deprecated, no end,
 * no successor. Example: `{sunset: '2027-06-30', successorRef: {name: situs-v2}}`.
 */
export interface ApiServiceDeprecation {
  /**
   * Day since which the API is deprecated, YYYY-MM-DD in UTC. Default: when the operator first saw it Deprecated.
   * Example: `2026-12-01`.
   */
  readonly since?: string;
  /** Day on which the API will stop answering, YYYY-MM-DD in UTC. Default: none. Example: `2027-06-30`. */
  readonly sunset?: string;
  /** The ApiService to use instead. Default: none. Example: `{name: situs-v2}`. */
  readonly successorRef?: ApiServiceDeprecationSuccessorRef;
}

/** The ApiService to use instead. Default: none. Example: `{name: situs-v2}`. */
export interface ApiServiceDeprecationSuccessorRef {
  /** Name of the ApiService. Example: `situs`. */
  readonly name: string;
  /** Namespace of the ApiService. Default: empty, which is this object's own namespace. Example: `banten`. */
  readonly namespace: string;
}

/** One ApiGateway. Example: `{name: public, namespace: simpul-system}`. */
export interface ApiServiceGatewayRef {
  /** Name of the ApiGateway. Example: `public`. */
  readonly name: string;
  /** Namespace of the ApiGateway. Default: empty, which is this object's own namespace. Example: `simpul-system`. */
  readonly namespace: string;
}

/**
 * What stands behind the API. Default: nothing yet, and then `mock` answers. Example: `{endpoints: [{url:
 * 'http://10.1.2.3:9000/situs'}], timeout: 10s}`.
 */
export interface ApiServiceBackend {
  /**
   * Addresses that serve the calls, each its share by weight. Default: none, which needs `mock`. Example: `[{url:
   * 'https://a.dukcapil.internal/api', weight: 3}]`.
   */
  readonly endpoints: readonly ApiServiceBackendEndpoint[];
  /**
   * Time for a whole answer, from the first byte sent to the last received, as a duration in ms, s, m or h. Default:
   * that of the Tenant or the gateway, else 30s. Example: `10s`.
   */
  readonly timeout?: string;
  /**
   * Time to connect, TLS included, as a duration in ms, s, m or h. Default: that of the Tenant or the gateway, else 5s.
   * Example: `2s`.
   */
  readonly connectTimeout?: string;
  /**
   * Changes to the header fields of requests on their way to the backend. Default: none. Example: `{set: {x-instansi:
   * '36'}, remove: [x-debug]}`.
   */
  readonly headers?: ApiServiceBackendHeaders;
  /**
   * What the backend is asked for instead of what the caller asked for. Default: the path without `basePath`, joined to
   * the endpoint's; the query as it came. Example: `{path: {replacePrefixMatch: /v2}}`.
   */
  readonly rewrite?: ApiServiceBackendRewrite;
  /**
   * Changes to the header fields of the backend's answers. Default: they go on as they are. Example: `{set:
   * {cache-control: no-store}, remove: [server]}`.
   */
  readonly responseHeaders?: ApiServiceBackendResponseHeaders;
  /**
   * How a backend with an https address is verified, and how the gateway shows itself. Default: the public authorities
   * vouch for the host of its URL. Example: `{caRef: {name: dukcapil-ca}, clientCertificateRef: {name:
   * dukcapil-client}, serverName: dukcapil.internal}`.
   */
  readonly tls?: ApiServiceBackendTls;
  /**
   * Secret of this namespace that says by what the backend knows the gateway, of type `kubernetes.io/basic-auth`
   * (`username`, `password`) or `simpul.id/backend-credential` (`username` and `password`, or `token` for a bearer
   * token, or `header.<name>` for each header field). The caller's own Authorization then never goes to the backend.
   * Default: none. Example: `{name: dukcapil-basic}`.
   */
  readonly credentialRef?: ApiServiceBackendCredentialRef;
  /**
   * Where the gateway gets a token for its calls of the backend, by client credentials (RFC 6749, 4.4): `credentialRef`
   * then has the client id as `username` and its secret as `password`. Default: none. Example: `{tokenUrl:
   * 'https://sso.dukcapil.internal/token', scopes: [penduduk]}`.
   */
  readonly oauth2?: ApiServiceBackendOauth2;
  /**
   * What the endpoints speak. `HTTP1`: HTTP/1.1. `HTTP2`: HTTP/2, which gRPC needs; https endpoints have to choose it
   * by ALPN, http endpoints have to take it without being asked (h2c). Default: `HTTP1`. Example: `HTTP2`.
   */
  readonly protocol: 'HTTP1' | 'HTTP2';
  /**
   * Which endpoint gets which call. `RoundRobin`: each in turn by weight. `LeastRequest`: of two drawn by weight the
   * one with fewer calls under way. `ConsistentHash`: always the same for the same `hashOn`. Default: `RoundRobin`.
   * Example: `LeastRequest`.
   */
  readonly loadBalancing: 'RoundRobin' | 'LeastRequest' | 'ConsistentHash';
  /**
   * What calls have in common that go to the same endpoint. Default: `{by: ClientIP}`, where `loadBalancing` is
   * ConsistentHash. Example: `{by: Header, header: x-session}`.
   */
  readonly hashOn?: ApiServiceBackendHashOn;
  /**
   * When an endpoint is left alone, each by itself. What counts as a failure: no connection, no answer in time, a
   * broken connection, no valid HTTP, and the statuses 502, 503 and 504. Default: endpoints are called whatever became
   * of the calls before. Example: `{consecutiveFailures: 5, openFor: 30s, maxRequests: 200}`.
   */
  readonly circuitBreaker?: ApiServiceBackendCircuitBreaker;
  /**
   * How each endpoint is asked whether it is well. One that is not gets no calls while another is; when none is, all
   * get calls. Default: endpoints are not asked. Example: `{path: /healthz, interval: 5s}`.
   */
  readonly healthCheck?: ApiServiceBackendHealthCheck;
  /**
   * When a call is tried again, at another endpoint if there is one: only GET, HEAD, OPTIONS, PUT and DELETE, only
   * while nothing of an answer has gone out, within the time of the call, and never more than a fifth of the calls of
   * the last ten seconds (three a second are always allowed). Default: never, but for a kept connection that turns out
   * to be closed. Example: `{attempts: 2, retryOn: [ConnectFailure, '503'], backoff: 50ms}`.
   */
  readonly retries?: ApiServiceBackendRetries;
  /**
   * Connections that one gateway pod opens to one scheme, host and port; calls beyond it wait within their time.
   * Default: 1024. Example: `64`.
   */
  readonly maxConnections?: number;
  /**
   * Calls that wait for a connection in one gateway pod when no more may be opened; more are refused. Default: 1024.
   * Example: `100`.
   */
  readonly maxPendingRequests?: number;
}

/** One address. Example: `{url: 'http://10.1.2.3:9000/situs'}`. */
export interface ApiServiceBackendEndpoint {
  /**
   * Scheme, host, port and the path that replaces the base path; no credentials, query or fragment. Example:
   * `http://10.1.2.3:9000/situs`.
   */
  readonly url: string;
  /** Share of the calls, relative to the other endpoints. Default: `1`. Example: `3`. */
  readonly weight: number;
}

/**
 * Changes to the header fields of requests on their way to the backend. Default: none. Example: `{set: {x-instansi:
 * '36'}, remove: [x-debug]}`.
 */
export interface ApiServiceBackendHeaders {
  /**
   * Fields that every request carries with this value, whatever the caller sent. Values are no place for secrets.
   * Default: none. Example: `{x-instansi: '36'}`.
   */
  readonly set?: { readonly [name: string]: string };
  /** Fields that no request carries. Default: none. Example: `[x-debug]`. */
  readonly remove?: readonly string[];
}

/**
 * What the backend is asked for instead of what the caller asked for. Default: the path without `basePath`, joined to
 * the endpoint's; the query as it came. Example: `{path: {replacePrefixMatch: /v2}}`.
 */
export interface ApiServiceBackendRewrite {
  /** What becomes of the path. Default: it loses `basePath`. Example: `{replacePrefixMatch: /v2}`. */
  readonly path?: ApiServiceBackendRewritePath;
  /** Changes to the query. Default: it goes on as it came. Example: `{set: {format: json}, remove: [debug]}`. */
  readonly query?: ApiServiceBackendRewriteQuery;
}

/** What becomes of the path. Default: it loses `basePath`. Example: `{replacePrefixMatch: /v2}`. */
export interface ApiServiceBackendRewritePath {
  /** Takes the place of `basePath`, behind the endpoint's own path. Example: `/v2`. */
  readonly replacePrefixMatch: string;
}

/** Changes to the query. Default: it goes on as it came. Example: `{set: {format: json}, remove: [debug]}`. */
export interface ApiServiceBackendRewriteQuery {
  /**
   * Parameters that every call carries with this value, whatever the caller sent. Default: none. Example: `{format:
   * json}`.
   */
  readonly set?: { readonly [name: string]: string };
  /** Parameters that no call carries. Default: none. Example: `[debug]`. */
  readonly remove?: readonly string[];
}

/**
 * Changes to the header fields of the backend's answers. Default: they go on as they are. Example: `{set:
 * {cache-control: no-store}, remove: [server]}`.
 */
export interface ApiServiceBackendResponseHeaders {
  /**
   * Fields that every answer carries with this value, in lower case. Default: none. Example: `{cache-control:
   * no-store}`.
   */
  readonly set?: { readonly [name: string]: string };
  /** Fields that no answer carries, in lower case. Default: none. Example: `[server]`. */
  readonly remove?: readonly string[];
}

/**
 * How a backend with an https address is verified, and how the gateway shows itself. Default: the public authorities
 * vouch for the host of its URL. Example: `{caRef: {name: dukcapil-ca}, clientCertificateRef: {name: dukcapil-client},
 * serverName: dukcapil.internal}`.
 */
export interface ApiServiceBackendTls {
  /**
   * PEM certificates in this namespace of the authorities that alone vouch for the backend. Default: the public ones.
   * Example: `{name: dukcapil-ca, key: ca.crt}`.
   */
  readonly caRef?: ApiServiceBackendTlsCaRef;
  /**
   * Secret of type `kubernetes.io/tls` in this namespace with the certificate and key that the gateway shows (mutual
   * TLS). Default: none. Example: `{name: dukcapil-client}`.
   */
  readonly clientCertificateRef?: ApiServiceBackendTlsClientCertificateRef;
  /**
   * Name that is asked for (SNI) and that the certificate must be for. Default: the host of the endpoint's URL.
   * Example: `dukcapil.internal`.
   */
  readonly serverName?: string;
  /** Oldest version of TLS that is spoken. Default: `TLSv1.2`. Example: `TLSv1.3`. */
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/**
 * PEM certificates in this namespace of the authorities that alone vouch for the backend. Default: the public ones.
 * Example: `{name: dukcapil-ca, key: ca.crt}`.
 */
export interface ApiServiceBackendTlsCaRef {
  /**
   * ConfigMap, or Secret of the types `kubernetes.io/tls`, `simpul.id/backend-credential` or
   * `kubernetes.io/basic-auth`. Default: `ConfigMap`. Example: `Secret`.
   */
  readonly kind: 'ConfigMap' | 'Secret';
  /** Name of the ConfigMap or Secret. Example: `dukcapil-ca`. */
  readonly name: string;
  /** Key within its data. Default: `ca.crt`. Example: `ca.crt`. */
  readonly key: string;
}

/**
 * Secret of type `kubernetes.io/tls` in this namespace with the certificate and key that the gateway shows (mutual
 * TLS). Default: none. Example: `{name: dukcapil-client}`.
 */
export interface ApiServiceBackendTlsClientCertificateRef {
  /** Name of the Secret. Example: `dukcapil-client`. */
  readonly name: string;
}

/**
 * Secret of this namespace that says by what the backend knows the gateway, of type `kubernetes.io/basic-auth`
 * (`username`, `password`) or `simpul.id/backend-credential` (`username` and `password`, or `token` for a bearer token,
 * or `header.<name>` for each header field). The caller's own Authorization then never goes to the backend. Default:
 * none. Example: `{name: dukcapil-basic}`.
 */
export interface ApiServiceBackendCredentialRef {
  /** Name of the Secret. Example: `dukcapil-basic`. */
  readonly name: string;
}

/**
 * Where the gateway gets a token for its calls of the backend, by client credentials (RFC 6749, 4.4): `credentialRef`
 * then has the client id as `username` and its secret as `password`. Default: none. Example: `{tokenUrl:
 * 'https://sso.dukcapil.internal/token', scopes: [penduduk]}`.
 */
export interface ApiServiceBackendOauth2 {
  /** The token endpoint, without credentials, query and fragment. Example: `https://sso.dukcapil.internal/token`. */
  readonly tokenUrl: string;
  /** Scopes that are asked for. Default: none, and the server decides. Example: `[penduduk]`. */
  readonly scopes?: readonly string[];
  /**
   * Parameter `audience` of the request, which some servers need. Default: none. Example:
   * `https://api.dukcapil.internal`.
   */
  readonly audience?: string;
  /**
   * How the server knows the client: `Basic`, or `Form` for servers that take id and secret only in the body. Default:
   * `Basic`. Example: `Form`.
   */
  readonly clientAuthentication: 'Basic' | 'Form';
}

/**
 * What calls have in common that go to the same endpoint. Default: `{by: ClientIP}`, where `loadBalancing` is
 * ConsistentHash. Example: `{by: Header, header: x-session}`.
 */
export interface ApiServiceBackendHashOn {
  /**
   * `ClientIP`, `Subscription` or `Header`. A call without Subscription or without the header counts by its client's
   * address. Example: `Subscription`.
   */
  readonly by: 'ClientIP' | 'Subscription' | 'Header';
  /** Name of the header field, in lower case. Default: none. Example: `x-session`. */
  readonly header?: string;
}

/**
 * When an endpoint is left alone, each by itself. What counts as a failure: no connection, no answer in time, a broken
 * connection, no valid HTTP, and the statuses 502, 503 and 504. Default: endpoints are called whatever became of the
 * calls before. Example: `{consecutiveFailures: 5, openFor: 30s, maxRequests: 200}`.
 */
export interface ApiServiceBackendCircuitBreaker {
  /** Failures in a row after which no call is sent for `openFor`. Default: `5`. Example: `10`. */
  readonly consecutiveFailures: number;
  /**
   * Time without calls, after which a single one decides whether others follow, as a duration in ms, s, m or h.
   * Default: `30s`. Example: `1m`.
   */
  readonly openFor: string;
  /**
   * Calls that one gateway pod has under way at once at one endpoint; more go to other endpoints, or are refused.
   * Default: any number. Example: `200`.
   */
  readonly maxRequests?: number;
}

/**
 * How each endpoint is asked whether it is well. One that is not gets no calls while another is; when none is, all get
 * calls. Default: endpoints are not asked. Example: `{path: /healthz, interval: 5s}`.
 */
export interface ApiServiceBackendHealthCheck {
  /** Path that is asked for with GET, from the root of scheme, host and port. Default: `/`. Example: `/healthz`. */
  readonly path: string;
  /**
   * Time between two questions of one gateway pod, a tenth more or less by chance, as a duration in ms, s, m or h; at
   * least 1s. Default: `10s`. Example: `5s`.
   */
  readonly interval: string;
  /** Time for connection and answer, as a duration in ms, s, m or h. Default: `2s`. Example: `500ms`. */
  readonly timeout: string;
  /** Bad answers in a row after which an endpoint is not well. Default: `3`. Example: `2`. */
  readonly unhealthyAfter: number;
  /** Good answers in a row after which it is well again. Default: `2`. Example: `1`. */
  readonly healthyAfter: number;
  /** Statuses of good answers. Default: 200 to 299. Example: `[200, 401]`. */
  readonly expectedStatuses?: readonly number[];
}

/**
 * When a call is tried again, at another endpoint if there is one: only GET, HEAD, OPTIONS, PUT and DELETE, only while
 * nothing of an answer has gone out, within the time of the call, and never more than a fifth of the calls of the last
 * ten seconds (three a second are always allowed). Default: never, but for a kept connection that turns out to be
 * closed. Example: `{attempts: 2, retryOn: [ConnectFailure, '503'], backoff: 50ms}`.
 */
export interface ApiServiceBackendRetries {
  /** Most attempts after the first. Default: `1`. Example: `2`. */
  readonly attempts: number;
  /**
   * Reasons: `ConnectFailure`, `ResetBeforeAnswer` (the connection ends before a byte of the answer), `Timeout` (no
   * answer within `perTryTimeout`), or a status from 500 to 599, or 429, as text. Example: `[ConnectFailure, '503']`.
   */
  readonly retryOn: readonly string[];
  /**
   * Bound of the pause before the second attempt, drawn by chance and doubled with each further one up to 5 s, as a
   * duration in ms, s, m or h. Default: `25ms`. Example: `50ms`.
   */
  readonly backoff: string;
  /**
   * Time for one attempt up to the head of its answer, as a duration in ms, s, m or h. Default: none. Example: `2s`.
   */
  readonly perTryTimeout?: string;
}

/**
 * From which addresses calls are taken, judged by the client's address as `trustedProxies` of the ApiGateway let it be
 * known. Default: from everywhere. Example: `{allowFrom: [10.0.0.0/8]}`.
 */
export interface ApiServiceAccess {
  /** Only these addresses may call. Default: all that `denyFrom` does not name. Example: `[10.0.0.0/8]`. */
  readonly allowFrom?: readonly string[];
  /** These addresses may not call; wins over `allowFrom`. Default: none. Example: `[10.9.9.0/24]`. */
  readonly denyFrom?: readonly string[];
}

/**
 * What scripts of other sites may do in browsers (Fetch standard). The gateway answers preflights itself, without a key
 * and without counting them, and replaces what the backend says about it. Default: none, and what the backend says goes
 * on. Example: `{origins: ['https://portal.bantenprov.go.id'], methods: [GET], maxAge: 10m}`.
 */
export interface ApiServiceCors {
  /**
   * Sites whose scripts may call: scheme, host and port; `https://*.` stands for any host below, `*` alone for every
   * site. Example: `['https://portal.bantenprov.go.id', 'https://*.bantenprov.go.id']`.
   */
  readonly origins: readonly string[];
  /** Methods that scripts may use. Default: `[GET, HEAD, POST]`. Example: `[GET]`. */
  readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
  /**
   * Header fields that scripts may send beside those that need no permission, in lower case. Default: `[authorization,
   * content-type, x-api-key]`. Example: `[x-api-key]`.
   */
  readonly headers: readonly string[];
  /**
   * Header fields of answers that scripts may read, in lower case, beside those of the gateway (RateLimit, Retry-After,
   * X-Request-Id and others), which they always may. Default: none. Example: `[x-total-count]`.
   */
  readonly exposeHeaders?: readonly string[];
  /** Whether browsers send cookies and the like along. Default: `false`. Example: `true`. */
  readonly credentials: boolean;
  /**
   * How long browsers may keep the answer to a preflight, as a duration in ms, s, m or h. Default: `10m`. Example:
   * `1h`.
   */
  readonly maxAge: string;
}

/**
 * While this is here, calls get 503 with this message. Default: none, and the API is served. Example: `{message: Pindah
 * server, retryAfter: 30m, allowFrom: [10.1.2.0/24]}`.
 */
export interface ApiServiceMaintenance {
  /** What callers read. Example: `Pindah server sampai pukul 22.00`. */
  readonly message: string;
  /** When callers should try again, as a duration in ms, s, m or h. Default: they are not told. Example: `30m`. */
  readonly retryAfter?: string;
  /** Addresses of callers that are served all the same. Default: none. Example: `[10.1.2.0/24]`. */
  readonly allowFrom?: readonly string[];
}

/**
 * Answers from the examples of `definition`, else from its schemas; a caller chooses by `Prefer: code=404` and `Prefer:
 * example=NAME` (RFC 7240). Default: none. Example: `{when: Always}`.
 */
export interface ApiServiceMock {
  /**
   * `Always`, as while there is no backend yet, or `Preferred`: only calls that choose an answer by `Prefer`. Default:
   * `Always`. Example: `Preferred`.
   */
  readonly when: 'Always' | 'Preferred';
}

/**
 * Another version that a share of the callers gets. Access log and metrics tell the two apart, and answers say which it
 * was in `Simpul-Version`. Default: none, and all calls go to `backend`. Example: `{version: 2.1.0-rc.1, share: 5%,
 * endpoints: [{url: 'http://10.1.2.4:9000/situs'}]}`.
 */
export interface ApiServiceCanary {
  /** Version that stands behind these endpoints, other than `spec.version`. Example: `2.1.0-rc.1`. */
  readonly version: string;
  /**
   * Share of the callers that get it, as a percentage. A larger share keeps those of a smaller one; with `0%` only
   * calls of `always` get it. Default: `0%`. Example: `5%`.
   */
  readonly share: string;
  /**
   * What calls have in common that get the same version: `Subscription`, `ClientIP` or `Header`. A call without
   * Subscription or without the header counts by its client's address. Default: `Subscription`. Example: `ClientIP`.
   */
  readonly stickyBy: 'Subscription' | 'ClientIP' | 'Header';
  /** Name of the header field that `stickyBy: Header` goes by, in lower case. Default: none. Example: `x-session`. */
  readonly header?: string;
  /**
   * Calls with this header field get it whatever the share, for those who try it out. Default: none. Example: `{header:
   * x-uji, value: '1'}`.
   */
  readonly always?: ApiServiceCanaryAlways;
  /**
   * Addresses that serve it, in the place of those of `backend`; timeouts, TLS, credential and all else of `backend`
   * hold for them too. Example: `[{url: 'http://10.1.2.4:9000/situs'}]`.
   */
  readonly endpoints: readonly ApiServiceCanaryEndpoint[];
}

/**
 * Calls with this header field get it whatever the share, for those who try it out. Default: none. Example: `{header:
 * x-uji, value: '1'}`.
 */
export interface ApiServiceCanaryAlways {
  /** Name of the field, in lower case. Example: `x-uji`. */
  readonly header: string;
  /** Its whole value. Example: `1`. */
  readonly value: string;
}

/** One address. Example: `{url: 'http://10.1.2.4:9000/situs'}`. */
export interface ApiServiceCanaryEndpoint {
  /**
   * Scheme, host, port and the path that replaces the base path; no credentials, query or fragment. Example:
   * `http://10.1.2.4:9000/situs`.
   */
  readonly url: string;
  /** Share of the calls, relative to the other endpoints. Default: `1`. Example: `3`. */
  readonly weight: number;
}

/**
 * Sends copies of calls to another backend, and drops its answers. The callers wait for nothing of it. Default: none.
 * Example: `{url: 'http://10.1.2.9:9000/situs', share: 10%}`.
 */
export interface ApiServiceMirror {
  /**
   * Scheme, host, port and the path that replaces the base path; no credentials, query or fragment. It gets the fields
   * that callers send and that `backend.headers` sets, but not `backend.credentialRef`. Example:
   * `http://10.1.2.9:9000/situs`.
   */
  readonly url: string;
  /** Share of the calls that are copied, as a percentage. Default: `100%`. Example: `10%`. */
  readonly share: string;
  /**
   * Methods whose calls are copied. Others may have an effect, which the copy would have too. Default: `[GET, HEAD]`.
   * Example: `[GET, POST]`.
   */
  readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
  /**
   * Calls with a larger body are not copied, in bytes with an optional suffix Ki, Mi or Gi, at most 1Mi. Default:
   * `64Ki`. Example: `256Ki`.
   */
  readonly maxRequestBytes: string;
  /**
   * Time for the whole answer to a copy, as a duration in ms, s, m or h, at most 60s. Default: `5s`. Example: `2s`.
   */
  readonly timeout: string;
  /** Copies that one gateway pod has under way at once; more calls are not copied. Default: `64`. Example: `16`. */
  readonly maxCalls: number;
}

/**
 * A drill: some calls are held up or refused on purpose, until it is over. Default: none. Example: `{until:
 * '2026-12-01T03:00:00Z', share: 10%, delay: 2s, status: 503}`.
 */
export interface ApiServiceFaultInjection {
  /** When it ends by itself, RFC 3339; at most 7 days ahead. Example: `2026-12-01T03:00:00Z`. */
  readonly until: string;
  /** Share of the calls that it is about, as a percentage. Default: `100%`. Example: `10%`. */
  readonly share: string;
  /** How long calls are held up, as a duration in ms, s, m or h, at most 30s. Default: not at all. Example: `2s`. */
  readonly delay?: string;
  /** Status of the refusal, `GW_FAULT_INJECTED`; with `delay` after that. Default: calls go on. Example: `503`. */
  readonly status?: number;
  /**
   * Only calls of these Subscriptions. Default: of everybody. Example: `[{name: perizinan, namespace: tangerang}]`.
   */
  readonly subscriptionRefs?: readonly ApiServiceFaultInjectionSubscriptionRef[];
  /** Only calls with this header field. Default: all. Example: `{name: x-latihan, value: '1'}`. */
  readonly header?: ApiServiceFaultInjectionHeader;
}

/** One Subscription. Example: `{name: perizinan, namespace: tangerang}`. */
export interface ApiServiceFaultInjectionSubscriptionRef {
  /** Name of the Subscription. Example: `perizinan`. */
  readonly name: string;
  /** Namespace of the Subscription. Default: empty, which is this object's own namespace. Example: `tangerang`. */
  readonly namespace: string;
}

/** Only calls with this header field. Default: all. Example: `{name: x-latihan, value: '1'}`. */
export interface ApiServiceFaultInjectionHeader {
  /** Name of the field, in lower case. Example: `x-latihan`. */
  readonly name: string;
  /** Its whole value. Example: `1`. */
  readonly value: string;
}

/**
 * Compresses answers for callers that accept it (RFC 9110, 12.5.3). Answers that the backend has compressed, parts
 * (206), `no-transform` and event streams go as they are. Default: none, and answers go as they come. Example:
 * `{encodings: [br, gzip]}`.
 */
export interface ApiServiceCompression {
  /** Content codings, the preferred one first. Default: `[br, gzip]`. Example: `[gzip]`. */
  readonly encodings: readonly ('br' | 'gzip' | 'zstd')[];
  /**
   * Bodies shorter than this go as they are, in bytes with an optional suffix Ki, Mi or Gi; one whose length is not
   * known is compressed. Default: `1Ki`. Example: `512`.
   */
  readonly minBytes: string;
  /**
   * Media types that are compressed: a type, all below one (`text/*`), or all with a suffix (`*+json`). Default: texts,
   * JSON, XML and what is made of them. Example: `[application/json]`.
   */
  readonly types: readonly string[];
}

/**
 * Keeps answers to GET in the memory of each gateway pod and gives them to the next who asks, as HTTP caches do (RFC
 * 9111): what the backend says in Cache-Control, Expires, Vary and ETag holds. Default: none, and every call reaches
 * the backend. Example: `{ttl: 60s, keyHeaders: [accept], maxBytes: 1Mi}`.
 */
export interface ApiServiceCache {
  /**
   * How long an answer with status 2xx or 3xx is fresh when the backend does not say, as a duration in ms, s, m or h;
   * `0s`: only what the backend says is kept. Example: `60s`.
   */
  readonly ttl: string;
  /**
   * Request header fields by which answers are told apart, in lower case, beside those that the backend names in Vary.
   * Default: none. Example: `[accept]`.
   */
  readonly keyHeaders?: readonly string[];
  /**
   * Largest body that is kept, in bytes with an optional suffix Ki, Mi or Gi; at most 16Mi. Default: `1Mi`. Example:
   * `256Ki`.
   */
  readonly maxBytes: string;
  /**
   * Whether one answer serves all callers. Only for data that is the same for everybody: without it each Subscription,
   * and each user that Authorization or Cookie names, has answers of its own. Default: `false`. Example: `true`.
   */
  readonly shared: boolean;
  /**
   * How long after its freshness an answer is still given while a newer one is fetched, as a duration in ms, s, m or h,
   * when the backend does not say. Default: `0s`. Example: `30s`.
   */
  readonly staleWhileRevalidate: string;
  /**
   * How long after its freshness an answer is still given while the backend fails, as a duration in ms, s, m or h, when
   * the backend does not say. Default: `0s`. Example: `10m`.
   */
  readonly staleIfError: string;
}

/** How callers are known. Default: `{mode: Required}`, with API keys of Subscriptions. Example: `{mode: Optional}`. */
export interface ApiServiceAuthentication {
  /**
   * `Required`: no call without a credential. `Optional`: without one as anonymous, but a wrong one is refused. `None`:
   * nobody is asked. Default: `Required`. Example: `None`.
   */
  readonly mode: 'Required' | 'Optional' | 'None';
  /**
   * KeyManagers that vouch for callers. Default: none, which means API keys of Subscriptions in the header X-API-Key.
   * Example: `[{name: kunci, namespace: simpul-system}]`.
   */
  readonly keyManagerRefs?: readonly ApiServiceAuthenticationKeyManagerRef[];
  /**
   * Scopes that every call needs, all of them, as its token carries them; callers with an API key have those of their
   * plan. Default: none. Example: `[penduduk.baca]`.
   */
  readonly scopes?: readonly string[];
}

/** One KeyManager. Example: `{name: kunci, namespace: simpul-system}`. */
export interface ApiServiceAuthenticationKeyManagerRef {
  /** Name of the KeyManager. Example: `sso`. */
  readonly name: string;
  /** Namespace of the KeyManager. Default: empty, which is this object's own namespace. Example: `simpul-system`. */
  readonly namespace: string;
}

/**
 * What calls and answers look like. Default: none. Example: `{openApi: {configMapRef: {name: penduduk-openapi, key:
 * openapi.yaml}}}`.
 */
export interface ApiServiceDefinition {
  /**
   * An OpenAPI document, 3.0 or 3.1, as JSON or YAML, complete in itself; its paths are relative to `basePath`.
   * Example: `{configMapRef: {name: penduduk-openapi, key: openapi.yaml}}`.
   */
  readonly openApi: ApiServiceDefinitionOpenApi;
}

/**
 * An OpenAPI document, 3.0 or 3.1, as JSON or YAML, complete in itself; its paths are relative to `basePath`. Example:
 * `{configMapRef: {name: penduduk-openapi, key: openapi.yaml}}`.
 */
export interface ApiServiceDefinitionOpenApi {
  /**
   * The document itself; a longer one goes into a ConfigMap. Default: none. Example: `{openapi: 3.1.0, info: {title:
   * Situs, version: 1.0.0}, paths: {}}`.
   */
  readonly inline?: string;
  /**
   * A key of a ConfigMap in this object's namespace that holds the document. Default: none. Example: `{name:
   * penduduk-openapi, key: openapi.yaml}`.
   */
  readonly configMapRef?: ApiServiceDefinitionOpenApiConfigMapRef;
  /**
   * Where the operator fetches the document, once, until it has the one that `sha256` names; it follows no redirects.
   * Default: none. Example: `https://dukcapil.example.go.id/openapi.yaml`.
   */
  readonly url?: string;
  /**
   * SHA-256 of the document at `url`, in lower-case hexadecimal digits. Default: none; needed with `url`. Example:
   * `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`.
   */
  readonly sha256?: string;
}

/**
 * A key of a ConfigMap in this object's namespace that holds the document. Default: none. Example: `{name:
 * penduduk-openapi, key: openapi.yaml}`.
 */
export interface ApiServiceDefinitionOpenApiConfigMapRef {
  /** Name of the ConfigMap. Example: `penduduk-openapi`. */
  readonly name: string;
  /** Key under which the document stands. Example: `openapi.yaml`. */
  readonly key: string;
}

/**
 * Whether calls and answers are compared with `definition`. Enforce refuses, Report lets pass and counts, None does not
 * look. With `requests: Enforce` and no `operations` only the operations of the definition pass. Default: neither is.
 * Example: `{requests: Enforce, responses: Report}`.
 */
export interface ApiServiceValidation {
  /** Parameters and bodies of calls. Default: `Enforce`. Example: `Report`. */
  readonly requests: 'Enforce' | 'Report' | 'None';
  /** Answers of the backend: status, media type and JSON body. Default: `None`. Example: `Report`. */
  readonly responses: 'Enforce' | 'Report' | 'None';
}

/** One operation. Example: `{path: '/nik/{nik}', methods: [GET]}`. */
export interface ApiServiceOperation {
  /**
   * Path relative to `basePath`; `{name}` stands for one segment, a last segment `*` for the rest. Example:
   * `/nik/{nik}`.
   */
  readonly path: string;
  /** HTTP methods that pass. Default: all. Example: `[GET]`. */
  readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
  /**
   * Time for a whole answer of this operation, as a duration in ms, s, m or h. Default: the backend's `timeout`.
   * Example: `3s`.
   */
  readonly timeout?: string;
  /**
   * Scopes that calls of this operation need beside those of `authentication`, all of them. Default: none. Example:
   * `[penduduk.nik]`.
   */
  readonly scopes?: readonly string[];
  /**
   * What the backend is asked for instead of what the caller asked for. Default: what `backend.rewrite` says, for path
   * and query each. Example: `{path: {replaceFullPath: '/penduduk/{nik}'}}`.
   */
  readonly rewrite?: ApiServiceOperationRewrite;
  /**
   * Changes to the header fields of the backend's answers, beside those of `backend.responseHeaders`, which these go
   * before. Default: those of `backend.responseHeaders`. Example: `{set: {cache-control: no-store}, remove: [server]}`.
   */
  readonly responseHeaders?: ApiServiceOperationResponseHeaders;
  /**
   * Limits over calls to this operation. A call must pass every limit of every level; a refused call counts nowhere.
   * Default: none. Example: `[{requests: 60, per: Minute}]`.
   */
  readonly limits?: readonly Limit[];
}

/**
 * What the backend is asked for instead of what the caller asked for. Default: what `backend.rewrite` says, for path
 * and query each. Example: `{path: {replaceFullPath: '/penduduk/{nik}'}}`.
 */
export interface ApiServiceOperationRewrite {
  /** What becomes of the path. Default: as `backend.rewrite` says. Example: `{replaceFullPath: '/penduduk/{nik}'}`. */
  readonly path?: ApiServiceOperationRewritePath;
  /** Changes to the query. Default: it goes on as it came. Example: `{set: {format: json}, remove: [debug]}`. */
  readonly query?: ApiServiceOperationRewriteQuery;
}

/** What becomes of the path. Default: as `backend.rewrite` says. Example: `{replaceFullPath: '/penduduk/{nik}'}`. */
export interface ApiServiceOperationRewritePath {
  /**
   * The whole path behind the endpoint's own. `{name}` is the segment of that name in `path`, a last segment `*` the
   * rest where `path` ends so. Example: `/penduduk/{nik}/rinci`.
   */
  readonly replaceFullPath: string;
}

/** Changes to the query. Default: it goes on as it came. Example: `{set: {format: json}, remove: [debug]}`. */
export interface ApiServiceOperationRewriteQuery {
  /**
   * Parameters that every call carries with this value, whatever the caller sent; `{name}` is the segment of that name
   * in `path`. Default: none. Example: `{format: json}`.
   */
  readonly set?: { readonly [name: string]: string };
  /** Parameters that no call carries. Default: none. Example: `[debug]`. */
  readonly remove?: readonly string[];
}

/**
 * Changes to the header fields of the backend's answers, beside those of `backend.responseHeaders`, which these go
 * before. Default: those of `backend.responseHeaders`. Example: `{set: {cache-control: no-store}, remove: [server]}`.
 */
export interface ApiServiceOperationResponseHeaders {
  /**
   * Fields that every answer carries with this value, in lower case. Default: none. Example: `{cache-control:
   * no-store}`.
   */
  readonly set?: { readonly [name: string]: string };
  /** Fields that no answer carries, in lower case. Default: none. Example: `[server]`. */
  readonly remove?: readonly string[];
}

/** One plan. Example: `{displayName: Dasar, approval: Automatic, limits: [{requests: 60, per: Minute}]}`. */
export interface ApiServicePlan {
  /** Name of the plan, as people write it. Default: its name. Example: `Dasar`. */
  readonly displayName?: string;
  /** What the plan is for. Default: none. Example: `Untuk uji coba dan aplikasi kecil`. */
  readonly description?: string;
  /**
   * Whether a Subscription to this plan waits for an Approval in this namespace. Default: `Automatic`. Example:
   * `Manual`.
   */
  readonly approval: 'Automatic' | 'Manual';
  /**
   * Scopes that callers on this plan have whose credential states none itself, such as an API key. Tokens bring their
   * own. Default: none. Example: `[penduduk.baca]`.
   */
  readonly scopes?: readonly string[];
  /**
   * Limits over calls on this plan. A call must pass every limit of every level; a refused call counts nowhere.
   * Default: none. Example: `[{requests: 60, per: Minute}]`.
   */
  readonly limits?: readonly Limit[];
}

/**
 * What the access log says of calls beyond who called which operation, with what outcome. Default: nothing of path,
 * query, header fields and bodies. Example: `{target: Masked, mask: [path.nik, query.npwp, body.nik]}`.
 */
export interface ApiServiceLogging {
  /**
   * Whether path and query are logged. `Masked`: as `path`, where an operation of this API says which segments are
   * parameters, and as `query`; values that `mask` names, values that look like personal numbers (15 digits or more),
   * and whatever cannot be taken apart are left out. Default: `None`. Example: `Masked`.
   */
  readonly target: 'None' | 'Masked';
  /** Header fields of requests that are logged, in lower case. Default: none. Example: `[x-instansi, user-agent]`. */
  readonly headers?: readonly string[];
  /**
   * Whether JSON bodies of requests and answers are logged, of some calls, with what `mask` names left out. Only where
   * the ApiGateway permits it. Default: `None`. Example: `Sampled`.
   */
  readonly bodies: 'None' | 'Sampled';
  /** Share of calls whose bodies are logged, as a percentage. Default: `1%`. Example: `0.1%`. */
  readonly sampleRate: string;
  /**
   * Largest body that is logged, in bytes with an optional suffix Ki, Mi or Gi, at most 64Ki; of larger ones only the
   * size is. Default: `4Ki`. Example: `16Ki`.
   */
  readonly maxBytes: string;
  /**
   * Names whose values are never logged, wherever they stand and however they are spelt: parameters of operations
   * (`path.nik`), of the query (`query.npwp`), header fields (`header.x-nik`), and members of JSON bodies at any depth
   * (`body.nik`; `body.orang.nik` only within `orang`). Those of the ApiGateway hold as well. Default: none. Example:
   * `[path.nik, query.npwp, body.nik]`.
   */
  readonly mask?: readonly string[];
}

/**
 * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that
 * what waits for the operator sees that it has not looked yet. Example: see `conditions`.
 */
export interface ApiServiceStatus {
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
  /**
   * When the operator first saw this API Deprecated, RFC 3339 in UTC. Subscriptions accepted before then keep working.
   * Default: absent until then. Example: `2026-12-01T00:00:00Z`.
   */
  readonly deprecatedAt?: string;
  /**
   * Where the gateways stand with this API while `Programmed` is not True. Default: absent once every gateway serves
   * it. Example: `[{gateway: simpul-system/public, acknowledged: 1, expected: 2, laggards: [public-7d9-x2x]}]`.
   */
  readonly gateways?: readonly ApiServiceStatusGateway[];
}

/** One ApiGateway. Example: `{gateway: simpul-system/public, acknowledged: 1, expected: 2}`. */
export interface ApiServiceStatusGateway {
  /** Namespace and name of the ApiGateway. Example: `simpul-system/public`. */
  readonly gateway: string;
  /** Number of pods that serve this generation. Example: `1`. */
  readonly acknowledged: number;
  /** Number of pods that are ready. Example: `2`. */
  readonly expected: number;
  /** Pods that do not serve it yet, the first ten by name. Default: none. Example: `[public-7d9-x2x]`. */
  readonly laggards?: readonly string[];
}

// Generated from crds/apigateways.yaml by `make gen`.
// Objects are typed as they are stored: a field with a default is there, and nothing changes in
// place. What a person writes may leave such fields out; the store fills them in.

import type { Condition } from '#api/conditions.ts';
import type { ObjectMeta } from '#api/object.ts';
import type { Limit, TenantSelection } from './shared.ts';

/** One fleet of stateless gateway pods: listeners, who may attach APIs, and the limits that hold for all of them. */
export interface ApiGateway {
  readonly apiVersion: 'simpul.id/v1alpha1';
  readonly kind: 'ApiGateway';
  readonly metadata: ObjectMeta;
  /** What the fleet listens on, for whom, and what holds for every call. */
  readonly spec: ApiGatewaySpec;
  /**
   * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so
   * that what waits for the operator sees that it has not looked yet. Example: see `conditions`.
   */
  readonly status?: ApiGatewayStatus;
}

/** What the fleet listens on, for whom, and what holds for every call. */
export interface ApiGatewaySpec {
  /**
   * Which installation looks after this object, where one cluster holds several. Default: `simpul`. Example:
   * `simpul-banten`.
   */
  readonly className: string;
  /** Number of gateway pods. Default: `2`. Example: `3`. */
  readonly replicas: number;
  /**
   * Lets a HorizontalPodAutoscaler choose the number of pods by their load, instead of `replicas` (docs/scaling.md).
   * Default: none, and `replicas` holds. Example: `{minReplicas: 2, maxReplicas: 10, cpuPercent: 70}`.
   */
  readonly autoscaling?: ApiGatewayAutoscaling;
  /**
   * Processes of each pod that serve calls, side by side on the same ports; each has a CPU of its own. One, and more
   * pods, is right for most; more where pods are few and large. Limits count each process, caches and circuit breakers
   * belong to one. Default: `1`. Example: `4`.
   */
  readonly workers: number;
  /** Ports on which every pod accepts calls. Example: `[{name: http, protocol: HTTP, port: 8080}]`. */
  readonly listeners: readonly ApiGatewayListener[];
  /** Which Tenants' ApiServices may name this ApiGateway. Default: none. Example: `{from: All}`. */
  readonly tenants?: TenantSelection;
  /**
   * Which backend addresses ApiServices on this gateway may reach, judged when a connection is made, after DNS. Public
   * and private addresses pass; loopback, link-local, metadata, unspecified and multicast addresses, the API server and
   * the pod itself are refused unless listed. Default: nothing beyond that. Example: `{allow: [127.0.0.0/8]}`.
   */
  readonly backendAccess?: ApiGatewayBackendAccess;
  /**
   * Addresses of load balancers in front whose X-Forwarded-For is believed. Default: none, so that the peer's own
   * address is the client's. Example: `[10.0.0.0/24]`.
   */
  readonly trustedProxies?: readonly string[];
  /**
   * Whether the field `Client-Cert` (RFC 9440) of `trustedProxies`, which end TLS in front, says which certificate the
   * client has shown them. `TrustedProxies`: yes, and a certificate of their own says nothing about callers. They must
   * verify certificates and remove the field from what callers send: one that lets it through lets in whoever has seen
   * a certificate. Default: `Ignore`. Example: `TrustedProxies`.
   */
  readonly clientCertHeader?: 'Ignore' | 'TrustedProxies';
  /**
   * Ceilings over all that this fleet serves. A call must pass every limit of every level; a refused call counts
   * nowhere. Default: none. Example: `[{requests: 60, per: Minute}]`.
   */
  readonly limits?: readonly Limit[];
  /**
   * Where all pods count limits together: a Redis of 6.2 or newer, alone or watched by Sentinels; a Redis Cluster is
   * refused. Default: none, and each pod counts for itself. Example: `{address: redis.simpul-system:6379,
   * credentialRef: {name: redis}}`.
   */
  readonly redis?: ApiGatewayRedis;
  /**
   * IANA time zone in which Day and Month windows begin at midnight. Default: `Asia/Jakarta`. Example: `Asia/Makassar`.
   */
  readonly timeZone: string;
  /**
   * Largest request body that an ApiService accepts when it says nothing itself, in bytes with an optional suffix Ki,
   * Mi or Gi. Default: `10Mi`. Example: `1Gi`.
   */
  readonly maxRequestBytes: string;
  /**
   * What an ApiService gets that says nothing itself. Default: 30s to answer, 5s to connect. Example: `{timeout: 10s}`.
   */
  readonly defaults?: ApiGatewayDefaults;
  /**
   * What no ApiService exceeds: a larger value is cut to it, and the ApiService says so in a Warning. Default: none.
   * Example: `{timeout: 1m, maxRequestBytes: 100Mi}`.
   */
  readonly ceilings?: ApiGatewayCeilings;
  /**
   * How Prometheus' operator finds the pods. A ServiceMonitor is made wherever the cluster knows that kind
   * (docs/observability.md). Default: one without labels of yours. Example: `{labels: {release:
   * kube-prometheus-stack}}`.
   */
  readonly monitoring?: ApiGatewayMonitoring;
  /**
   * Brings callers from outside of the cluster to the fleet by a controller that the cluster has (docs/exposing.md).
   * Default: nothing is made, and the Service is reached from inside. Example: `{kind: Ingress, ingressClassName:
   * nginx, hosts: [api.bantenprov.go.id]}`.
   */
  readonly expose?: ApiGatewayExpose;
  /**
   * Who writes the NetworkPolicy of the pods: `Managed`: the operator (docs/network.md); `None`: somebody else, or
   * nobody. Default: `Managed`. Example: `None`.
   */
  readonly networkPolicies?: 'Managed' | 'None';
  /**
   * While this is here, all calls of this gateway get 503 with this message. Default: none. Example: `{message: Pindah
   * server, retryAfter: 30m, allowFrom: [10.1.2.0/24]}`.
   */
  readonly maintenance?: ApiGatewayMaintenance;
  /**
   * How long a pod that is asked to stop goes on accepting calls, so that load balancers see it leave, as a duration in
   * ms, s, m or h. Default: `10s`. Example: `15s`.
   */
  readonly drainDelay: string;
  /**
   * What ApiServices on this gateway may have logged. Default: no bodies. Example: `{bodies: Sampled, mask:
   * [body.nik]}`.
   */
  readonly logging?: ApiGatewayLogging;
  /**
   * Spans of calls, sent by OTLP over HTTP to an OpenTelemetry collector, Jaeger or the like. Default: none. Example:
   * `{endpoint: 'http://jaeger-collector.observability:4318', sampleRate: 1%}`.
   */
  readonly tracing?: ApiGatewayTracing;
  /**
   * After etcd was restored to an older state: that this state may count as it is, RFC 3339. It ends what gateways
   * noticed until then (`status.rolledBack`), and what they withhold since. Default: none. Example:
   * `2026-11-20T03:00:00Z`.
   */
  readonly stateConfirmedAt?: string;
}

/**
 * Lets a HorizontalPodAutoscaler choose the number of pods by their load, instead of `replicas` (docs/scaling.md).
 * Default: none, and `replicas` holds. Example: `{minReplicas: 2, maxReplicas: 10, cpuPercent: 70}`.
 */
export interface ApiGatewayAutoscaling {
  /** Fewest gateway pods. Default: `2`. Example: `3`. */
  readonly minReplicas: number;
  /** Most gateway pods. Example: `10`. */
  readonly maxReplicas: number;
  /**
   * How much of their CPUs (one for each of `workers`) pods use on average before there are more of them, as a
   * percentage; asks for metrics-server or its like in the cluster. Default: `70`. Example: `50`.
   */
  readonly cpuPercent: number;
  /**
   * How many calls pods have under way on average before there are more of them; asks for an adapter that serves
   * `simpul_gateway_calls_in_flight` under custom.metrics.k8s.io, and without it CPU alone decides. Default: none, CPU
   * alone decides. Example: `200`.
   */
  readonly callsInFlight?: number;
}

/** One port. Example: `{name: http, protocol: HTTP, port: 8080}`. */
export interface ApiGatewayListener {
  /** Name of the listener, also of the Service's port. Example: `http`. */
  readonly name: string;
  /** What is spoken there; HTTPS needs `tls`. Example: `HTTPS`. */
  readonly protocol: 'HTTP' | 'HTTPS';
  /** TCP port; pods run without privileges, so ports below 1024 are refused. Example: `8080`. */
  readonly port: number;
  /**
   * Whether HTTP/2 is spoken beside HTTP/1.1: with HTTPS for clients that offer it (ALPN), with HTTP for those that
   * know it beforehand. Default: `Enabled` with HTTPS, `Disabled` with HTTP. Example: `Enabled`.
   */
  readonly http2?: 'Enabled' | 'Disabled';
  /**
   * Whether every connection begins with a header of the PROXY protocol, version 1 or 2, which names the client; those
   * that do not, or that do not come from one of `trustedProxies`, are closed. Default: `None`. Example: `Required`.
   */
  readonly proxyProtocol: 'None' | 'Required';
  /**
   * How the port speaks TLS. Default: none; needed when `protocol` is HTTPS. Example: `{certificateRefs: [{name:
   * gateway-tls}]}`.
   */
  readonly tls?: ApiGatewayListenerTls;
}

/**
 * How the port speaks TLS. Default: none; needed when `protocol` is HTTPS. Example: `{certificateRefs: [{name:
 * gateway-tls}]}`.
 */
export interface ApiGatewayListenerTls {
  /**
   * Certificates with their keys. A client is shown the first whose DNS names hold the name that it asks for, else the
   * first of all. Example: `[{name: gateway-tls}]`.
   */
  readonly certificateRefs: readonly ApiGatewayListenerTlsCertificateRef[];
  /**
   * Has cert-manager write the first of `certificateRefs`, and renew it (docs/policies/tls.md). Default: somebody else
   * writes it. Example: `{issuerRef: {kind: ClusterIssuer, name: letsencrypt}, dnsNames: [api.bantenprov.go.id]}`.
   */
  readonly issue?: ApiGatewayListenerTlsIssue;
  /** Lowest version of TLS. Default: `TLSv1.2`. Example: `TLSv1.3`. */
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /**
   * Asks clients for a certificate. Default: they are not asked. Example: `{mode: Required, caRef: {name: partner-ca,
   * key: ca.crt}}`.
   */
  readonly clientCertificates?: ApiGatewayListenerTlsClientCertificates;
}

/** A Secret of type `kubernetes.io/tls` in this object's namespace. Example: `{name: gateway-tls}`. */
export interface ApiGatewayListenerTlsCertificateRef {
  /** Name of the Secret. Example: `gateway-tls`. */
  readonly name: string;
}

/**
 * Has cert-manager write the first of `certificateRefs`, and renew it (docs/policies/tls.md). Default: somebody else
 * writes it. Example: `{issuerRef: {kind: ClusterIssuer, name: letsencrypt}, dnsNames: [api.bantenprov.go.id]}`.
 */
export interface ApiGatewayListenerTlsIssue {
  /** Who signs it. Example: `{kind: ClusterIssuer, name: letsencrypt}`. */
  readonly issuerRef: ApiGatewayListenerTlsIssueIssuerRef;
  /** Names that it is for. Example: `[api.bantenprov.go.id]`. */
  readonly dnsNames: readonly string[];
}

/** Who signs it. Example: `{kind: ClusterIssuer, name: letsencrypt}`. */
export interface ApiGatewayListenerTlsIssueIssuerRef {
  /** `Issuer` of this object's namespace, or `ClusterIssuer`. Default: `Issuer`. Example: `ClusterIssuer`. */
  readonly kind: 'Issuer' | 'ClusterIssuer';
  /** Name of the issuer. Example: `letsencrypt`. */
  readonly name: string;
}

/**
 * Asks clients for a certificate. Default: they are not asked. Example: `{mode: Required, caRef: {name: partner-ca,
 * key: ca.crt}}`.
 */
export interface ApiGatewayListenerTlsClientCertificates {
  /** `Required`: no call without one; `Optional`: one that is shown must be good. Example: `Required`. */
  readonly mode: 'Optional' | 'Required';
  /**
   * A key of a ConfigMap in this object's namespace that holds the certificates of the authorities, as PEM. Example:
   * `{name: partner-ca, key: ca.crt}`.
   */
  readonly caRef: ApiGatewayListenerTlsClientCertificatesCaRef;
}

/**
 * A key of a ConfigMap in this object's namespace that holds the certificates of the authorities, as PEM. Example:
 * `{name: partner-ca, key: ca.crt}`.
 */
export interface ApiGatewayListenerTlsClientCertificatesCaRef {
  /** Name of the ConfigMap. Example: `partner-ca`. */
  readonly name: string;
  /** Key under which the certificates stand. Example: `ca.crt`. */
  readonly key: string;
}

/**
 * Which backend addresses ApiServices on this gateway may reach, judged when a connection is made, after DNS. Public
 * and private addresses pass; loopback, link-local, metadata, unspecified and multicast addresses, the API server and
 * the pod itself are refused unless listed. Default: nothing beyond that. Example: `{allow: [127.0.0.0/8]}`.
 */
export interface ApiGatewayBackendAccess {
  /** Special addresses that may be reached all the same. Default: none. Example: `[127.0.0.0/8]`. */
  readonly allow?: readonly string[];
  /** Addresses that may not be reached; wins over `allow`. Default: none. Example: `[10.96.0.0/16]`. */
  readonly deny?: readonly string[];
}

/**
 * Where all pods count limits together: a Redis of 6.2 or newer, alone or watched by Sentinels; a Redis Cluster is
 * refused. Default: none, and each pod counts for itself. Example: `{address: redis.simpul-system:6379, credentialRef:
 * {name: redis}}`.
 */
export interface ApiGatewayRedis {
  /** Host and port of Redis. Default: none; needed without `sentinel`. Example: `redis.simpul-system:6379`. */
  readonly address?: string;
  /**
   * Sentinels that know which Redis is the master now. Default: none; needed without `address`. Example: `{masterName:
   * simpul, addresses: ['sentinel-0.redis:26379']}`.
   */
  readonly sentinel?: ApiGatewayRedisSentinel;
  /**
   * Speaks TLS with Redis and its Sentinels. Default: not encrypted. Example: `{caRef: {name: redis-ca, key: ca.crt}}`.
   */
  readonly tls?: ApiGatewayRedisTls;
  /**
   * Secret of this namespace of type `kubernetes.io/basic-auth`: `username` (empty or left out: the default user) and
   * `password`. Which rights the user needs: docs/policies/limits.md. Default: none. Example: `{name: redis}`.
   */
  readonly credentialRef?: ApiGatewayRedisCredentialRef;
  /**
   * Beginning of every key, so that several ApiGateways can share one Redis. Default: made of its namespace and name.
   * Example: `simpul/public/`.
   */
  readonly keyPrefix?: string;
  /**
   * How long a call waits for Redis before the pod decides by itself, at most 1s, as a duration in ms, s, m or h.
   * Default: `50ms`. Example: `100ms`.
   */
  readonly timeout: string;
}

/**
 * Sentinels that know which Redis is the master now. Default: none; needed without `address`. Example: `{masterName:
 * simpul, addresses: ['sentinel-0.redis:26379']}`.
 */
export interface ApiGatewayRedisSentinel {
  /** Name under which the Sentinels watch it. Example: `simpul`. */
  readonly masterName: string;
  /** Host and port of each Sentinel. Example: `['sentinel-0.redis:26379']`. */
  readonly addresses: readonly string[];
  /**
   * Secret of this namespace of type `kubernetes.io/basic-auth` that the Sentinels themselves want: `username` (empty
   * or left out: the default user) and `password`. Default: none, they want none. Example: `{name: redis-sentinel}`.
   */
  readonly credentialRef?: ApiGatewayRedisSentinelCredentialRef;
}

/**
 * Secret of this namespace of type `kubernetes.io/basic-auth` that the Sentinels themselves want: `username` (empty or
 * left out: the default user) and `password`. Default: none, they want none. Example: `{name: redis-sentinel}`.
 */
export interface ApiGatewayRedisSentinelCredentialRef {
  /** Name of the Secret. Example: `redis-sentinel`. */
  readonly name: string;
}

/**
 * Speaks TLS with Redis and its Sentinels. Default: not encrypted. Example: `{caRef: {name: redis-ca, key: ca.crt}}`.
 */
export interface ApiGatewayRedisTls {
  /**
   * ConfigMap of this namespace with the certificates (PEM) that vouch for Redis. Default: the machine's authorities.
   * Example: `{name: redis-ca, key: ca.crt}`.
   */
  readonly caRef?: ApiGatewayRedisTlsCaRef;
  /** Name that the certificate must have. Default: the host. Example: `redis.simpul-system`. */
  readonly serverName?: string;
}

/**
 * ConfigMap of this namespace with the certificates (PEM) that vouch for Redis. Default: the machine's authorities.
 * Example: `{name: redis-ca, key: ca.crt}`.
 */
export interface ApiGatewayRedisTlsCaRef {
  /** Name of the ConfigMap. Example: `redis-ca`. */
  readonly name: string;
  /** Key in it. Example: `ca.crt`. */
  readonly key: string;
}

/**
 * Secret of this namespace of type `kubernetes.io/basic-auth`: `username` (empty or left out: the default user) and
 * `password`. Which rights the user needs: docs/policies/limits.md. Default: none. Example: `{name: redis}`.
 */
export interface ApiGatewayRedisCredentialRef {
  /** Name of the Secret. Example: `redis`. */
  readonly name: string;
}

/**
 * What an ApiService gets that says nothing itself. Default: 30s to answer, 5s to connect. Example: `{timeout: 10s}`.
 */
export interface ApiGatewayDefaults {
  /** Time for a whole answer of the backend, as a duration in ms, s, m or h. Default: `30s`. Example: `10s`. */
  readonly timeout?: string;
  /** Time to connect to the backend, TLS included, as a duration in ms, s, m or h. Default: `5s`. Example: `2s`. */
  readonly connectTimeout?: string;
  /**
   * Largest answer of a backend, in bytes with an optional suffix Ki, Mi or Gi. Default: any size. Example: `10Mi`.
   */
  readonly maxResponseBytes?: string;
}

/**
 * What no ApiService exceeds: a larger value is cut to it, and the ApiService says so in a Warning. Default: none.
 * Example: `{timeout: 1m, maxRequestBytes: 100Mi}`.
 */
export interface ApiGatewayCeilings {
  /**
   * Longest time for a whole answer of the backend, of operations too, as a duration in ms, s, m or h. Default: none.
   * Example: `1m`.
   */
  readonly timeout?: string;
  /**
   * Longest time to connect to the backend, TLS included, as a duration in ms, s, m or h. Default: none. Example: `5s`.
   */
  readonly connectTimeout?: string;
  /**
   * Largest request body that any may ask for, in bytes with an optional suffix Ki, Mi or Gi. Default: none. Example:
   * `100Mi`.
   */
  readonly maxRequestBytes?: string;
  /**
   * Largest answer of a backend that any may ask for, in bytes with an optional suffix Ki, Mi or Gi; it holds also
   * where an ApiService says nothing. Default: none. Example: `100Mi`.
   */
  readonly maxResponseBytes?: string;
  /**
   * Most attempts after the first that an ApiService may ask for in `backend.retries`; 0: none. Default: none. Example:
   * `1`.
   */
  readonly retryAttempts?: number;
}

/**
 * How Prometheus' operator finds the pods. A ServiceMonitor is made wherever the cluster knows that kind
 * (docs/observability.md). Default: one without labels of yours. Example: `{labels: {release: kube-prometheus-stack}}`.
 */
export interface ApiGatewayMonitoring {
  /**
   * Labels of the ServiceMonitor, by which a Prometheus picks it. Default: none. Example: `{release:
   * kube-prometheus-stack}`.
   */
  readonly labels?: { readonly [name: string]: string };
}

/**
 * Brings callers from outside of the cluster to the fleet by a controller that the cluster has (docs/exposing.md).
 * Default: nothing is made, and the Service is reached from inside. Example: `{kind: Ingress, ingressClassName: nginx,
 * hosts: [api.bantenprov.go.id]}`.
 */
export interface ApiGatewayExpose {
  /** What is made: an `Ingress`; an `HTTPRoute` of the Gateway API; a `Route` of OpenShift. Example: `Ingress`. */
  readonly kind: 'Ingress' | 'HTTPRoute' | 'Route';
  /** Name of the listener that callers reach. Default: the first one. Example: `http`. */
  readonly listener?: string;
  /**
   * Host names by which callers come. Default: `dnsNames` of the listener's `tls.issue`, else every name that arrives
   * there; OpenShift makes one up. Example: `[api.bantenprov.go.id]`.
   */
  readonly hosts?: readonly string[];
  /**
   * Where callers' TLS ends when the listener speaks HTTP. `Edge`: at the controller, with the certificate that it has;
   * `None`: callers speak plain HTTP. Default: `Edge` with a listener of HTTP; none with HTTPS, where TLS is let
   * through to the gateway. Example: `None`.
   */
  readonly tls?: 'Edge' | 'None';
  /** Class of the Ingress. Default: the class that the cluster has as its default. Example: `nginx`. */
  readonly ingressClassName?: string;
  /**
   * Gateway to which the HTTPRoute is attached; it must allow routes of the compiled namespace. Default: none; needed
   * when `kind` is HTTPRoute. Example: `{namespace: edge, name: public, sectionName: https}`.
   */
  readonly parentRef?: ApiGatewayExposeParentRef;
  /**
   * Annotations of what is made, for its controller. Default: those by which well-known controllers let TLS through,
   * where a listener of HTTPS wants that. Example: `{nginx.ingress.kubernetes.io/proxy-body-size: 100m}`.
   */
  readonly annotations?: { readonly [name: string]: string };
}

/**
 * Gateway to which the HTTPRoute is attached; it must allow routes of the compiled namespace. Default: none; needed
 * when `kind` is HTTPRoute. Example: `{namespace: edge, name: public, sectionName: https}`.
 */
export interface ApiGatewayExposeParentRef {
  /** Namespace of the Gateway. Example: `edge`. */
  readonly namespace: string;
  /** Name of the Gateway. Example: `public`. */
  readonly name: string;
  /** One listener of the Gateway. Default: all of them. Example: `https`. */
  readonly sectionName?: string;
}

/**
 * While this is here, all calls of this gateway get 503 with this message. Default: none. Example: `{message: Pindah
 * server, retryAfter: 30m, allowFrom: [10.1.2.0/24]}`.
 */
export interface ApiGatewayMaintenance {
  /** What callers read. Example: `Pindah server sampai pukul 22.00`. */
  readonly message: string;
  /** When callers should try again, as a duration in ms, s, m or h. Default: they are not told. Example: `30m`. */
  readonly retryAfter?: string;
  /** Addresses of callers that are served all the same. Default: none. Example: `[10.1.2.0/24]`. */
  readonly allowFrom?: readonly string[];
}

/**
 * What ApiServices on this gateway may have logged. Default: no bodies. Example: `{bodies: Sampled, mask: [body.nik]}`.
 */
export interface ApiGatewayLogging {
  /**
   * `Sampled`: ApiServices may have bodies of some calls logged; `None`: they may not, whatever they say. Default:
   * `None`. Example: `Sampled`.
   */
  readonly bodies: 'None' | 'Sampled';
  /**
   * Names whose values are never logged, of any ApiService; written as in `spec.logging.mask` of an ApiService.
   * Default: none. Example: `[path.nik, query.npwp, body.nik]`.
   */
  readonly mask?: readonly string[];
}

/**
 * Spans of calls, sent by OTLP over HTTP to an OpenTelemetry collector, Jaeger or the like. Default: none. Example:
 * `{endpoint: 'http://jaeger-collector.observability:4318', sampleRate: 1%}`.
 */
export interface ApiGatewayTracing {
  /**
   * Base URL of the collector, to which `/v1/traces` is joined. Example: `http://jaeger-collector.observability:4318`.
   */
  readonly endpoint: string;
  /**
   * Share of calls that are traced, as a percentage; of calls that a trusted proxy hands on with a `traceparent`, its
   * sampled flag decides. Default: `1%`. Example: `10%`.
   */
  readonly sampleRate: string;
}

/**
 * What the operator observed; nobody else writes it. Default: `{observedGeneration: -1}` until the first visit, so that
 * what waits for the operator sees that it has not looked yet. Example: see `conditions`.
 */
export interface ApiGatewayStatus {
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
   * Namespace that holds this gateway's compiled objects, pods and Leases. Default: absent until it exists. Example:
   * `simpul-gw-public-3f9a2c7d`.
   */
  readonly compiledNamespace?: string;
  /**
   * That etcd was restored to an older state, which nobody has confirmed yet. Default: absent. Example: `{noticedAt:
   * '2026-11-20T03:00:00Z', withheld: []}`.
   */
  readonly rolledBack?: ApiGatewayStatusRolledBack;
  /** Number of pods that answer calls. Default: absent until the first visit. Example: `2`. */
  readonly readyGateways?: number;
}

/**
 * That etcd was restored to an older state, which nobody has confirmed yet. Default: absent. Example: `{noticedAt:
 * '2026-11-20T03:00:00Z', withheld: []}`.
 */
export interface ApiGatewayStatusRolledBack {
  /**
   * When the last of the pods noticed, RFC 3339 in UTC: `spec.stateConfirmedAt` confirms it from this time on. Example:
   * `2026-11-20T03:00:00Z`.
   */
  readonly noticedAt: string;
  /**
   * What was revoked in the 24 hours before, is in the restored state, and stays refused. Default: nothing. Example:
   * `[{id: q83vEjRWeJq7zN4_, what: the credential "main" of Subscription "banten/app"}]`.
   */
  readonly withheld?: readonly ApiGatewayStatusRolledBackWithheld[];
}

/**
 * One credential, access or suspension. Example: `{id: q83vEjRWeJq7zN4_, what: the credential "main" of Subscription
 * "banten/app"}`.
 */
export interface ApiGatewayStatusRolledBackWithheld {
  /** By what gateways know it. Example: `q83vEjRWeJq7zN4_`. */
  readonly id: string;
  /** For people. Example: `the credential "main" of Subscription "banten/app"`. */
  readonly what: string;
}

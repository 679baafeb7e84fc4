import type { ApiGateway, ApiGatewayExpose, ApiGatewayListener } from '#api/generated/apigateway.ts';
import type { KubeObject, ObjectMeta } from '#api/object.ts';
import { fleetMetadata } from './gateway.ts';
import { shortHash } from './metadata.ts';

/*
 * What brings callers from outside to a fleet. All of it lies in the compiled namespace, because an Ingress, an
 * HTTPRoute and a Route reach Services of their own namespace only. No Secret but compiled ones may lie there, so none of
 * these names a certificate: TLS ends where the controller has one already, or in the gateway.
 */

/** An object that a controller of the cluster looks after, and what that says of it. */
export interface Exposure extends KubeObject {
  readonly spec: object;
  readonly status?: {
    /** Of an Ingress. */
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
    /** Of an HTTPRoute: what each Gateway says. */
    readonly parents?: readonly { readonly conditions?: readonly SaidOfExposure[] }[];
    /** Of a Route: what each router says. */
    readonly ingress?: readonly { readonly host?: string; readonly conditions?: readonly SaidOfExposure[] }[];
  };
}

export interface SaidOfExposure {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface Asked {
  readonly gateway: ApiGateway;
  readonly expose: ApiGatewayExpose;
  readonly listener: ApiGatewayListener;
  readonly hosts: readonly string[];
}

/** Everything that `spec.expose` asks for: several objects only where one holds one host. */
export function buildExposures(gateway: ApiGateway): Exposure[] {
  const { expose, listeners } = gateway.spec;
  const listener = listeners.find(({ name }) => name === (expose?.listener ?? listeners[0]?.name));
  if (expose === undefined || listener === undefined) return [];
  const asked = { gateway, expose, listener, hosts: expose.hosts ?? listener.tls?.issue?.dnsNames ?? [] };
  return builders[expose.kind](asked);
}

const builders: Readonly<Record<ApiGatewayExpose['kind'], (asked: Asked) => Exposure[]>> = {
  Ingress: (asked) => [buildIngress(asked)],
  HTTPRoute: (asked) => [buildHttpRoute(asked)],
  Route: buildRoutes,
};

/** Each controller knows its own word for "let TLS through"; that of OpenShift makes a Route of an Ingress. */
const passthrough: Readonly<Record<string, string>> = {
  'nginx.ingress.kubernetes.io/ssl-passthrough': 'true',
  'haproxy-ingress.github.io/ssl-passthrough': 'true',
  'haproxy.org/ssl-passthrough': 'true',
  'route.openshift.io/termination': 'passthrough',
};

function buildIngress({ gateway, expose, listener, hosts }: Asked): Exposure {
  const backend = { service: { name: gateway.metadata.name, port: { name: listener.name } } };
  const http = { paths: [{ path: '/', pathType: 'Prefix', backend }] };
  const isSecret = listener.protocol === 'HTTPS' || expose.tls !== 'None';
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadataOf({ gateway, expose }, listener.protocol === 'HTTPS' ? passthrough : {}),
    spec: {
      ...(expose.ingressClassName === undefined ? {} : { ingressClassName: expose.ingressClassName }),
      rules: hosts.length === 0 ? [{ http }] : hosts.map((host) => ({ host, http })),
      // Without the name of a Secret: the controller shows its default certificate.
      ...(isSecret ? { tls: [hosts.length === 0 ? {} : { hosts }] } : {}),
    },
  };
}

function buildHttpRoute({ gateway, expose, listener, hosts }: Asked): Exposure {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadataOf({ gateway, expose }),
    spec: {
      parentRefs: expose.parentRef === undefined ? [] : [expose.parentRef],
      ...(hosts.length === 0 ? {} : { hostnames: hosts }),
      rules: [{ backendRefs: [{ name: gateway.metadata.name, port: listener.port }] }],
    },
  };
}

/** A Route holds one host; without one the router makes up a name. */
function buildRoutes(asked: Asked): Exposure[] {
  const { hosts } = asked;
  return hosts.length === 0 ? [buildRoute(asked)] : hosts.map((host, index) => buildRoute(asked, { host, index }));
}

function buildRoute(asked: Asked, { host = '', index = 0 }: { host?: string; index?: number } = {}): Exposure {
  const { gateway, expose, listener } = asked;
  const { name, ...metadata } = metadataOf(asked);
  const tls = listener.protocol === 'HTTPS' ? passthroughRoute : expose.tls === 'None' ? undefined : edgeRoute;
  return {
    apiVersion: 'route.openshift.io/v1',
    kind: 'Route',
    metadata: { ...metadata, name: index === 0 ? name : `${name}-${shortHash(host)}` },
    spec: {
      ...hostOf(host),
      to: { kind: 'Service', name: gateway.metadata.name, weight: 100 },
      port: { targetPort: listener.name },
      ...(tls === undefined ? {} : { tls }),
    },
  };
}

/** OpenShift writes `*.example.go.id` as any host of the domain, and a policy beside it. */
function hostOf(host: string): object {
  if (host === '') return {};
  if (!host.startsWith('*.')) return { host };
  return { host: `wildcard${host.slice(1)}`, wildcardPolicy: 'Subdomain' };
}

/** Plain HTTP is sent on to HTTPS in both. */
const edgeRoute = { termination: 'edge', insecureEdgeTerminationPolicy: 'Redirect' } as const;
const passthroughRoute = { termination: 'passthrough', insecureEdgeTerminationPolicy: 'Redirect' } as const;

function metadataOf(
  { gateway, expose }: Pick<Asked, 'gateway' | 'expose'>,
  annotations: Readonly<Record<string, string>> = {},
): ObjectMeta {
  return {
    ...fleetMetadata(gateway),
    annotations: { ...annotations, ...expose.annotations },
  };
}

/** All that controllers have said on an object, whoever they are. */
export function saidOfExposure({ status }: Exposure): readonly SaidOfExposure[] {
  return [...(status?.parents ?? []), ...(status?.ingress ?? [])].flatMap(({ conditions = [] }) => conditions);
}

/** Where controllers say that callers reach them: for an Ingress and a Route. */
export function addressesOfExposure({ status }: Exposure): readonly string[] {
  return [
    ...(status?.loadBalancer?.ingress ?? []).flatMap(({ hostname, ip }) => hostname ?? ip ?? []),
    ...(status?.ingress ?? []).flatMap(({ host }) => host ?? []),
  ];
}

import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import type { KubeObject } from '#api/object.ts';
import { adminPort, fleetMetadata, installationLabel, podLabelsOf } from './gateway.ts';
import { childLabels, ownedBy } from './metadata.ts';

/*
 * Who may reach whom: docs/network.md, whose table a test compares with what these policies say. They name ports and
 * namespaces and no addresses of backends: those the gateway judges itself, after DNS, when it connects.
 */

/** A NetworkPolicy of `networking.k8s.io/v1`, as far as we write it. */
export interface NetworkPolicy extends KubeObject {
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly ('Ingress' | 'Egress')[];
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly Port[] }[];
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[];
  };
}

export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

export interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface Port {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

/** Label of a namespace whose pods may read gateways' metrics. */
const monitoringLabel = 'simpul.id/monitoring';

/** Label that Kubernetes itself puts on every namespace. */
const nameLabel = 'kubernetes.io/metadata.name';

/** Everything but link-local addresses, where clouds keep their metadata services. */
const anywhere: readonly Peer[] = [
  { namespaceSelector: {} },
  { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } },
  { ipBlock: { cidr: '::/0', except: ['fe80::/10'] } },
];

const dnsPorts: readonly Port[] = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];

/** The API server, wherever it is: some agents count nodes to no block of addresses. */
const apiServerPorts: readonly Port[] = [
  { protocol: 'TCP', port: 443 },
  { protocol: 'TCP', port: 6443 },
];

/** For the pods of a fleet. `installation`: the operator's namespace. */
export function buildGatewayNetworkPolicy(gateway: ApiGateway, installation: string): NetworkPolicy {
  const listeners = gateway.spec.listeners.map(({ port }) => ({ protocol: 'TCP', port }) as const);
  const watchers = [{ [nameLabel]: installation }, { [monitoringLabel]: 'true' }];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: fleetMetadata(gateway),
    spec: {
      podSelector: { matchLabels: podLabelsOf(gateway) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { ports: listeners },
        {
          ports: [{ protocol: 'TCP', port: adminPort }],
          from: watchers.map((matchLabels) => ({ namespaceSelector: { matchLabels } })),
        },
      ],
      egress: [{ ports: dnsPorts }, { ports: apiServerPorts }, { to: anywhere }],
    },
  };
}

/** Name of the policy in Tenants' namespaces. */
export const tenantPolicyName = 'simpul-tenant';

/** For all pods in a Tenant's namespace: gateways of the installation reach them, neighbours do not. */
export function buildTenantNetworkPolicy(tenant: Tenant, namespace: string, installation: string): NetworkPolicy {
  const allowed = tenant.spec.network?.allowFrom ?? [];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: tenantPolicyName,
      namespace,
      labels: { ...childLabels },
      ownerReferences: [ownedBy(tenant)],
    },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            { podSelector: {} },
            { namespaceSelector: { matchLabels: { [installationLabel]: installation } } },
            ...allowed.map((name) => ({ namespaceSelector: { matchLabels: { [nameLabel]: name } } })),
          ],
        },
      ],
    },
  };
}

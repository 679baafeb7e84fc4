import { BlockList, isIPv6 } from 'node:net';
import type { NetworkPolicy, Peer, Port, Selector } from '#operator/resources/network-policy.ts';

/** A pod or an address, as a NetworkPolicy sees it. An address belongs to no pod. */
export interface Endpoint {
  readonly address: string;
  readonly pod?: { readonly labels: Readonly<Record<string, string>>; readonly namespace: Namespace };
}

export interface Namespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether a connection is let through, as https://kubernetes.io/docs/concepts/services-networking/network-policies/ has it:
 * policies add up, a pod that none selects for a direction is open in it, and both ends must agree.
 */
export function mayReach(policies: readonly NetworkPolicy[], from: Endpoint, to: Endpoint, port: Port): boolean {
  return leaves(policies, from, to, port) && enters(policies, from, to, port);
}

function leaves(policies: readonly NetworkPolicy[], from: Endpoint, to: Endpoint, port: Port): boolean {
  const selecting = policiesOf(policies, from, 'Egress');
  if (selecting.length === 0) return true;
  return selecting.some(({ metadata, spec }) =>
    (spec.egress ?? []).some((rule) => admits(rule.to, to, metadata.namespace) && names(rule.ports, port)),
  );
}

function enters(policies: readonly NetworkPolicy[], from: Endpoint, to: Endpoint, port: Port): boolean {
  const selecting = policiesOf(policies, to, 'Ingress');
  if (selecting.length === 0) return true;
  return selecting.some(({ metadata, spec }) =>
    (spec.ingress ?? []).some((rule) => admits(rule.from, from, metadata.namespace) && names(rule.ports, port)),
  );
}

function policiesOf(policies: readonly NetworkPolicy[], { pod }: Endpoint, type: 'Ingress' | 'Egress') {
  if (pod === undefined) return [];
  return policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.namespace.name &&
      spec.policyTypes.includes(type) &&
      selects(spec.podSelector, pod.labels),
  );
}

/** No list of peers, or an empty one, means everybody. */
function admits(peers: readonly Peer[] | undefined, other: Endpoint, ownNamespace: string | undefined): boolean {
  if (peers === undefined || peers.length === 0) return true;
  return peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock !== undefined)
      return holds(ipBlock.cidr, other.address) && !ipBlock.except?.some((cidr) => holds(cidr, other.address));
    if (other.pod === undefined) return false;
    const { namespace, labels } = other.pod;
    const inNamespace =
      namespaceSelector === undefined ? namespace.name === ownNamespace : selects(namespaceSelector, namespace.labels);
    return inNamespace && selects(podSelector ?? {}, labels);
  });
}

function names(ports: readonly Port[] | undefined, { protocol, port }: Port): boolean {
  return ports === undefined || ports.some((each) => each.protocol === protocol && each.port === port);
}

function selects({ matchLabels = {} }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
}

function holds(cidr: string, address: string): boolean {
  const [network = '', bits = ''] = cidr.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  if (family !== (isIPv6(address) ? 'ipv6' : 'ipv4')) return false;
  const block = new BlockList();
  block.addSubnet(network, Number(bits), family);
  return block.check(address, family);
}

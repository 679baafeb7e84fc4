import { readFileSync } from 'node:fs';

/** A server that answers for some API of the cluster, and is no pod: the API server passes calls of that API on to it. */
export interface AggregatedServer {
  /** Of its Service in `kube-system`. */
  readonly name: string;
  /** `metrics.k8s.io`. */
  readonly group: string;
  readonly versions: readonly string[];
  /** Where it listens, as the node reaches it. */
  readonly address: string;
  readonly port: number;
  /** Of the authority that signed its certificate, for {@link serverNameOf}. */
  readonly caFile: string;
}

const namespace = 'kube-system';

/** The name by which the API server knows such a server. */
export function serverNameOf(name: string): string {
  return `${name}.${namespace}.svc`;
}

/** A Service without a selector, its address, and an APIService for each version. */
export function aggregatedObjects({ name, group, versions, address, port, caFile }: AggregatedServer): object {
  const metadata = { name, namespace };
  const items = [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'https', port: 443 }] } },
    {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address] }],
      ports: [{ name: 'https', port }],
    },
    ...versions.map((version) => ({
      ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' },
      metadata: { name: `${version}.${group}` },
      spec: {
        ...{ group, version, groupPriorityMinimum: 100, versionPriority: 100 },
        ...{ service: { name, namespace }, caBundle: readFileSync(caFile).toString('base64') },
      },
    })),
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}

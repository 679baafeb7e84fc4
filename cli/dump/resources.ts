import { simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { collectionPath } from '#kube/resource-path.ts';
import type { Listed } from './cluster.ts';
import { redactObject } from './redact.ts';

/** A collection that belongs into the archive. */
export interface Resource {
  /** Of the file: `objects/<name>.yaml`. */
  readonly name: string;
  /** Within a namespace, or over all when there is none. */
  readonly path: (namespace: string | undefined) => string;
  readonly shown: (item: Listed) => object | undefined;
}

const redactListed = (item: Listed): object => redactObject(item as unknown as KubeObject);

/** Our own kinds, whole: spec, status, conditions. */
export const ownResources: readonly (Resource & { readonly namespaced: boolean })[] = Object.values(simpulKinds).map(
  (kind) => ({
    name: kind.plural,
    namespaced: kind.namespaced,
    path: (namespace) => collectionPath(kind, kind.namespaced ? namespace : undefined),
    shown: redactListed,
  }),
);

/** What Kubernetes knows of the installation, in each of its namespaces. */
export const namespaceResources: readonly Resource[] = [
  inGroup('apps/v1', 'deployments', redactListed),
  inCore('pods', redactListed),
  inCore('services', redactListed),
  inCore('configmaps', sizesOnly),
  inCore('secrets', sizesOnly),
  inGroup('coordination.k8s.io/v1', 'leases', redactListed),
  inGroup('autoscaling/v2', 'horizontalpodautoscalers', redactListed),
  inGroup('policy/v1', 'poddisruptionbudgets', redactListed),
  inGroup('networking.k8s.io/v1', 'networkpolicies', redactListed),
];

export const eventsResource: Resource = inGroup('events.k8s.io/v1', 'events', redactListed);

/** What the cluster as a whole has of us. */
export const clusterResources: readonly Resource[] = [
  {
    name: 'customresourcedefinitions',
    path: () => '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    shown: (item) => (item.metadata.name.endsWith('.simpul.id') ? crdOf(item) : undefined),
  },
  ...['validatingadmissionpolicies', 'validatingadmissionpolicybindings'].map((plural) => ({
    name: plural,
    path: () => `/apis/admissionregistration.k8s.io/v1/${plural}`,
    shown: (item: Listed) => (item.metadata.name.startsWith('simpul') ? redactListed(item) : undefined),
  })),
];

function inCore(plural: string, shown: Resource['shown']): Resource {
  return at('/api/v1', plural, shown);
}

function inGroup(group: string, plural: string, shown: Resource['shown']): Resource {
  return at(`/apis/${group}`, plural, shown);
}

function at(root: string, plural: string, shown: Resource['shown']): Resource {
  const path = (namespace: string | undefined): string =>
    namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
  return { name: plural, path, shown };
}

/** Of Secrets and ConfigMaps: which keys they have and how long the values are. Never a value. */
function sizesOnly(item: Listed): object {
  const { name, namespace, labels, creationTimestamp, resourceVersion } = item.metadata;
  const data = Object.entries((item['data'] ?? {}) as Record<string, string>);
  const bytes = Object.fromEntries(data.map(([key, value]) => [key, value.length]));
  return { metadata: { name, namespace, labels, creationTimestamp, resourceVersion }, type: item['type'], bytes };
}

/** Without the schema, which is that of the version. */
function crdOf(item: Listed): object {
  const { versions = [] } = (item['spec'] ?? {}) as {
    versions?: { name: string; served: boolean; storage: boolean }[];
  };
  const { storedVersions, conditions } = (item['status'] ?? {}) as Record<string, unknown>;
  const { name, generation, creationTimestamp } = item.metadata;
  const shown = versions.map((version) => ({ name: version.name, served: version.served, storage: version.storage }));
  return { metadata: { name, generation, creationTimestamp }, versions: shown, storedVersions, conditions };
}

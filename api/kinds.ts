/** How one kind is addressed in the Kubernetes API: `/apis/<group>/<version>/namespaces/<ns>/<plural>`, `/api/v1` for the core group. */
export interface ResourceKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export const group = 'simpul.id';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;

/** Kinds of our own, in the order in which a person would create them. */
export const simpulKinds = {
  Tenant: own('Tenant', 'tenants', false),
  ApiGateway: own('ApiGateway', 'apigateways', true),
  KeyManager: own('KeyManager', 'keymanagers', true),
  ApiService: own('ApiService', 'apiservices', true),
  Subscription: own('Subscription', 'subscriptions', true),
  Approval: own('Approval', 'approvals', true),
} as const satisfies Record<string, ResourceKind>;

export type SimpulKindName = keyof typeof simpulKinds;

/** Kinds of Kubernetes itself that the programs touch. */
export const coreKinds = {
  Namespace: { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  Secret: { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  ConfigMap: { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  Service: { group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true },
  ServiceAccount: { group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
  Event: { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true },
  Lease: { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true },
  Deployment: { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  Role: { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'Role', plural: 'roles', namespaced: true },
  RoleBinding: {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    kind: 'RoleBinding',
    plural: 'rolebindings',
    namespaced: true,
  },
  ValidatingAdmissionPolicy: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
    namespaced: false,
  },
  ValidatingAdmissionPolicyBinding: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
    namespaced: false,
  },
  CustomResourceDefinition: {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
  },
} as const satisfies Record<string, ResourceKind>;

/** Kinds that there are for fleets and Tenants in a cluster only; standalone mode has no such thing. */
export const clusterKinds = {
  Pod: { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true },
  PodDisruptionBudget: {
    group: 'policy',
    version: 'v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    namespaced: true,
  },
  NetworkPolicy: {
    group: 'networking.k8s.io',
    version: 'v1',
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    namespaced: true,
  },
  ResourceQuota: { group: '', version: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true },
  HorizontalPodAutoscaler: {
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    namespaced: true,
  },
  Ingress: { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress', plural: 'ingresses', namespaced: true },
  /** Of the Gateway API. */
  HTTPRoute: {
    group: 'gateway.networking.k8s.io',
    version: 'v1',
    kind: 'HTTPRoute',
    plural: 'httproutes',
    namespaced: true,
  },
  /** Of OpenShift. */
  Route: { group: 'route.openshift.io', version: 'v1', kind: 'Route', plural: 'routes', namespaced: true },
  /** Of cert-manager. */
  Certificate: {
    group: 'cert-manager.io',
    version: 'v1',
    kind: 'Certificate',
    plural: 'certificates',
    namespaced: true,
  },
  ServiceMonitor: {
    group: 'monitoring.coreos.com',
    version: 'v1',
    kind: 'ServiceMonitor',
    plural: 'servicemonitors',
    namespaced: true,
  },
  /** Of the cluster's API aggregation; ours is in another group. */
  AggregatedApi: {
    group: 'apiregistration.k8s.io',
    version: 'v1',
    kind: 'APIService',
    plural: 'apiservices',
    namespaced: false,
  },
} as const satisfies Record<string, ResourceKind>;

/** `v1` for the core group, `group/version` for the others. */
export function apiVersionOf(kind: ResourceKind): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** The kind that an object's `apiVersion` and `kind` name, or undefined when this project does not know it. */
export function kindOf(object: { apiVersion: string; kind: string }): ResourceKind | undefined {
  return kindsByName.get(`${object.apiVersion}/${object.kind}`);
}

const kindsByName = new Map<string, ResourceKind>(
  [...Object.values(simpulKinds), ...Object.values(coreKinds), ...Object.values(clusterKinds)].map((kind) => [
    `${apiVersionOf(kind)}/${kind.kind}`,
    kind,
  ]),
);

function own<const Kind extends string>(kind: Kind, plural: string, namespaced: boolean) {
  return { group, version, kind, plural, namespaced } as const;
}

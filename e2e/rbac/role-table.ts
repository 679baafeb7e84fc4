/**
 * Who may do what, as data: the tests ask the API server about every cell, allowed and denied, and docs/roles.md shows
 * the same table. What is not listed is denied.
 */
export interface RoleRow {
  /** The shipped ClusterRole. */
  readonly clusterRole: string;
  /** As `spec.members[].role` of a Tenant says it; absent for the organiser, whom no Tenant appoints. */
  readonly member?: string;
  /** English, with the Indonesian name in brackets. */
  readonly title: string;
  readonly allowed: Readonly<Partial<Record<ResourceName, readonly Verb[]>>>;
}

export const verbs = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
  ...['approve', 'bind', 'escalate', 'impersonate'],
] as const;
export type Verb = (typeof verbs)[number];

/** Every resource that a test asks about: `<group>/<resource>[/<subresource>]`, the core group without a group. */
export const resources = {
  tenants: 'simpul.id/tenants',
  apigateways: 'simpul.id/apigateways',
  keymanagers: 'simpul.id/keymanagers',
  apiservices: 'simpul.id/apiservices',
  subscriptions: 'simpul.id/subscriptions',
  approvals: 'simpul.id/approvals',
  'tenants/status': 'simpul.id/tenants/status',
  'apigateways/status': 'simpul.id/apigateways/status',
  'keymanagers/status': 'simpul.id/keymanagers/status',
  'apiservices/status': 'simpul.id/apiservices/status',
  'subscriptions/status': 'simpul.id/subscriptions/status',
  'approvals/status': 'simpul.id/approvals/status',
  secrets: '/secrets',
  events: '/events',
  'events.k8s.io': 'events.k8s.io/events',
  namespaces: '/namespaces',
  pods: '/pods',
  configmaps: '/configmaps',
  serviceaccounts: '/serviceaccounts',
  'serviceaccounts/token': '/serviceaccounts/token',
  leases: 'coordination.k8s.io/leases',
  deployments: 'apps/deployments',
  rolebindings: 'rbac.authorization.k8s.io/rolebindings',
  clusterroles: 'rbac.authorization.k8s.io/clusterroles',
  policies: 'admissionregistration.k8s.io/validatingadmissionpolicies',
} as const;
export type ResourceName = keyof typeof resources;

/** These live outside of namespaces: a RoleBinding gives no right on them. */
export const clusterScoped: ReadonlySet<ResourceName> = new Set([
  ...(['tenants', 'tenants/status', 'namespaces', 'clusterroles', 'policies'] as const),
]);

const read = ['get', 'list', 'watch'] as const;
const write = ['create', 'update', 'patch', 'delete'] as const;
const events = { events: read, 'events.k8s.io': read } as const;
const seen = { apiservices: read, subscriptions: read, approvals: read, ...events } as const;

/** In the order in which docs/roles.md shows them. */
export const roleTable: readonly RoleRow[] = [
  {
    clusterRole: 'simpul-organiser',
    title: 'Organiser (penyelenggara)',
    allowed: {
      ...seen,
      tenants: [...read, ...write],
      apigateways: [...read, ...write],
      keymanagers: [...read, ...write],
    },
  },
  {
    ...{ clusterRole: 'simpul-tenant-admin', member: 'Admin', title: 'Admin (administrator instansi)' },
    allowed: {
      ...seen,
      apiservices: [...read, ...write],
      subscriptions: [...read, ...write],
      secrets: [...read, ...write],
      configmaps: [...read, ...write],
    },
  },
  {
    ...{ clusterRole: 'simpul-tenant-publisher', member: 'Publisher', title: 'Publisher (penerbit)' },
    allowed: { ...seen, apiservices: [...read, ...write], configmaps: [...read, ...write] },
  },
  {
    ...{ clusterRole: 'simpul-tenant-approver', member: 'Approver', title: 'Approver (pemberi persetujuan)' },
    allowed: { ...seen, apiservices: [...read, 'approve'], approvals: [...read, 'create', 'delete'] },
  },
  {
    ...{ clusterRole: 'simpul-tenant-consumer', member: 'Consumer', title: 'Consumer (pengguna)' },
    allowed: { ...seen, subscriptions: [...read, ...write], secrets: [...read, ...write] },
  },
  {
    ...{
      clusterRole: 'simpul-tenant-data-engineer',
      member: 'DataEngineer',
      title: 'Data engineer (rekayasawan data)',
    },
    allowed: seen,
  },
  {
    ...{ clusterRole: 'simpul-tenant-viewer', member: 'Viewer', title: 'Viewer (pengamat)' },
    allowed: seen,
  },
];

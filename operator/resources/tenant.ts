import type { Tenant } from '#api/generated/tenant.ts';
import type { KubeObject } from '#api/object.ts';
import { tenantLabel } from '../translate/translate-tenant.ts';
import { childLabels, ownedBy, shortHash } from './metadata.ts';

export interface RoleBinding extends KubeObject {
  roleRef: { apiGroup: string; kind: string; name: string };
  subjects: readonly { kind: string; name: string; namespace?: string; apiGroup?: string }[];
}

/** The namespace of a Tenant that has none yet. With `deletionPolicy: Delete` it goes with its Tenant. */
export function buildTenantNamespace(tenant: Tenant, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { ...childLabels, [tenantLabel]: tenant.metadata.name },
      ...(tenant.spec.deletionPolicy === 'Delete' ? { ownerReferences: [ownedBy(tenant)] } : {}),
    },
  };
}

/** RoleBinding of a member's role; the ClusterRole is named alike, with the installation's prefix (`manifests/base/rights/roles`). */
const memberBindings = {
  Admin: 'simpul-tenant-admin',
  Publisher: 'simpul-tenant-publisher',
  Approver: 'simpul-tenant-approver',
  Consumer: 'simpul-tenant-consumer',
  DataEngineer: 'simpul-tenant-data-engineer',
  Viewer: 'simpul-tenant-viewer',
} as const;

/** One RoleBinding for each role that somebody has: `simpul-<role>`. */
export function buildMemberBindings(tenant: Tenant, namespace: string, { clusterPrefix }: Installation): RoleBinding[] {
  const members = tenant.spec.members ?? [];
  const roles = [...new Set(members.map((member) => member.role))].sort();
  return roles.map((role) => ({
    ...bindingBase(tenant, namespace, memberBindings[role]),
    roleRef: clusterRoleRef(clusterPrefix, memberBindings[role].slice('simpul-'.length)),
    subjects: members
      .filter((member) => member.role === role)
      .map(({ kind, name }) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name }))
      .sort((a, b) => (a.kind + a.name < b.kind + b.name ? -1 : 1)),
  }));
}

/** Names that {@link buildMemberBindings} may use in a namespace: what is not built any more is removed. */
export const memberBindingNames: readonly string[] = Object.values(memberBindings);

function bindingBase(
  tenant: Tenant,
  namespace: string,
  name: string,
): Pick<RoleBinding, 'apiVersion' | 'kind' | 'metadata'> {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace, labels: { ...childLabels }, ownerReferences: [ownedBy(tenant)] },
  };
}

/** The operator's own right to Secrets of keys, in this Tenant's namespace and nowhere else. */
export function buildOperatorBinding(tenant: Tenant, namespace: string, operator: Installation): RoleBinding {
  return {
    ...bindingBase(tenant, namespace, operatorBindingName(operator)),
    roleRef: clusterRoleRef(operator.clusterPrefix, 'operator-tenant'),
    subjects: [{ kind: 'ServiceAccount', name: operator.name, namespace: operator.namespace }],
  };
}

export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
}

/** One operator among those of a cluster: who it is, and what its shipped ClusterRoles are called. */
export interface Installation extends ServiceAccountRef {
  /** `simpul` in `simpul-tenant-viewer`. */
  readonly clusterPrefix: string;
}

/** One of the ClusterRoles that came with an installation; `name` without its prefix. */
export function clusterRoleRef(clusterPrefix: string, name: string): RoleBinding['roleRef'] {
  return { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `${clusterPrefix}-${name}` };
}

/** Several installations may serve one cluster, so their bindings differ in name. */
export function operatorBindingName(operator: ServiceAccountRef): string {
  return operator.namespace === 'simpul-system'
    ? 'simpul-operator'
    : `simpul-operator-${shortHash(operator.namespace)}`;
}

import type { ControlPlane } from '#tools/controlplane/control-plane.ts';

const rbac = 'rbac.authorization.k8s.io';

/** Applies all in one go, in this order, as the administrator. */
export async function applyAll(cluster: ControlPlane, objects: readonly object[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  await cluster.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(list));
}

/** A namespace as a Tenant of the same name owns it. */
export function tenantNamespace(name: string): object {
  return namespace(name, { 'simpul.id/tenant': name });
}

/** A namespace as the operator makes it for an ApiGateway. */
export function compiledNamespace(name: string): object {
  return namespace(name, { 'simpul.id/compiled-for': 'simpul-system.public' });
}

export function namespace(name: string, labels: Record<string, string> = {}): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

export function clusterRole(name: string, ...rules: readonly object[]): object {
  return { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules };
}

/** Who gets a role: a group of people, or a ServiceAccount. */
export type Grantee = { readonly group: string } | { readonly account: string; readonly namespace: string };

export function roleBinding(inNamespace: string, role: string, ...to: readonly Grantee[]): object {
  const first = to[0];
  const whom = first === undefined ? 'nobody' : 'group' in first ? first.group : first.account;
  return {
    ...{ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { namespace: inNamespace, name: `${whom}-${role}` } },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: to.map(subjectOf),
  };
}

export function clusterRoleBinding(role: string, group: string): object {
  return {
    ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name: `${group}-${role}` } },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: [subjectOf({ group })],
  };
}

function subjectOf(grantee: Grantee): object {
  if ('group' in grantee) return { apiGroup: rbac, kind: 'Group', name: grantee.group };
  return { kind: 'ServiceAccount', name: grantee.account, namespace: grantee.namespace };
}

import { leaseLabels } from '#api/compiled/lease.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { KubeObject, ObjectMeta } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { compiledForLabel } from '../translate/translate-tenant.ts';
import { childLabels, selectorOf, shortHash } from './metadata.ts';
import type { Installation, RoleBinding, ServiceAccountRef } from './tenant.ts';
import { clusterRoleRef, operatorBindingName } from './tenant.ts';

/** ServiceAccount of gateway pods, in each compiled namespace. */
export const gatewayServiceAccount = 'simpul-gateway';

/** Label of a compiled namespace: which installation made it. */
export const installationLabel = 'simpul.id/installation';

/** Annotation of a compiled namespace: id of its ApiGateway, whole. */
export const gatewayAnnotation = 'simpul.id/gateway';

/**
 * The namespace that holds one ApiGateway's compiled objects and its pods: RBAC cannot select Secrets by label, so what
 * pods may read lies where nothing else does; and a Lease that a pod owns has to lie beside the pod.
 */
export function compiledNamespaceOf(gateway: { readonly metadata: ApiGateway['metadata'] }): string {
  const name = gateway.metadata.name.replaceAll('.', '-').slice(0, 43).replace(/-+$/, '');
  return `simpul-gw-${name}-${shortHash(keyOf(gateway))}`;
}

export function buildCompiledNamespace(gateway: ApiGateway, installation: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: compiledNamespaceOf(gateway),
      labels: {
        ...childLabels,
        [compiledForLabel]: shortHash(keyOf(gateway)),
        [installationLabel]: installation,
        'pod-security.kubernetes.io/enforce': 'restricted',
      },
      annotations: { [gatewayAnnotation]: keyOf(gateway) },
    },
  };
}

/** The operator's own rights in a compiled namespace: needed before anything can be written there. */
export function buildCompiledOperatorBinding(gateway: ApiGateway, operator: Installation): RoleBinding {
  const roleRef = clusterRoleRef(operator.clusterPrefix, 'operator-compiled');
  return binding(gateway, operatorBindingName(operator), roleRef, operator);
}

/** The pods' rights: read the compiled objects, keep their Leases. */
export function buildGatewayBinding(gateway: ApiGateway, { clusterPrefix }: Installation): RoleBinding {
  const subject = { name: gatewayServiceAccount, namespace: compiledNamespaceOf(gateway) };
  return binding(gateway, gatewayServiceAccount, clusterRoleRef(clusterPrefix, 'gateway'), subject);
}

function binding(
  gateway: ApiGateway,
  name: string,
  roleRef: RoleBinding['roleRef'],
  subject: ServiceAccountRef,
): RoleBinding {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace: compiledNamespaceOf(gateway), labels: { ...childLabels } },
    roleRef,
    subjects: [{ kind: 'ServiceAccount', name: subject.name, namespace: subject.namespace }],
  };
}

export function buildGatewayServiceAccount(gateway: ApiGateway): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: gatewayServiceAccount, namespace: compiledNamespaceOf(gateway), labels: { ...childLabels } },
  };
}

/** Labels by which the pods of an ApiGateway are found. */
export function podLabelsOf(gateway: ApiGateway): Record<string, string> {
  return { 'app.kubernetes.io/name': 'simpul-gateway', [leaseLabels.gateway]: shortHash(keyOf(gateway)) };
}

/** Metadata of a child in the compiled namespace that is named like its ApiGateway. */
export function fleetMetadata(gateway: ApiGateway): ObjectMeta {
  return {
    name: gateway.metadata.name,
    namespace: compiledNamespaceOf(gateway),
    labels: { ...childLabels, ...podLabelsOf(gateway) },
  };
}

/** Finds children by the labels that {@link fleetMetadata} gives them. */
export function fleetSelector(gateway: ApiGateway): string {
  return selectorOf({ ...childLabels, ...podLabelsOf(gateway) });
}

/** What runs for an ApiGateway, beside its pods. */
export function fleetSelection(gateway: ApiGateway): { readonly namespace: string; readonly labelSelector: string } {
  return { namespace: compiledNamespaceOf(gateway), labelSelector: fleetSelector(gateway) };
}

/** Port of probes and metrics. */
export const adminPort = 8081;

/**
 * Below the pod's memory limit, with room for buffers and code: Node.js would let its heap grow towards all of it, and give
 * young objects up to 128 MiB beside, of which it keeps every page that it has touched once.
 */
export const gatewayNodeOptions = '--max-old-space-size=416 --max-semi-space-size=16';

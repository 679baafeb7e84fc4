import { leaseLabels } from '#api/compiled/lease.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { compiledForLabel } from '../translate/translate-tenant.ts';
import { childLabels, shortHash } from './metadata.ts';
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

/** The fleet's pods and the Service in front of them. `image`: of the gateway program. */
export function buildFleet(gateway: ApiGateway, image: string): KubeObject[] {
  return [buildDeployment(gateway, image), buildService(gateway)];
}

const adminPort = 8081;

function selectorOf(gateway: ApiGateway): Record<string, string> {
  return { 'app.kubernetes.io/name': 'simpul-gateway', [leaseLabels.gateway]: shortHash(keyOf(gateway)) };
}

interface Workload extends KubeObject {
  spec: object;
}

function buildDeployment(gateway: ApiGateway, image: string): Workload {
  const labels = selectorOf(gateway);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: gateway.metadata.name,
      namespace: compiledNamespaceOf(gateway),
      labels: { ...childLabels, ...labels },
    },
    spec: {
      replicas: gateway.spec.replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels: { ...childLabels, ...labels } }, spec: podSpec(gateway, image) },
    },
  };
}

/** Below the pod's memory limit, with room for buffers and code: Node.js would let its heap grow towards all of it. */
export const gatewayNodeOptions = '--max-old-space-size=416';

function podSpec(gateway: ApiGateway, image: string): object {
  const { workers } = gateway.spec;
  return {
    serviceAccountName: gatewayServiceAccount,
    enableServiceLinks: false,
    // Longer than the longest drain delay plus the time for calls in flight.
    terminationGracePeriodSeconds: 660,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'gateway',
        image,
        env: [
          { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
          { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'NODE_OPTIONS', value: gatewayNodeOptions },
          ...(workers === 1 ? [] : [{ name: 'SIMPUL_WORKERS', value: String(workers) }]),
        ],
        ports: [
          ...gateway.spec.listeners.map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })),
          { name: 'admin', containerPort: adminPort, protocol: 'TCP' },
        ],
        readinessProbe: { httpGet: { path: '/readyz', port: 'admin' }, periodSeconds: 2, failureThreshold: 2 },
        livenessProbe: { httpGet: { path: '/healthz', port: 'admin' }, periodSeconds: 10, failureThreshold: 6 },
        resources: {
          requests: { cpu: `${100 * workers}m`, memory: `${128 * workers}Mi` },
          limits: { cpu: String(workers), memory: `${640 * workers}Mi` },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  };
}

function buildService(gateway: ApiGateway): Workload {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: gateway.metadata.name,
      namespace: compiledNamespaceOf(gateway),
      labels: { ...childLabels, ...selectorOf(gateway) },
    },
    spec: {
      selector: selectorOf(gateway),
      ports: gateway.spec.listeners.map(({ name, port }) => ({ name, port, protocol: 'TCP', targetPort: name })),
    },
  };
}

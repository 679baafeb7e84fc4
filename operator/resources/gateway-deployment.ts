import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { KubeObject } from '#api/object.ts';
import { adminPort, fleetMetadata, gatewayNodeOptions, gatewayServiceAccount, podLabelsOf } from './gateway.ts';
import { childLabels } from './metadata.ts';

/** The part of a Deployment that others may have written. */
export interface Deployment extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly updatedReplicas?: number; readonly availableReplicas?: number };
}

/** Where nodes get the gateway program: its image, and the Secrets of the namespace that they show for it. */
export interface GatewayImage {
  readonly name: string;
  readonly pullSecrets: readonly string[];
}

/** Whether all pods that are wanted run as they are wanted. */
export function isRolledOut({ spec, status }: Deployment): boolean {
  const { updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  return Math.min(updatedReplicas, availableReplicas) >= (spec?.replicas ?? 0);
}

/**
 * The fleet's pods. `current`: what is there; with autoscaling the number of its pods stays, so the write holds only for
 * the version that was read.
 */
export function buildDeployment(gateway: ApiGateway, image: GatewayImage, current?: Deployment): Deployment {
  const labels = podLabelsOf(gateway);
  const { resourceVersion } = current?.metadata ?? {};
  const isShared = gateway.spec.autoscaling !== undefined && resourceVersion !== undefined;
  const metadata = { ...fleetMetadata(gateway), ...(isShared ? { resourceVersion } : {}) };
  const spec = {
    replicas: replicasOf(gateway, current),
    selector: { matchLabels: labels },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: { metadata: { labels: { ...childLabels, ...labels } }, spec: podSpec(gateway, image) },
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec };
}

/**
 * Leaving the field out would set it to 1 as soon as nobody else has written it. None at all would end the autoscaling,
 * so that is put right too.
 */
function replicasOf({ spec: { replicas, autoscaling } }: ApiGateway, current: Deployment | undefined): number {
  if (autoscaling === undefined) return replicas;
  const { minReplicas, maxReplicas } = autoscaling;
  return Math.min(maxReplicas, Math.max(minReplicas, current?.spec?.replicas ?? minReplicas));
}

function podSpec(gateway: ApiGateway, image: GatewayImage): object {
  return {
    serviceAccountName: gatewayServiceAccount,
    imagePullSecrets: image.pullSecrets.map((name) => ({ name })),
    enableServiceLinks: false,
    // Longer than the longest drain delay (10 min) plus the time for calls in flight (30 s). Not made of the delay at hand:
    // pods that a longer one replaces drain by it already, with the grace period that they began with. The gateway drains
    // at SIGTERM by itself, so a preStop hook would only make them wait twice.
    terminationGracePeriodSeconds: 660,
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      // A fleet that cannot be spread still serves.
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: podLabelsOf(gateway) },
      // Pods of one revision among themselves, or those that are about to go would push the new ones together.
      matchLabelKeys: ['pod-template-hash'],
    })),
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container(gateway, image.name)],
  };
}

function container({ spec: { workers, listeners } }: ApiGateway, image: string): object {
  return {
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
      ...listeners.map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })),
      { name: 'admin', containerPort: adminPort, protocol: 'TCP' },
    ],
    readinessProbe: { httpGet: { path: '/readyz', port: 'admin' }, periodSeconds: 2, failureThreshold: 2 },
    // The admin port opens before the API server is asked for anything, so this is about the process alone.
    startupProbe: { httpGet: { path: '/healthz', port: 'admin' }, periodSeconds: 1, failureThreshold: 60 },
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
  };
}

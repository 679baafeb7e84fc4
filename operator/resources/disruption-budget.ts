import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { KubeObject } from '#api/object.ts';
import { fleetMetadata, podLabelsOf } from './gateway.ts';

/**
 * How many pods of a fleet a drain may take away at a time: a tenth, rounded up, so that a fleet of one or two can be
 * drained as well as a large one. Pods that are not ready serve nobody, so they never hold a drain up.
 */
export function buildDisruptionBudget(gateway: ApiGateway): KubeObject & { readonly spec: object } {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: fleetMetadata(gateway),
    spec: {
      maxUnavailable: '10%',
      selector: { matchLabels: podLabelsOf(gateway) },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}

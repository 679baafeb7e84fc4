import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { KubeObject } from '#api/object.ts';
import { fleetMetadata, podLabelsOf } from './gateway.ts';

/** The one address of a fleet: each listener's port, on all pods that are ready. */
export function buildService(gateway: ApiGateway): KubeObject & { readonly spec: object } {
  const ports = gateway.spec.listeners.map(({ name, port }) => ({ name, port, protocol: 'TCP', targetPort: name }));
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: fleetMetadata(gateway),
    spec: { selector: podLabelsOf(gateway), ports },
  };
}

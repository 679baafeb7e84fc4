import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { KubeObject } from '#api/object.ts';
import { fleetMetadata } from './gateway.ts';

/** Credentials by which nodes pull images, as `kubectl create secret docker-registry` makes them. */
export interface PullSecret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

export const pullSecretType = 'kubernetes.io/dockerconfigjson';

/** Finds the one Secret, and no other content. */
export function pullSecretSelection(namespace: string, name: string): { namespace: string; fieldSelector: string } {
  return { namespace, fieldSelector: `metadata.name=${name},type=${pullSecretType}` };
}

/** A copy beside the pods, under the same name: no pod reaches Secrets of another namespace. */
export function buildPullSecret(gateway: ApiGateway, { metadata, data = {} }: PullSecret): PullSecret {
  const { name } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...fleetMetadata(gateway), name },
    type: pullSecretType,
    data,
  };
}

import type { Subscription } from '#api/generated/subscription.ts';
import type { KubeObject } from '#api/object.ts';
import { apiKeyDataKey, apiKeySecretType } from '../world/key-secret.ts';
import { childLabels, ownedBy } from './metadata.ts';

/** Prefix of generated keys, by which scanners for leaked secrets know them. */
const keyPrefix = 'simpul_';

/** The Secret of a generated credential. `random`: 32 bytes from a secure source. It goes with its Subscription. */
export function buildKeySecret(
  subscription: Subscription,
  secretName: string,
  random: Buffer,
): KubeObject & { type: string; data: Record<string, string> } {
  const key = `${keyPrefix}${random.toString('base64url')}`;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: apiKeySecretType,
    metadata: {
      name: secretName,
      namespace: subscription.metadata.namespace ?? '',
      labels: { ...childLabels },
      ownerReferences: [ownedBy(subscription)],
    },
    data: { [apiKeyDataKey]: Buffer.from(key).toString('base64') },
  };
}

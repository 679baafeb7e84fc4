import type { Compiled, CompiledKeyManager } from '#api/compiled/contract.ts';
import { contractVersion } from '#api/compiled/contract.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import { keyOf } from '#api/object.ts';
import type { World } from '../world/world.ts';
import type { Outcome } from './outcome.ts';
import { verdict } from './outcome.ts';
import { admits } from './translate-api-gateway.ts';

/** Every gateway learns of every KeyManager: they are few, and an ApiService may name one at any time. */
export function translateKeyManager(keyManager: KeyManager, world: World): Outcome {
  const compiled = compileKeyManager(keyManager);
  const plan = new Map<string, Compiled | 'keep'>([...world.apiGateways.ids()].map((gateway) => [gateway, compiled]));
  return { observations: [verdict(keyManager, 'Accepted')], compiled: plan, status: {} };
}

function compileKeyManager(keyManager: KeyManager): CompiledKeyManager {
  return {
    contract: contractVersion,
    kind: 'KeyManager',
    id: keyOf(keyManager),
    type: keyManager.spec.type,
    header: (keyManager.spec.apiKey?.header ?? 'X-API-Key').toLowerCase(),
  };
}

/** Whether ApiServices in `namespace` may name `keyManager`: its own namespace always, others as `spec.tenants` says. */
export function mayUseKeyManager(keyManager: KeyManager, namespace: string, world: World): boolean {
  if (keyManager.metadata.namespace === namespace) return true;
  const { tenants } = keyManager.spec;
  if (tenants === undefined) return keyManager.metadata.namespace === world.settings.installationNamespace;
  const tenant = world.tenants.get(world.tenantOf(namespace)?.name ?? '');
  return tenant !== undefined && admits(tenants, tenant);
}

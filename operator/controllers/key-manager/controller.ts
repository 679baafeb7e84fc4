import type { KeyManager } from '#api/generated/keymanager.ts';
import { ownsTokenEndpoint } from '../../translate/token-endpoint.ts';
import { translateKeyManager } from '../../translate/translate-key-manager.ts';
import type { Environment } from '../environment.ts';
import type { KindController, Visit } from '../reconciler.ts';
import { keepSigningKeys, lookAgainMs } from './signing-keys.ts';

export const keyManagerController: KindController<KeyManager> = {
  kind: 'KeyManager',
  compiledKind: 'KeyManager',
  acknowledged: false,
  readyPolicy: [
    { type: 'ReconcileFailed', healthyWhen: 'False' },
    { type: 'Accepted', healthyWhen: 'True' },
    { type: 'ResolvedRefs', healthyWhen: 'True' },
  ],
  get: (env, id) => env.world.keyManagers.get(id),
  visit,
  gone: async (env, id) => {
    env.world.signingKeys.delete(id);
    return {};
  },
};

async function visit(env: Environment, keyManager: KeyManager, signal: AbortSignal): Promise<Visit> {
  const hasKeys = ownsTokenEndpoint(keyManager, env.world);
  if (hasKeys) await keepSigningKeys(env, keyManager, signal);
  const { observations, compiled, status } = translateKeyManager(keyManager, env.world);
  return { observations, compiled, fields: status, ...(hasKeys ? { requeueAfterMs: lookAgainMs } : {}) };
}

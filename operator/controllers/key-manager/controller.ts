import type { KeyManager } from '#api/generated/keymanager.ts';
import { translateKeyManager } from '../../translate/translate-key-manager.ts';
import type { KindController } from '../reconciler.ts';

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
  visit: async (env, keyManager) => {
    const { observations, compiled, status } = translateKeyManager(keyManager, env.world);
    return { observations, compiled, fields: status };
  },
  gone: async () => {},
};

import type { KubeObject } from '#api/object.ts';
import { forwarding } from '#kube/forwarding.ts';
import type { Store } from '#kube/store.ts';
import { apiKeyDataKey, apiKeySecretType, type Secret } from '#operator/world/key-secret.ts';
import type { KeyName, StateFolder } from './state-folder.ts';

/**
 * A store in memory forgets with the process; keys that the operator generated must not. When it creates a Secret with a
 * generated key, or the pepper, and the state folder has the one of an earlier run, that one is stored instead.
 */
export function keepingStore(store: Store, state: StateFolder): Store {
  return {
    ...forwarding(store),
    create: async (object, options) => await store.create(await remembered(object, state), options),
  };
}

async function remembered<T extends KubeObject>(object: T, state: StateFolder): Promise<T> {
  if (object.apiVersion !== 'v1' || object.kind !== 'Secret') return object;
  const secret: Secret = object;
  const name = generatedKeyName(secret);
  if (name !== undefined) {
    const kept = await state.readKey(name);
    return kept === undefined ? object : withData(object, apiKeyDataKey, Buffer.from(kept).toString('base64'));
  }
  const pepper = secret.data?.[pepperKey];
  if (secret.metadata.name !== pepperName || pepper === undefined) return object;
  const kept = await state.readPepper();
  if (kept !== undefined) return withData(object, pepperKey, kept);
  await state.writePepper(pepper);
  return object;
}

/** The operator's own Secret (`operator/feed/pepper.ts`). */
const pepperName = 'simpul-pepper';
const pepperKey = 'pepper';

function withData<T extends KubeObject>(secret: T, key: string, value: string): T {
  return { ...secret, data: { [key]: value } };
}

/** Whose generated key a Secret holds; undefined when it holds none. */
export function generatedKeyName(secret: Secret): KeyName | undefined {
  const { name, namespace = '', ownerReferences = [] } = secret.metadata;
  const owner = ownerReferences.find(({ kind }) => kind === 'Subscription');
  if (secret.type !== apiKeySecretType || owner === undefined || !name.startsWith(`${owner.name}-`)) return undefined;
  return { namespace, subscription: owner.name, credential: name.slice(owner.name.length + 1) };
}

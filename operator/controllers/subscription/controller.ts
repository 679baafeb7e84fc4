import type { Subscription } from '#api/generated/subscription.ts';
import { coreKinds } from '#api/kinds.ts';
import { idOf, keyOf, parseId } from '#api/object.ts';
import { isStoreError } from '#kube/store-error.ts';
import { buildKeySecret } from '../../resources/key-secret.ts';
import { fieldManager } from '../../resources/metadata.ts';
import { StatusError } from '../../runtime/status-error.ts';
import { translateSubscription } from '../../translate/translate-subscription.ts';
import { claimantsOfKey } from '../../world/dependents.ts';
import { keySecretOf } from '../../world/key-secret.ts';
import { keyCredentials, secretNameOf } from '../../world/world.ts';
import type { Environment } from '../environment.ts';
import type { KindController, Visit } from '../reconciler.ts';
import { rfc3339 } from '../status-writer.ts';

export const subscriptionController: KindController<Subscription> = {
  kind: 'Subscription',
  compiledKind: 'Subscription',
  acknowledged: true,
  readyPolicy: [
    { type: 'ReconcileFailed', healthyWhen: 'False' },
    { type: 'Accepted', healthyWhen: 'True' },
    { type: 'ResolvedRefs', healthyWhen: 'True' },
    { type: 'Approved', healthyWhen: 'True' },
    { type: 'Programmed', healthyWhen: 'True' },
  ],
  get: (env, id) => env.world.subscriptions.get(id),
  visit,
  gone: async (env, id) => {
    releaseKeys(env, id);
    return {};
  },
  settled: (env, subscription) => releaseKeys(env, keyOf(subscription)),
};

async function visit(env: Environment, subscription: Subscription, signal: AbortSignal): Promise<Visit | 'later'> {
  const namespace = subscription.metadata.namespace ?? '';
  const isTenants = env.world.tenantOf(namespace) !== undefined;
  // The watch on the namespace's Secrets has only begun; its first complete list wakes us.
  if (isTenants && !env.world.syncedSecrets.has(namespace)) return 'later';

  const now = rfc3339(env.now());
  let outcome = translateSubscription(subscription, env.world, now);
  if (outcome.missingSecrets.length > 0) {
    for (const { secretName } of outcome.missingSecrets) await generateKey(env, subscription, secretName, signal);
    outcome = translateSubscription(subscription, env.world, now);
  }
  takeKeys(env, keyOf(subscription), outcome.keys);
  await removeStaleKeys(env, subscription, signal);
  return { observations: outcome.observations, compiled: outcome.compiled, fields: outcome.status };
}

async function generateKey(
  env: Environment,
  subscription: Subscription,
  secretName: string,
  signal: AbortSignal,
): Promise<void> {
  const secret = buildKeySecret(subscription, secretName, env.randomBytes(32));
  try {
    const stored = await env.store.create(secret, { fieldManager, signal });
    env.world.keySecrets.put(keySecretOf(stored, Buffer.from(env.world.settings.pepper, 'base64')));
  } catch (error) {
    if (!isStoreError(error, 'AlreadyExists')) throw error;
    // Ours would be known: it belongs to somebody else, or is about to come in through the watch.
    const message = `Secret "${secretName}" exists and is not this Subscription's: rename the credential, or remove the Secret`;
    throw new StatusError('SecretConflict', message, { retryAfterMs: 5_000 });
  }
}

/** Keys are taken before anything is awaited, and let go only once the gateways are told (`settled`). */
function takeKeys(env: Environment, id: string, keys: readonly string[]): void {
  env.world.keys.hold(id, [...env.world.keys.heldBy(id), ...keys]);
}

function releaseKeys(env: Environment, id: string): void {
  const freed = env.world.keys.hold(id, env.world.compiledKeysOf(id));
  env.wake(freed.flatMap((hash) => claimantsOfKey(hash, env.world)).filter((wake) => wake.id !== id));
}

/** Generated keys of credentials that the spec names no more. */
async function removeStaleKeys(env: Environment, subscription: Subscription, signal: AbortSignal): Promise<void> {
  const names = new Set(keyCredentials(subscription).map((credential) => secretNameOf(subscription, credential)));
  for (const secretId of [...env.world.keySecrets.by('owner', subscription.metadata.uid ?? '-')]) {
    const key = parseId(secretId);
    const known = env.world.keySecrets.get(secretId);
    if (known === undefined || names.has(key.name)) continue;
    await env.store.delete(coreKinds.Secret, key, { resourceVersion: known.metadata.resourceVersion, signal });
    env.world.keySecrets.delete(idOf(key.namespace, key.name));
  }
}

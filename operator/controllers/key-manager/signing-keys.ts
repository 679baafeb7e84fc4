import { generateKeyPairSync } from 'node:crypto';
import type { KeyManager } from '#api/generated/keymanager.ts';
import { coreKinds } from '#api/kinds.ts';
import { keyOf } from '#api/object.ts';
import { childLabels, fieldManager } from '../../resources/metadata.ts';
import type { Secret } from '../../world/key-secret.ts';
import { planRotation, type SigningKey } from '../../world/signing-keys.ts';
import type { Environment } from '../environment.ts';

/** Holds the keys of all token endpoints, each under the name of its KeyManager. One Secret, so that a role can name it. */
const secretName = 'simpul-token-keys';
const secretType = 'simpul.id/token-keys';

/** Time until the keys are looked at again; so long one that somebody has removed goes unnoticed. */
export const lookAgainMs = 10 * 60_000;

const dayMs = 86_400_000;

/** What stands in the Secret. `uid`: a KeyManager that was made anew gets keys of its own. */
interface Stored {
  readonly uid: string;
  readonly keys: readonly SigningKey[];
}

/** Makes the keys of a token endpoint, the first and every next one, and takes them into the world. */
export async function keepSigningKeys(env: Environment, keyManager: KeyManager, signal: AbortSignal): Promise<void> {
  const { name, namespace = '', uid = '' } = keyManager.metadata;
  const secret = await env.store.get<Secret>(coreKinds.Secret, { namespace, name: secretName }, { signal });
  const known = storedIn(secret, name);
  const keys = known?.uid === uid ? known.keys : [];
  const everyMs = (keyManager.spec.tokenEndpoint?.keyRotationDays ?? 1) * dayMs;
  const { kept, nextFrom } = planRotation(keys, everyMs, env.now().getTime());
  const next = nextFrom === undefined ? kept : [...kept, makeKey(env, nextFrom)];
  if (next.length !== keys.length || nextFrom !== undefined) {
    await write(env, { namespace, secret, name, stored: { uid, keys: next } }, signal);
  }
  env.world.signingKeys.set(keyOf(keyManager), next);
}

function storedIn(secret: Secret | undefined, name: string): Stored | undefined {
  const text = secret?.data?.[name];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as Stored;
  } catch {
    // Somebody wrote something else there: tokens that were given are lost, new ones are not.
    return undefined;
  }
}

function makeKey(env: Environment, signsFrom: number): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = env.randomBytes(12).toString('base64url');
  return { kid, signsFrom, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

interface Change {
  readonly namespace: string;
  readonly secret: Secret | undefined;
  readonly name: string;
  readonly stored: Stored;
}

/** Fenced by the resourceVersion that was read: two leaders never keep each their own. */
async function write(
  env: Environment,
  { namespace, secret, name, stored }: Change,
  signal: AbortSignal,
): Promise<void> {
  const data = { ...secret?.data, [name]: Buffer.from(JSON.stringify(stored)).toString('base64') };
  const wanted: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: secretType,
    metadata: { name: secretName, namespace, labels: { ...childLabels } },
    data,
  };
  if (secret === undefined) await env.store.create(wanted, { fieldManager, signal });
  else {
    const { resourceVersion = '' } = secret.metadata;
    await env.store.apply(
      { ...wanted, metadata: { ...wanted.metadata, resourceVersion } },
      { fieldManager, force: true, signal },
    );
  }
}

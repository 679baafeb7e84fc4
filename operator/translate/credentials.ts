import type { CompiledCredential } from '#api/compiled/contract.ts';
import type { Subscription, SubscriptionStatusCredential } from '#api/generated/subscription.ts';
import { idOf, keyOf } from '#api/object.ts';
import type { KeyProjection, KeySecret } from '../world/key-secret.ts';
import { apiKeyDataKey } from '../world/key-secret.ts';
import type { World } from '../world/world.ts';
import { secretNameOf } from '../world/world.ts';
import type { Problem } from './outcome.ts';
import { byPrecedence } from './precedence.ts';

type Credential = Subscription['spec']['credentials'][number];

/** What became of one credential. */
export interface CredentialVerdict {
  readonly credential: Credential;
  readonly secretName: string;
  readonly state: SubscriptionStatusCredential['state'];
  /** Hash that gateways shall know; also the last good one of a credential that went wrong. */
  readonly hash: string | undefined;
  readonly problem: Problem | undefined;
  /** True: the Secret has to be generated. */
  readonly missing: boolean;
}

interface Case {
  readonly subscription: Subscription;
  readonly world: World;
  /** Credential names by hash, of those judged so far: of two equal keys the first in the spec counts. */
  readonly taken: Map<string, string>;
}

/** Judges all credentials of a Subscription, in the order of the spec. */
export function judgeCredentials(subscription: Subscription, world: World): CredentialVerdict[] {
  const taken = new Map<string, string>();
  return subscription.spec.credentials.map((credential) => {
    const judged = judgeCredential(credential, { subscription, world, taken });
    if (judged.hash !== undefined) taken.set(judged.hash, credential.name);
    return judged;
  });
}

function judgeCredential(credential: Credential, situation: Case): CredentialVerdict {
  const { subscription, world } = situation;
  const secretName = secretNameOf(subscription, credential);
  const secret = world.keySecrets.get(idOf(subscription.metadata.namespace ?? '', secretName));
  if (secret === undefined && credential.apiKey === undefined) {
    return { credential, secretName, state: 'Refused', hash: undefined, problem: undefined, missing: true };
  }
  const found = secret === undefined ? secretNotFound(secretName) : keyIn(secret, credential, subscription);
  const problem = 'reason' in found ? found : keyProblem(found, credential, situation);
  if (problem === undefined && 'hash' in found) {
    return { credential, secretName, state: 'Active', hash: found.hash, problem, missing: false };
  }
  // An error takes nothing away: the key that was good before stays, unless its Secret is gone or another has it.
  const keepsLast = secret !== undefined && problem !== undefined && keepsLastGood.has(problem.reason);
  const hash = keepsLast ? lastGoodHash(credential, subscription, world) : undefined;
  return { credential, secretName, state: 'Refused', hash, problem, missing: false };
}

const keepsLastGood = new Set(['SecretKeyMissing', 'WeakCredential', 'CredentialInUse']);

function secretNotFound(name: string): Problem {
  const message = `Secret "${name}" of type simpul.id/api-key does not exist in this namespace: create it, or give the one of that name this type`;
  return { reason: 'SecretNotFound', message };
}

function keyIn(secret: KeySecret, credential: Credential, subscription: Subscription): KeyProjection | Problem {
  const { name } = secret.metadata;
  if (credential.apiKey === undefined) {
    const generated = secret.keys.get(apiKeyDataKey);
    if (secret.ownerUid === subscription.metadata.uid && generated !== undefined) return generated;
    const message = `Secret "${name}", which credential "${credential.name}" needs, exists and is not this Subscription's: rename the credential, or remove the Secret`;
    return { reason: 'SecretConflict', message };
  }
  if (secret.ownerUid !== '') {
    const message = `Secret "${name}" belongs to a Subscription: a brought key needs a Secret of its own`;
    return { reason: 'SecretNotAllowed', message };
  }
  const { key } = credential.apiKey.secretRef;
  const found = secret.keys.get(key);
  return (
    found ?? { reason: 'SecretKeyMissing', message: `Secret "${name}" has no key "${key}": add it, or name another` }
  );
}

function keyProblem(key: KeyProjection, credential: Credential, situation: Case): Problem | undefined {
  const { subscription, world, taken } = situation;
  if (key.weak) {
    const message = `The key of credential "${credential.name}" is weak: it needs 32 to 512 printable characters, 10 of them distinct`;
    return { reason: 'WeakCredential', message };
  }
  const twin = taken.get(key.hash);
  if (twin !== undefined) {
    const message = `Credentials "${twin}" and "${credential.name}" have the same key: give each a key of its own`;
    return { reason: 'CredentialInUse', message };
  }
  const holder = world.keys.holderOf(key.hash) ?? firstClaimant(key.hash, subscription, world);
  if (holder === undefined || holder === keyOf(subscription)) return undefined;
  // Whose key it is stays unsaid: that would tell a guesser whom it belongs to.
  const message = `The key of credential "${credential.name}" is in use by another Subscription, which keeps it: bring another key`;
  return { reason: 'CredentialInUse', message };
}

/** The Subscription that would get a free key before `subscription` does. */
function firstClaimant(hash: string, subscription: Subscription, world: World): string | undefined {
  const secrets = [...world.keySecrets.by('hash', hash)];
  const rivals = secrets.flatMap((secretId) => [...world.subscriptions.by('secret', secretId)]);
  return rivals.find((id) => {
    const rival = world.subscriptions.get(id);
    if (rival === undefined || rival === subscription || rival.metadata.deletionTimestamp) return false;
    if (byPrecedence(rival, subscription) > 0) return false;
    return rival.spec.credentials.some((credential) => usesKey(credential, rival, hash, world));
  });
}

function usesKey(credential: Credential, owner: Subscription, hash: string, world: World): boolean {
  const secret = world.keySecrets.get(idOf(owner.metadata.namespace ?? '', secretNameOf(owner, credential)));
  const key = secret && keyIn(secret, credential, owner);
  return key !== undefined && 'hash' in key && key.hash === hash && !key.weak;
}

function lastGoodHash(credential: Credential, subscription: Subscription, world: World): string | undefined {
  for (const entry of world.compiled.of('Subscription', keyOf(subscription)).values()) {
    const hash = entry.credentials?.find(({ name }) => name === credential.name)?.hash;
    if (hash !== undefined) return hash;
  }
  return undefined;
}

/** Compiles what gateways shall know of a credential; undefined when there is nothing to know. */
export function compileCredential({ credential, hash }: CredentialVerdict): CompiledCredential | undefined {
  if (hash === undefined) return undefined;
  const { notBefore, notAfter } = credential;
  return {
    name: credential.name,
    type: 'ApiKey',
    hash,
    ...(notBefore === undefined ? {} : { notBefore: Date.parse(notBefore) }),
    ...(notAfter === undefined ? {} : { notAfter: Date.parse(notAfter) }),
  };
}

import { type CompiledCredential, type CredentialProof, proofKey } from '#api/compiled/contract.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Subscription, SubscriptionStatusCredential } from '#api/generated/subscription.ts';
import { idOf, keyOf } from '#api/object.ts';
import type { KeyProjection, KeySecret } from '../world/key-secret.ts';
import { apiKeyDataKey } from '../world/key-secret.ts';
import { namedProof } from '../world/named-proof.ts';
import type { World } from '../world/world.ts';
import { isNamed, keyCredentials, secretNameOf } from '../world/world.ts';
import type { Problem } from './outcome.ts';
import { byPrecedence } from './precedence.ts';
import { signatureProof } from './signature-key.ts';
import { mayUseKeyManager } from './translate-key-manager.ts';

type Credential = Subscription['spec']['credentials'][number];

/** What became of one credential. */
export interface CredentialVerdict {
  readonly credential: Credential;
  /** Absent: it is no key. */
  readonly secretName?: string;
  readonly state: SubscriptionStatusCredential['state'];
  /** What gateways shall know; also the last good of a credential that went wrong. */
  readonly proof: CredentialProof | undefined;
  readonly problem: Problem | undefined;
  /** True: the Secret has to be generated. */
  readonly missing: boolean;
}

interface Case {
  readonly subscription: Subscription;
  readonly world: World;
  /** Credential names by `proofKey`, of those judged so far: of two equal ones the first in the spec counts. */
  readonly taken: Map<string, string>;
}

/** Judges all credentials of a Subscription, in the order of the spec. */
export function judgeCredentials(subscription: Subscription, world: World): CredentialVerdict[] {
  const taken = new Map<string, string>();
  return subscription.spec.credentials.map((credential) => {
    const situation = { subscription, world, taken };
    const judged = isNamed(credential) ? judgeNamed(credential, situation) : judgeKey(credential, situation);
    if (judged.proof !== undefined) taken.set(proofKey(judged.proof), credential.name);
    return judged;
  });
}

function judgeKey(credential: Credential, situation: Case): CredentialVerdict {
  const { subscription, world } = situation;
  const secretName = secretNameOf(subscription, credential);
  const secret = world.keySecrets.get(idOf(subscription.metadata.namespace ?? '', secretName));
  if (secret === undefined && credential.apiKey === undefined) {
    return { credential, secretName, state: 'Refused', proof: undefined, problem: undefined, missing: true };
  }
  const found = secret === undefined ? secretNotFound(secretName) : keyIn(secret, credential, subscription);
  const problem = 'reason' in found ? found : keyProblem(found, credential, situation);
  if (problem === undefined && 'hash' in found) {
    const proof = { type: 'ApiKey', hash: found.hash } as const;
    return { credential, secretName, state: 'Active', proof, problem, missing: false };
  }
  // An error takes nothing away: the key that was good before stays, unless its Secret is gone or another has it.
  const keepsLast = secret !== undefined && problem !== undefined && keepsLastGood.has(problem.reason);
  const proof = keepsLast ? lastGoodProof(credential, situation, 'ApiKey') : undefined;
  return { credential, secretName, state: 'Refused', proof, problem, missing: false };
}

/** A client of an identity provider, or a certificate: nothing is secret here, so all that can be wrong is who may name it. */
function judgeNamed(credential: Credential, situation: Case): CredentialVerdict {
  const { signature } = credential;
  const proof =
    signature === undefined
      ? (namedProof(credential, situation.subscription) ?? notAName(credential))
      : signatureProof(credential, signature, situation);
  if ('reason' in proof) return lostProof(credential, proof, situation);
  if (proof.type === 'ApiKey') throw new TypeError('a named proof is no key');
  const problem = keyManagerProblem(proof, situation) ?? clientProblem(proof, credential, situation);
  if (problem === undefined) return { credential, state: 'Active', proof, problem, missing: false };
  const last = problem.reason === 'CredentialInUse' ? lastGoodProof(credential, situation, proof.type) : undefined;
  return { credential, state: 'Refused', proof: last, problem, missing: false };
}

/** What went wrong took nothing away from a key that signed before. */
function lostProof(credential: Credential, problem: Problem, situation: Case): CredentialVerdict {
  const proof = credential.signature && lastGoodProof(credential, situation, 'Signature');
  return { credential, state: 'Refused', proof, problem, missing: false };
}

function notAName({ name, clientCertificate }: Credential): Problem {
  const message =
    clientCertificate?.subject === undefined
      ? `ipAddress of credential "${name}" is no IP address`
      : `subject of credential "${name}" is no distinguished name of RFC 4514, such as CN=perizinan,O=Kota Tangerang,C=ID: take the output of openssl x509 -noout -subject -nameopt RFC2253`;
  return { reason: 'InvalidValue', message };
}

type NamedProof = Exclude<CredentialProof, { readonly type: 'ApiKey' }>;

/** Types of KeyManagers that vouch for what a credential names. */
const vouching: Readonly<Record<NamedProof['type'], readonly KeyManager['spec']['type'][]>> = {
  OIDC: ['OIDC', 'Introspection'],
  ClientCertificate: ['ClientCertificate'],
  Signature: ['Signature'],
};

function keyManagerProblem({ type, keyManager: id }: NamedProof, { subscription, world }: Case): Problem | undefined {
  const keyManager = world.keyManagers.get(id);
  if (keyManager === undefined) return { reason: 'KeyManagerNotFound', message: `KeyManager "${id}" does not exist` };
  const { namespace = '' } = subscription.metadata;
  if (!mayUseKeyManager(keyManager, namespace, world)) {
    const message = `KeyManager "${id}" does not admit namespace "${namespace}": its owner changes spec.tenants of the KeyManager`;
    return { reason: 'TenantNotAllowed', message };
  }
  if (vouching[type].includes(keyManager.spec.type)) return undefined;
  const [field, knows] = words[type];
  const message = `KeyManager "${id}" is of type ${keyManager.spec.type} and knows no ${knows}: name one of type ${vouching[type].join(' or ')}, or remove ${field} to get a key`;
  return { reason: 'InvalidValue', message };
}

/** Field of a credential, what KeyManagers of that type know, one of these, and how to get another. */
const words: Readonly<Record<NamedProof['type'], readonly [string, string, string, string]>> = {
  OIDC: ['oidc', 'clients', 'client', 'register a client of its own for this application'],
  ClientCertificate: [
    'clientCertificate',
    'certificates',
    'certificate',
    'have a certificate of another name issued for this application',
  ],
  Signature: ['signature', 'keys that sign', 'key id', 'choose another keyId'],
};

function clientProblem(proof: NamedProof, credential: Credential, situation: Case): Problem | undefined {
  const { subscription, world, taken } = situation;
  const client = proofKey(proof);
  const [, , what, remedy] = words[proof.type];
  const twin = taken.get(client);
  if (twin !== undefined) {
    const message = `Credentials "${twin}" and "${credential.name}" name the same ${what}: remove one of them`;
    return { reason: 'CredentialInUse', message };
  }
  const rival = world.keys.holderOf(client) ?? firstOf(world.subscriptions.by('client', client), subscription, world);
  if (rival === undefined || rival === keyOf(subscription)) return undefined;
  const message = `The ${what} of credential "${credential.name}" belongs to another Subscription, which keeps it: ${remedy}`;
  return { reason: 'CredentialInUse', message };
}

const keepsLastGood = new Set(['SecretKeyMissing', 'WeakCredential', 'CredentialInUse']);

function secretNotFound(name: string): Problem {
  const message = `Secret "${name}" of type simpul.id/api-key does not exist in this namespace: create it, or give the one of that name this type`;
  return { reason: 'SecretNotFound', message };
}

function keyIn(secret: KeySecret, credential: Credential, subscription: Subscription): KeyProjection | Problem {
  const { name } = secret.metadata;
  if (credential.apiKey === undefined) {
    const generated = secret.keys.find(({ name: at }) => at === apiKeyDataKey);
    if (secret.ownerUid === subscription.metadata.uid && generated !== undefined) return generated;
    const message = `Secret "${name}", which credential "${credential.name}" needs, exists and is not this Subscription's: rename the credential, or remove the Secret`;
    return { reason: 'SecretConflict', message };
  }
  if (secret.ownerUid !== '') {
    const message = `Secret "${name}" belongs to a Subscription: a brought key needs a Secret of its own`;
    return { reason: 'SecretNotAllowed', message };
  }
  const { key } = credential.apiKey.secretRef;
  const found = secret.keys.find(({ name: at }) => at === key);
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
  const users = secrets.flatMap((secretId) => [...world.subscriptions.by('secret', secretId)]);
  return firstOf(users, subscription, world, (rival) =>
    keyCredentials(rival).some((credential) => usesKey(credential, rival, hash, world)),
  );
}

/** The one of `ids` that comes before `subscription` and wants the same. */
function firstOf(
  ids: Iterable<string>,
  subscription: Subscription,
  world: World,
  wants: (rival: Subscription) => boolean = () => true,
): string | undefined {
  return [...ids].find((id) => {
    const rival = world.subscriptions.get(id);
    if (rival === undefined || rival === subscription || rival.metadata.deletionTimestamp) return false;
    return byPrecedence(rival, subscription) <= 0 && wants(rival);
  });
}

function usesKey(credential: Credential, owner: Subscription, hash: string, world: World): boolean {
  const secret = world.keySecrets.get(idOf(owner.metadata.namespace ?? '', secretNameOf(owner, credential)));
  const key = secret && keyIn(secret, credential, owner);
  return key !== undefined && 'hash' in key && key.hash === hash && !key.weak;
}

function lastGoodProof(
  credential: Credential,
  { subscription, world }: Case,
  type: CredentialProof['type'],
): CredentialProof | undefined {
  for (const entry of world.compiled.of('Subscription', keyOf(subscription)).values()) {
    const last = entry.credentials?.find((one) => one.name === credential.name && one.type === type);
    if (last !== undefined) return proofOf(last);
  }
  return undefined;
}

function proofOf(compiled: CompiledCredential): CredentialProof {
  const { name: _name, notBefore: _notBefore, notAfter: _notAfter, ...proof } = compiled;
  return proof;
}

/** Compiles what gateways shall know of a credential; undefined when there is nothing to know. */
export function compileCredential({ credential, proof }: CredentialVerdict): CompiledCredential | undefined {
  if (proof === undefined) return undefined;
  const { notBefore, notAfter } = credential;
  return {
    name: credential.name,
    ...proof,
    ...(notBefore === undefined ? {} : { notBefore: Date.parse(notBefore) }),
    ...(notAfter === undefined ? {} : { notAfter: Date.parse(notAfter) }),
  };
}

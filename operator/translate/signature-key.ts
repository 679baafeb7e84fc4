import { createPublicKey, type KeyObject } from 'node:crypto';
import type { CompiledSignatureKey, CredentialProof } from '#api/compiled/contract.ts';
import type { CompiledSignatureKeyManager, RequestSignatureAlgorithm } from '#api/compiled/key-manager.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import { resolveMaterial, valueIn } from '../world/reference-problems.ts';
import { signingSecretRef } from '../world/references.ts';
import { refId } from '../world/routes.ts';
import type { World } from '../world/world.ts';
import type { Problem } from './outcome.ts';
import { parseDurationMs } from './quantity.ts';

type Credential = Subscription['spec']['credentials'][number];
type SignatureCredential = NonNullable<Credential['signature']>;
type SignatureSettings = NonNullable<KeyManager['spec']['signature']>;

interface Scene {
  readonly subscription: Subscription;
  readonly world: World;
}

/** What gateways verify signatures by, or why that cannot be. */
export function signatureProof(
  { name }: Credential,
  signature: SignatureCredential,
  scene: Scene,
): CredentialProof | Problem {
  const { keyManagerRef, keyId, publicKey, secretRef } = signature;
  const key =
    secretRef === undefined
      ? publicKeyOf(publicKey ?? '', name)
      : sharedSecret(secretRef, `credentials "${name}"`, scene);
  if ('reason' in key) return key;
  return { type: 'Signature', keyManager: refId(keyManagerRef, scene.subscription), keyId, ...key };
}

function publicKeyOf(pem: string, name: string): CompiledSignatureKey | Problem {
  const key = attempt(() => createPublicKey(pem));
  const isPrivate = pem.includes('PRIVATE KEY');
  if (key !== undefined && !isPrivate && isOfKnownType(key)) {
    return { publicKey: key.export({ type: 'spki', format: 'pem' }).toString() };
  }
  const what = isPrivate ? 'is a private key, which belongs to nobody else' : 'is no Ed25519 or EC (P-256, P-384) key';
  const message = `publicKey of credential "${name}" ${what}: give the public key in PEM form (openssl pkey -pubout)`;
  return { reason: 'InvalidValue', message };
}

function isOfKnownType({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === 'ed25519') return true;
  const curve = asymmetricKeyDetails?.namedCurve;
  return asymmetricKeyType === 'ec' && (curve === 'prime256v1' || curve === 'secp384r1');
}

const shortestSecret = 32;

function sharedSecret(
  { name, key }: NonNullable<SignatureCredential['secretRef']>,
  field: string,
  { subscription, world }: Scene,
): CompiledSignatureKey | Problem {
  const ref = signingSecretRef(subscription, name);
  const material = resolveMaterial(world, `${field}.signature.secretRef`, ref);
  if ('reason' in material) return material;
  const value = valueIn(material, key, `${field}.signature.secretRef`, ref);
  if ('reason' in value) return value;
  const text = value.text.trim();
  const isGood = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && Buffer.from(text, 'base64').length >= shortestSecret;
  if (isGood && text.length <= 1024) return { hmacSecret: text };
  const message = `${field}.signature.secretRef: Secret "${name}" has under "${key}" something else than base64 of at least ${shortestSecret} bytes (openssl rand -base64 32)`;
  return { reason: 'InvalidSecret', message };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const longest = { maxAge: 3_600_000, clockLeeway: 300_000 };

/** Whether the times can be used. */
export function signatureProblem({ spec }: KeyManager): Problem | undefined {
  if (spec.signature === undefined) return undefined;
  for (const field of ['maxAge', 'clockLeeway'] as const) {
    const ms = parseDurationMs(spec.signature[field]) ?? Number.POSITIVE_INFINITY;
    if (ms <= longest[field] && (field !== 'maxAge' || ms >= 1000)) continue;
    const bound = field === 'maxAge' ? 'between 1s and 1h' : 'of at most 5m';
    const message = `spec.signature.${field} "${spec.signature[field]}" must be a duration ${bound}, such as 10s`;
    return { reason: 'InvalidValue', message };
  }
  return undefined;
}

const names: Readonly<Record<NonNullable<SignatureSettings['algorithms']>[number], RequestSignatureAlgorithm>> = {
  Ed25519: 'ed25519',
  EcdsaP256: 'ecdsa-p256-sha256',
  EcdsaP384: 'ecdsa-p384-sha384',
  HmacSha256: 'hmac-sha256',
};

export function compileSignature({ spec }: KeyManager): Omit<CompiledSignatureKeyManager, 'contract' | 'kind' | 'id'> {
  const {
    algorithms = ['Ed25519', 'EcdsaP256', 'EcdsaP384'],
    components = [],
    maxAge,
    clockLeeway,
  } = spec.signature ?? {};
  return {
    type: 'Signature',
    algorithms: algorithms.map((name) => names[name]).sort(),
    components: [...components].sort(),
    maxAgeMs: parseDurationMs(maxAge ?? '1m') ?? 0,
    clockLeewayMs: parseDurationMs(clockLeeway ?? '10s') ?? 0,
  };
}

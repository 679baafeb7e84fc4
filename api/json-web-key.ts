import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** Signature algorithms that are accepted (RFC 7518, 3.1; RFC 8037; RFC 9864). Never `none`, never a shared secret. */
export const signatureAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

/** A public key, and the only algorithms that it may verify. */
export interface VerificationKey {
  /** Undefined: the set has one key, or tokens do not name it. */
  readonly kid: string | undefined;
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly key: KeyObject;
}

/** Most keys of one set; further ones are not read. */
const maxKeys = 64;
/** RSA below 2048 bits is broken; far above it each signature costs milliseconds. */
const rsaBits = { least: 2048, most: 8192 };

/**
 * The keys of a JWK set (RFC 7517) that may verify signatures. Others are left out, as the RFC asks for: encryption keys,
 * shared secrets, unknown types and curves, keys that are too weak. Undefined when `set` is no JWK set at all.
 */
export function readJwkSet(set: unknown): readonly VerificationKey[] | undefined {
  const keys: unknown = isRecord(set) ? set['keys'] : undefined;
  if (!Array.isArray(keys)) return undefined;
  return keys.slice(0, maxKeys).flatMap((jwk) => (isRecord(jwk) ? (readJwk(jwk) ?? []) : []));
}

function readJwk(jwk: Record<string, unknown>): VerificationKey | undefined {
  const { kid, use, alg } = jwk;
  const operations = jwk['key_ops'];
  if (use !== undefined && use !== 'sig') return undefined;
  if (Array.isArray(operations) && !operations.includes('verify')) return undefined;
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 512)) return undefined;
  const fitting = algorithmsOf(jwk);
  const algorithms = alg === undefined ? fitting : fitting.filter((one) => one === alg || isEdDsaPair(one, alg));
  const key = algorithms.length === 0 ? undefined : importKey(jwk);
  return key === undefined ? undefined : { kid, algorithms, key };
}

/** What a key of this type and curve can verify; nothing for types that are not accepted. */
function algorithmsOf({ kty, crv }: Record<string, unknown>): readonly SignatureAlgorithm[] {
  if (kty === 'RSA') return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
  if (kty === 'OKP') return crv === 'Ed25519' ? ['EdDSA', 'Ed25519'] : [];
  if (kty !== 'EC') return [];
  if (crv === 'P-256') return ['ES256'];
  if (crv === 'P-384') return ['ES384'];
  return crv === 'P-521' ? ['ES512'] : [];
}

/** Two names of one algorithm on this curve (RFC 9864). */
function isEdDsaPair(a: SignatureAlgorithm, b: unknown): boolean {
  return (a === 'EdDSA' && b === 'Ed25519') || (a === 'Ed25519' && b === 'EdDSA');
}

/** Only the public part is taken, whatever else stands there. */
function importKey({ kty, crv, n, e, x, y }: Record<string, unknown>): KeyObject | undefined {
  const parts = Object.entries({ kty, crv, n, e, x, y }).filter(([, value]) => typeof value === 'string');
  try {
    const key = createPublicKey({ key: Object.fromEntries(parts) as JsonWebKey, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength ?? rsaBits.least;
    return bits >= rsaBits.least && bits <= rsaBits.most ? key : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

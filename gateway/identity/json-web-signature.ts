import { constants, verify } from 'node:crypto';
import type { SignatureAlgorithm, VerificationKey } from '#api/json-web-key.ts';
import { decodeBase64url } from './base64url.ts';
import { type JsonObject, member, parseStrictJson } from './strict-json.ts';
import { TokenFault } from './token-fault.ts';

/** A JWS in compact form (RFC 7515, 7.1), taken apart; nothing of it is to be believed before {@link isSignedBy}. */
export interface CompactJws {
  readonly header: JsonObject;
  readonly algorithm: string;
  /** Undefined: it names no key. */
  readonly kid: string | undefined;
  readonly payload: Buffer;
  /** What is signed: header and payload as they came. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Longest token that is looked at, in characters. A head has 16 KiB in all. */
export const maxTokenLength = 12_288;

/** Whether `text` has the form of a compact JWS; opaque tokens have not. */
export function looksLikeJws(text: string): boolean {
  const first = text.indexOf('.');
  const second = text.indexOf('.', first + 1);
  return first > 0 && second > first && text.indexOf('.', second + 1) < 0;
}

/**
 * Takes a compact JWS apart, or throws a {@link TokenFault} that says why it is none. `crit` is refused because none of its
 * extensions is known here (RFC 7515, 4.1.11; RFC 7797), and what a header says about where keys are (`jku`, `x5u`, `jwk`, `x5c`)
 * is never looked at: keys come from the configured issuer alone (RFC 8725, 3.10).
 */
export function readCompactJws(token: string): CompactJws {
  if (token.length > maxTokenLength) throw new TokenFault('is too long');
  const parts = token.split('.', 4);
  const [head = '', body = '', tail = ''] = parts;
  const header = decodeBase64url(head);
  const payload = decodeBase64url(body);
  const signature = decodeBase64url(tail);
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw new TokenFault('is not three parts of base64url without padding');
  }
  const fields = parseStrictJson(header);
  if (Object.hasOwn(fields, 'crit') || Object.hasOwn(fields, 'b64')) throw new TokenFault('has critical extensions');
  const algorithm = member(fields, 'alg');
  const kid = member(fields, 'kid');
  if (typeof algorithm !== 'string') throw new TokenFault('names no algorithm');
  if (kid !== undefined && typeof kid !== 'string') throw new TokenFault('has a kid that is no text');
  const signed = Buffer.from(token.slice(0, head.length + 1 + body.length), 'latin1');
  return { header: fields, algorithm, kid, payload, signed, signature };
}

/**
 * Synchronously, because the other way costs more: 40 µs RS256, 100 µs ES256, 120 µs Ed25519 here against 48, 104 and 150 µs
 * of the same CPU on another thread, and tokens that were verified are remembered.
 */
export function isSignedBy(jws: CompactJws, { algorithms, key }: VerificationKey): boolean {
  const { algorithm, signed, signature } = jws;
  const known = algorithms.find((one) => one === algorithm);
  if (known === undefined) return false;
  const { hash, ...options } = verifyOptions[known];
  try {
    return verify(hash, signed, { key, ...options }, signature);
  } catch {
    return false;
  }
}

interface VerifyOptions {
  readonly hash: string | null;
  readonly padding?: number;
  readonly saltLength?: number;
  readonly dsaEncoding?: 'ieee-p1363';
}

const pkcs1 = { padding: constants.RSA_PKCS1_PADDING };
/** The salt is as long as the hash (RFC 7518, 3.5). */
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const rAndS = { dsaEncoding: 'ieee-p1363' } as const;

const verifyOptions: Readonly<Record<SignatureAlgorithm, VerifyOptions>> = {
  RS256: { hash: 'sha256', ...pkcs1 },
  RS384: { hash: 'sha384', ...pkcs1 },
  RS512: { hash: 'sha512', ...pkcs1 },
  PS256: { hash: 'sha256', ...pss },
  PS384: { hash: 'sha384', ...pss },
  PS512: { hash: 'sha512', ...pss },
  ES256: { hash: 'sha256', ...rAndS },
  ES384: { hash: 'sha384', ...rAndS },
  ES512: { hash: 'sha512', ...rAndS },
  EdDSA: { hash: null },
  Ed25519: { hash: null },
};

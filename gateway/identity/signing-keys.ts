import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import type { CompiledSigningKey } from '#api/compiled/key-manager.ts';

interface SigningKey {
  readonly kid: string;
  readonly signsFrom: number;
  readonly key: KeyObject;
}

/** The keys of a token endpoint: ES256, which every library knows. */
export class SigningKeys {
  /** The youngest first. */
  readonly #keys: readonly SigningKey[];
  /** A JWK set (RFC 7517) of all public keys. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };

  constructor(compiled: readonly CompiledSigningKey[]) {
    this.#keys = compiled
      .toSorted((a, b) => b.signsFrom - a.signsFrom)
      .map(({ kid, signsFrom, privateKey }) => ({ kid, signsFrom, key: createPrivateKey(privateKey) }));
    this.jwks = { keys: this.#keys.map(publicJwk) };
  }

  /** A JWT (RFC 9068) by the key whose time has come; undefined: there is none. `now`: milliseconds since the epoch. */
  sign(claims: object, now: number): string | undefined {
    const current = this.#keys.find(({ signsFrom }) => signsFrom <= now) ?? this.#keys.at(-1);
    if (current === undefined) return undefined;
    const text = `${encoded({ alg: 'ES256', typ: 'at+jwt', kid: current.kid })}.${encoded(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key: current.key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }
}

function publicJwk({ kid, key }: SigningKey): JsonWebKey {
  return { ...createPublicKey(key).export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

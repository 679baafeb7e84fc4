import { createHmac, createPublicKey, createSecretKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import type { CompiledSignatureKey } from '#api/compiled/contract.ts';
import type { RequestSignatureAlgorithm } from '#api/compiled/key-manager.ts';

/** By what the signatures of one credential are verified. Read when the first one comes: most credentials never sign. */
export class SigningKey {
  readonly #compiled: CompiledSignatureKey;
  #key: ReadKey | null = null;

  constructor(compiled: CompiledSignatureKey) {
    this.#compiled = compiled;
  }

  /** The only one that it verifies. */
  get algorithm(): RequestSignatureAlgorithm {
    return this.#read().algorithm;
  }

  verifies(text: Buffer, signature: Buffer): boolean {
    const { algorithm, object } = this.#read();
    if (algorithm === 'hmac-sha256') {
      const expected = createHmac('sha256', object).update(text).digest();
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    }
    return verify(hashes[algorithm], text, { key: object, dsaEncoding: 'ieee-p1363' }, signature);
  }

  #read(): ReadKey {
    this.#key ??= readKey(this.#compiled);
    return this.#key;
  }
}

const hashes = { ed25519: null, 'ecdsa-p256-sha256': 'sha256', 'ecdsa-p384-sha384': 'sha384' } as const;

interface ReadKey {
  readonly algorithm: RequestSignatureAlgorithm;
  readonly object: KeyObject;
}

function readKey(compiled: CompiledSignatureKey): ReadKey {
  if ('hmacSecret' in compiled) {
    return { algorithm: 'hmac-sha256', object: createSecretKey(compiled.hmacSecret, 'base64') };
  }
  const object = createPublicKey(compiled.publicKey);
  if (object.asymmetricKeyType === 'ed25519') return { algorithm: 'ed25519', object };
  const isLarge = object.asymmetricKeyDetails?.namedCurve === 'secp384r1';
  return { algorithm: isLarge ? 'ecdsa-p384-sha384' : 'ecdsa-p256-sha256', object };
}

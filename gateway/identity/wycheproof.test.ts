import assert from 'node:assert/strict';
import type { JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { CompiledSignatureKey } from '#api/compiled/contract.ts';
import { isSignedBy, readCompactJws } from './json-web-signature.ts';
import { KeySet } from './key-set.ts';
import { SigningKey } from './signing-key.ts';

/** Vectors of Project Wycheproof: what broke other implementations of the same. See testdata/wycheproof. */
interface Vectors<Group> {
  readonly testGroups: readonly Group[];
}

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly flags: readonly string[];
}

function vectorsOf<Group>(name: string): readonly Group[] {
  const file = new URL(`testdata/wycheproof/${name}.json.gz`, import.meta.url);
  return (JSON.parse(gunzipSync(readFileSync(file)).toString()) as Vectors<Group>).testGroups;
}

interface JwsGroup {
  readonly comment: string;
  readonly public?: JsonWebKey;
  readonly private: JsonWebKey;
  readonly tests: readonly (Vector & { readonly jws: unknown })[];
}

/** Whether a token of this text would be taken, as far as its signature goes; keys as a key set of an issuer has them. */
function isTaken(jws: unknown, jwk: JsonWebKey): boolean {
  if (typeof jws !== 'string') return false;
  try {
    const read = readCompactJws(jws);
    const key = KeySet.of({ keys: [jwk] })?.find(read.kid, read.algorithm);
    return key !== undefined && isSignedBy(read, key);
  } catch {
    return false;
  }
}

/**
 * Shared secrets are never accepted, and a key that states its `alg` verifies no other; four vectors have keys of RFC 7520
 * that state another (PS256 for PS384) or none that there is (ES521).
 */
function isAsked(jws: unknown, { kty, alg }: JsonWebKey & { readonly alg?: string }): boolean {
  return kty !== 'oct' && (alg === undefined || readCompactJws(String(jws)).algorithm === alg);
}

suite('JSON Web Signatures of Wycheproof', () => {
  for (const [index, group] of vectorsOf<JwsGroup>('json_web_signature_test').entries()) {
    const key = group.public ?? group.private;
    test(`group ${index}: ${group.comment}`, () => {
      for (const { tcId, comment, result, jws } of group.tests) {
        const expected = result === 'valid' && isAsked(jws, key);
        assert.equal(isTaken(jws, key), expected, `${tcId} ${comment}`);
      }
    });
  }
});

interface SignatureGroup {
  readonly publicKeyPem: string;
  readonly tests: readonly (Vector & { readonly msg: string; readonly sig: string })[];
}

for (const name of ['ed25519_test', 'ecdsa_secp256r1_sha256_p1363_test', 'ecdsa_secp384r1_sha384_p1363_test']) {
  suite(`signatures of requests: ${name} of Wycheproof`, () => {
    for (const [index, { publicKeyPem, tests }] of vectorsOf<SignatureGroup>(name).entries()) {
      const compiled: CompiledSignatureKey = { publicKey: publicKeyPem };
      test(`group ${index}`, () => {
        for (const { tcId, comment, result, msg, sig } of tests) {
          const taken = verifies(compiled, { msg, sig });
          assert.equal(taken, result === 'valid', `${tcId} ${comment}`);
        }
      });
    }
  });
}

interface MacGroup {
  readonly tests: readonly (Vector & { readonly key: string; readonly msg: string; readonly tag: string })[];
}

suite('signatures of requests: hmac_sha256_test of Wycheproof', () => {
  for (const [index, { tests }] of vectorsOf<MacGroup>('hmac_sha256_test').entries()) {
    test(`group ${index}`, () => {
      for (const { tcId, comment, result, key, msg, tag } of tests) {
        const compiled = { hmacSecret: Buffer.from(key, 'hex').toString('base64') };
        // Tags that are cut are good for others; here a signature has its whole length.
        const expected = result === 'valid' && tag.length === 64;
        assert.equal(verifies(compiled, { msg, sig: tag }), expected, `${tcId} ${comment}`);
      }
    });
  }
});

function verifies(key: CompiledSignatureKey, { msg, sig }: { msg: string; sig: string }): boolean {
  return new SigningKey(key).verifies(Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex'));
}

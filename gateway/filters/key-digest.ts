import { hash } from 'node:crypto';

const blockBytes = 64;
const digestBytes = 32;

/** Longest API key that is looked at. Keys of this product have 43 characters; brought ones may be longer. */
export const maxKeyLength = 512;

/** HMAC-SHA-256 of a key under the pepper, as compiled Subscriptions carry it: base64url without padding. */
export type KeyDigest = (key: string) => string;

/**
 * HMAC by two one-shot hashes over prepared blocks (RFC 2104): a third of the time of `createHmac`, which makes an object
 * for each call. `pepper` has 32 bytes.
 */
export function buildKeyDigest(pepper: Buffer): KeyDigest {
  const inner = Buffer.alloc(blockBytes + maxKeyLength);
  const outer = Buffer.alloc(blockBytes + digestBytes);
  for (let i = 0; i < blockBytes; i++) {
    const byte = pepper[i] ?? 0;
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  return (key) => {
    const length = inner.write(key, blockBytes, 'latin1');
    const first = hash('sha256', inner.subarray(0, blockBytes + length), 'buffer');
    first.copy(outer, blockBytes);
    return hash('sha256', outer, 'base64url');
  };
}

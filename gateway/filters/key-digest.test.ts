import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildKeyDigest, maxKeyLength } from './key-digest.ts';

test('is HMAC-SHA-256 in base64url, for keys of any length and one after the other', () => {
  const pepper = randomBytes(32);
  const digest = buildKeyDigest(pepper);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: maxKeyLength }), (key) => {
      assert.equal(digest(key), createHmac('sha256', pepper).update(key).digest('base64url'));
    }),
  );
});

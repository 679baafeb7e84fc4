import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { keySecretOf, type Secret } from './key-secret.ts';

const pepper = Buffer.alloc(32, 7);

function secretWith(data: Record<string, string>): Secret {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'simpul.id/api-key',
    metadata: { name: 's', namespace: 'n', resourceVersion: '5' },
    data: Object.fromEntries(encoded),
  };
}

test('a key is remembered as its HMAC-SHA-256 under the pepper, and nothing else of it', () => {
  const key = 'contoh-kunci-cadangan-0123456789abcdef';
  const projected = keySecretOf(secretWith({ 'api-key': key }), pepper);
  const expected = createHmac('sha256', pepper).update(key).digest('base64url');
  assert.deepEqual(projected.keys, [{ name: 'api-key', hash: expected, weak: false }]);
  assert.ok(!JSON.stringify(projected.keys).includes(key));
});

const strengths = [
  { name: '32 characters, 10 distinct', key: 'abcdefghij'.repeat(4).slice(0, 32), weak: false },
  { name: '31 characters', key: 'abcdefghij'.repeat(4).slice(0, 31), weak: true },
  { name: '9 distinct', key: 'abcdefghi'.repeat(4), weak: true },
  { name: 'a space inside', key: `${'abcdefghij'.repeat(4)} x`, weak: true },
  { name: 'a line feed at the end, as editors leave it', key: `${'abcdefghij'.repeat(4)}\n`, weak: true },
  { name: 'letters beyond ASCII', key: `${'abcdefghij'.repeat(4)}é`, weak: true },
  { name: 'longer than a header field should be', key: 'abcdefghij'.repeat(52), weak: true },
  { name: 'empty', key: '', weak: true },
];

for (const { name, key, weak } of strengths) {
  test(`strength of a key: ${name}`, () => {
    assert.equal(keySecretOf(secretWith({ 'api-key': key }), pepper).keys[0]?.weak, weak);
  });
}

test('the owner is the Subscription that the Secret was generated for', () => {
  const secret = secretWith({});
  const owned = {
    ...secret,
    metadata: {
      ...secret.metadata,
      ownerReferences: [{ apiVersion: 'simpul.id/v1alpha1', kind: 'Subscription', name: 'x', uid: 'u-1' }],
    },
  };
  assert.equal(keySecretOf(owned, pepper).ownerUid, 'u-1');
  assert.equal(keySecretOf(secret, pepper).ownerUid, '');
});

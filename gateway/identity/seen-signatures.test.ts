import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeenSignatures } from './seen-signatures.ts';

const goodForMs = 60_000;
const signature = (text: string): Buffer => Buffer.from(text.padEnd(64, '.'));

test('a signature is known again for as long as it is good, whenever in that time it came', () => {
  for (const at of [0, 1, goodForMs - 1]) {
    const seen = new SeenSignatures(goodForMs);
    const begin = 1_800_000_000_000;
    assert.equal(seen.isNew(signature('first'), begin), true);
    assert.equal(seen.isNew(signature('it'), begin + at), true);
    for (const later of [0, 1, goodForMs - at, goodForMs - 1]) {
      seen.isNew(signature(`other-${later}`), begin + at + later);
      assert.equal(seen.isNew(signature('it'), begin + at + later), false, `${at} + ${later} ms`);
    }
  }
});

test('what nobody could use again is forgotten, and those that are too many', () => {
  const seen = new SeenSignatures(goodForMs);
  seen.isNew(signature('it'), goodForMs);
  for (const passed of [1, 2]) seen.isNew(signature(`other-${passed}`), goodForMs * (1 + passed));
  assert.equal(seen.isNew(signature('it'), goodForMs * 3), true);
  for (let i = 0; i < 3 * 131_072; i++) seen.isNew(signature(`flood-${i}`), goodForMs * 3);
  assert.equal(seen.isNew(signature('it'), goodForMs * 3), true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FirstCome } from '../router/first-come.ts';
import type { CredentialEntry } from '../snapshot/model.ts';
import { CredentialFinder } from './credential-finder.ts';

function aCredential(name: string): CredentialEntry {
  return { name } as CredentialEntry;
}

/** A finder whose digests are `#key`, with how often it made one. */
function aFinder() {
  const made: string[] = [];
  const finder = new CredentialFinder((key) => {
    made.push(key);
    return `#${key}`;
  });
  return { finder, made, credentials: new FirstCome<string, CredentialEntry>() };
}

test('a key that was found is digested once, and refused as soon as its credential is gone', () => {
  const { finder, made, credentials } = aFinder();
  const credential = aCredential('utama');
  credentials.add('#k', credential);
  assert.equal(finder.find('k', credentials), credential);
  assert.equal(finder.find('k', credentials), credential);
  assert.deepEqual(made, ['k']);
  credentials.remove('#k', credential);
  assert.equal(finder.find('k', credentials), undefined);
});

test('unknown keys are not remembered, so a flood of them pushes nothing out', () => {
  const { finder, made, credentials } = aFinder();
  credentials.add('#k', aCredential('utama'));
  finder.find('k', credentials);
  for (let i = 0; i < 20_000; i++) finder.find(`unknown ${i}`, credentials);
  made.length = 0;
  assert.ok(finder.find('k', credentials));
  assert.deepEqual(made, []);
});

test('keys beyond what is remembered are found all the same', () => {
  const { finder, credentials } = aFinder();
  for (let i = 0; i < 10_000; i++) credentials.add(`#${i}`, aCredential(String(i)));
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 10_000; i++) assert.equal(finder.find(String(i), credentials)?.name, String(i));
  }
});

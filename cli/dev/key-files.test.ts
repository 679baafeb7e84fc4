import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crds } from '#api/generated/crds.ts';
import { simpulKinds } from '#api/kinds.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import { buildKeySecret } from '#operator/resources/key-secret.ts';
import { KeyFiles } from './key-files.ts';
import { StateFolder } from './state-folder.ts';

const identity = { name: 'perizinan', namespace: 'default' };
const name = { namespace: 'default', subscription: 'perizinan', credential: 'utama' };

async function aSubscription() {
  const path = await mkdtemp(join(tmpdir(), 'simpul-keys-'));
  const state = new StateFolder(path);
  await state.open();
  const store = new MemoryStore({ crds, defer: () => undefined });
  const spec = {
    application: { displayName: 'Perizinan' },
    apis: [{ name: 'situs', namespace: 'banten', plan: 'dasar' }],
    credentials: [{ name: 'utama' }],
  };
  const subscription = { apiVersion: 'simpul.id/v1alpha1', kind: 'Subscription', metadata: identity, spec } as const;
  const made = await store.create(subscription, { fieldManager: 'test' });
  await store.create(buildKeySecret(made, 'perizinan-utama', Buffer.alloc(32, 1)), { fieldManager: 'test' });
  const remove = () => rm(path, { recursive: true });
  return { store, state, files: new KeyFiles(store, state), [Symbol.asyncDispose]: remove };
}

test('looks that overlap neither fail nor bring back the key of a Subscription that is gone', async () => {
  await using given = await aSubscription();
  const { files, state, store } = given;
  await Promise.all(Array.from({ length: 20 }, () => files.sync(() => true)));
  assert.ok(await state.readKey(name));
  await state.removeKey(name);
  const looks = [files.sync(() => true), files.sync(() => true)];
  await store.delete(simpulKinds.Subscription, identity);
  await Promise.all([...looks, files.sync(() => true)]);
  assert.equal(await state.readKey(name), undefined);
  assert.deepEqual(files.places(), []);
});

test('while files cannot be read, the key of what is missing is kept', async () => {
  await using given = await aSubscription();
  const { files, state, store } = given;
  await files.sync(() => true);
  await store.delete(simpulKinds.Subscription, identity);
  await files.sync(() => false);
  assert.ok(await state.readKey(name));
});

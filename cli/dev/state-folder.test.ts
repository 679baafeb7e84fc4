import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crds } from '#api/generated/crds.ts';
import { coreKinds } from '#api/kinds.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import { buildKeySecret } from '#operator/resources/key-secret.ts';
import type { Secret } from '#operator/world/key-secret.ts';
import { CliError } from '../errors.ts';
import { keepingStore } from './keeping-store.ts';
import { defaultStateFolder, StateFolder } from './state-folder.ts';

async function aStateFolder() {
  const path = await mkdtemp(join(tmpdir(), 'simpul-state-'));
  const state = new StateFolder(join(path, 'state'));
  await state.open();
  return { path, state, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

const name = { namespace: 'tangerang', subscription: 'perizinan', credential: 'utama' };

test('keys are files of mode 0600, listed, and removed without a trace', async () => {
  await using folder = await aStateFolder();
  const { state } = folder;
  assert.equal(await state.readKey(name), undefined);
  await state.writeKey(name, 'simpul_x');
  assert.equal(await state.readKey(name), 'simpul_x');
  assert.equal((await stat(state.keyFile(name))).mode & 0o777, 0o600);
  assert.deepEqual(await state.listKeys(), [name]);
  await state.removeKey(name);
  assert.deepEqual(await state.listKeys(), []);
});

test('a folder that cannot be used is told', async () => {
  await using folder = await aStateFolder();
  await writeFile(join(folder.path, 'file'), '');
  await assert.rejects(new StateFolder(join(folder.path, 'file')).open(), (error) => {
    return error instanceof CliError && error.code === 'CLI_STATE' && error.message.includes('--state-dir');
  });
});

test('one folder has one state, whatever it is called', async () => {
  await using folder = await aStateFolder();
  await symlink(folder.path, `${folder.path}-link`);
  assert.equal(await defaultStateFolder('/s', folder.path), await defaultStateFolder('/s', `${folder.path}-link`));
  assert.notEqual(await defaultStateFolder('/s', folder.path), await defaultStateFolder('/s', tmpdir()));
  await rm(`${folder.path}-link`);
});

test('what an earlier run generated is stored again: keys and the pepper', async () => {
  await using folder = await aStateFolder();
  const subscription = {
    apiVersion: 'simpul.id/v1alpha1',
    kind: 'Subscription',
    metadata: { name: 'perizinan', namespace: 'default', uid: 'u' },
    spec: { application: { displayName: 'x' }, apis: [], credentials: [] },
  } as const;
  const newStore = () => keepingStore(new MemoryStore({ crds, defer: () => undefined }), folder.state);
  const generated = buildKeySecret(subscription, 'perizinan-utama', Buffer.alloc(32, 1));
  await folder.state.writeKey({ ...name, namespace: 'default' }, 'simpul_kept');
  const key = await newStore().create<Secret>(generated, { fieldManager: 'test' });
  assert.equal(Buffer.from(key.data?.['api-key'] ?? '', 'base64').toString(), 'simpul_kept');

  const pepper = (fill: number): Secret => ({
    apiVersion: 'v1',
    kind: coreKinds.Secret.kind,
    type: 'Opaque',
    metadata: { name: 'simpul-pepper', namespace: 'default' },
    data: { pepper: Buffer.alloc(32, fill).toString('base64') },
  });
  const first = await newStore().create(pepper(1), { fieldManager: 'test' });
  const second = await newStore().create(pepper(2), { fieldManager: 'test' });
  assert.deepEqual(second.data, first.data);
});

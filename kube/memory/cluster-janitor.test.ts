import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject, ObjectMeta } from '#api/object.ts';
import { isStoreError } from '../store-error.ts';
import { MemoryStore } from './memory-store.ts';

const writer = { fieldManager: 'test' };

async function make(
  store: MemoryStore,
  kind: 'Secret' | 'ServiceAccount',
  meta: Partial<ObjectMeta> & { name: string },
) {
  const metadata = { namespace: 'default', ...meta };
  return store.create({ apiVersion: 'v1', kind, metadata }, writer);
}

function ownedBy(owner: KubeObject, blockOwnerDeletion = false) {
  const { name, uid = '' } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, blockOwnerDeletion };
}

async function names(store: MemoryStore, namespace = 'default'): Promise<string[]> {
  const { items } = await store.list(coreKinds.Secret, { namespace });
  return items.map(({ metadata }) => metadata.name);
}

/** Lets the clean-up run until nothing changes any more. */
async function settle(store: MemoryStore): Promise<void> {
  for (let before = ''; ; ) {
    await immediate();
    const { resourceVersion } = await store.list(coreKinds.Secret);
    if (resourceVersion === before) return;
    before = resourceVersion;
  }
}

suite('owner references', () => {
  test('dependents go after their owner, and theirs after them', async () => {
    const store = new MemoryStore({ crds: [] });
    const owner = await make(store, 'ServiceAccount', { name: 'owner' });
    const child = await make(store, 'Secret', { name: 'child', ownerReferences: [ownedBy(owner)] });
    await make(store, 'Secret', { name: 'grandchild', ownerReferences: [ownedBy(child)] });
    await make(store, 'Secret', { name: 'other' });
    await store.delete(coreKinds.ServiceAccount, { namespace: 'default', name: 'owner' });
    await settle(store);
    assert.deepEqual(await names(store), ['other']);
  });

  test('an object with another owner stays, and forgets the one that is gone', async () => {
    const store = new MemoryStore({ crds: [] });
    const [a, b] = [
      await make(store, 'ServiceAccount', { name: 'a' }),
      await make(store, 'ServiceAccount', { name: 'b' }),
    ];
    await make(store, 'Secret', { name: 'child', ownerReferences: [ownedBy(a), ownedBy(b)] });
    await store.delete(coreKinds.ServiceAccount, { namespace: 'default', name: 'a' });
    await settle(store);
    const child = await store.get(coreKinds.Secret, { namespace: 'default', name: 'child' });
    assert.deepEqual(
      child?.metadata.ownerReferences?.map(({ name }) => name),
      ['b'],
    );
  });

  test('an owner made anew under the same name is another one', async () => {
    const store = new MemoryStore({ crds: [] });
    const owner = await make(store, 'ServiceAccount', { name: 'owner' });
    await store.delete(coreKinds.ServiceAccount, { namespace: 'default', name: 'owner' });
    await make(store, 'ServiceAccount', { name: 'owner' });
    await make(store, 'Secret', { name: 'late', ownerReferences: [ownedBy(owner)] });
    await settle(store);
    assert.deepEqual(await names(store), []);
  });

  test('Orphan lets the dependents live, without their owner', async () => {
    const store = new MemoryStore({ crds: [] });
    const owner = await make(store, 'ServiceAccount', { name: 'owner' });
    await make(store, 'Secret', { name: 'child', ownerReferences: [ownedBy(owner)] });
    await store.delete(coreKinds.ServiceAccount, { namespace: 'default', name: 'owner' }, { propagation: 'Orphan' });
    await settle(store);
    const child = await store.get(coreKinds.Secret, { namespace: 'default', name: 'child' });
    assert.equal(child?.metadata.ownerReferences, undefined);
    assert.equal(await store.get(coreKinds.ServiceAccount, { namespace: 'default', name: 'owner' }), undefined);
  });

  test('Foreground keeps the owner until the dependents that block it are gone', async () => {
    const store = new MemoryStore({ crds: [] });
    const key = { namespace: 'default', name: 'owner' };
    const owner = await make(store, 'ServiceAccount', { name: 'owner' });
    const identity = { name: 'child', namespace: 'default', ownerReferences: [ownedBy(owner, true)] };
    const child = (finalizers: string[]) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...identity, finalizers },
    });
    await store.apply(child(['simpul.id/held']), writer);
    await store.delete(coreKinds.ServiceAccount, key, { propagation: 'Foreground' });
    await settle(store);
    const held = await store.get(coreKinds.ServiceAccount, key);
    assert.deepEqual(held?.metadata.finalizers, ['foregroundDeletion']);
    assert.ok((await store.get(coreKinds.Secret, identity))?.metadata.deletionTimestamp);
    await store.apply(child([]), writer);
    await settle(store);
    assert.equal(await store.get(coreKinds.ServiceAccount, key), undefined);
  });
});

suite('namespaces', () => {
  const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const key = { namespace: '', name: 'banten' };

  test('deletion takes the content along, and refuses new content meanwhile', async () => {
    const store = new MemoryStore({ crds: [] });
    await store.create(namespace('banten'), writer);
    await make(store, 'Secret', { name: 'a', namespace: 'banten' });
    await make(store, 'Secret', { name: 'kept' });
    await store.delete(coreKinds.Namespace, key);
    const terminating = await store.get<KubeObject & { status?: { phase?: string } }>(coreKinds.Namespace, key);
    assert.equal(terminating?.status?.phase, 'Terminating');
    await assert.rejects(make(store, 'Secret', { name: 'b', namespace: 'banten' }), (error) => {
      return isStoreError(error, 'NamespaceTerminating') && error.status === 403;
    });
    await settle(store);
    assert.equal(await store.get(coreKinds.Namespace, key), undefined);
    assert.deepEqual([await names(store, 'banten'), await names(store)], [[], ['kept']]);
  });

  test('a new namespace of the same name starts empty and active', async () => {
    const store = new MemoryStore({ crds: [] });
    await store.create(namespace('banten'), writer);
    await store.delete(coreKinds.Namespace, key);
    await settle(store);
    await store.create(namespace('banten'), writer);
    await make(store, 'Secret', { name: 'a', namespace: 'banten' });
    await settle(store);
    assert.deepEqual(await names(store, 'banten'), ['a']);
  });

  test('objects in a namespace that does not exist are refused', async () => {
    const store = new MemoryStore({ crds: [] });
    await assert.rejects(make(store, 'Secret', { name: 'a', namespace: 'nowhere' }), {
      message: 'namespaces "nowhere" not found',
    });
  });

  test("the cluster's own namespaces stay", async () => {
    const store = new MemoryStore({ crds: [] });
    for (const name of ['default', 'kube-system', 'kube-public']) {
      await assert.rejects(store.delete(coreKinds.Namespace, { namespace: '', name }), (error) =>
        isStoreError(error, 'Forbidden'),
      );
    }
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { Store } from '#kube/store.ts';
import { fencedStore, NotLeaderError } from './fenced-store.ts';

const object: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n' } };
const key = { namespace: 'n', name: 's' };

/** Says which calls came through. */
class RecordingStore implements Store {
  readonly calls: string[] = [];

  async get(): Promise<undefined> {
    this.calls.push('get');
  }

  async list(): Promise<{ items: []; resourceVersion: string }> {
    this.calls.push('list');
    return { items: [], resourceVersion: '1' };
  }

  async *watch(): AsyncGenerator<never> {
    this.calls.push('watch');
    yield* [];
  }

  create<T extends KubeObject>(written: T): Promise<T> {
    return this.#write('create', written);
  }

  apply<T extends KubeObject>(written: T): Promise<T> {
    return this.#write('apply', written);
  }

  applyStatus<T extends KubeObject>(written: T): Promise<T> {
    return this.#write('applyStatus', written);
  }

  async delete(): Promise<void> {
    this.calls.push('delete');
  }

  async #write<T extends KubeObject>(verb: string, written: T): Promise<T> {
    this.calls.push(verb);
    return written;
  }
}

const writes: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  create: (store) => store.create(object, { fieldManager: 'test' }),
  apply: (store) => store.apply(object, { fieldManager: 'test' }),
  applyStatus: (store) => store.applyStatus(object, { fieldManager: 'test' }),
  delete: (store) => store.delete(coreKinds.Secret, key),
};

describe('fenced store', () => {
  for (const [verb, write] of Object.entries(writes)) {
    test(`passes ${verb} while this process leads, and refuses it from the moment it does not`, async () => {
      const inner = new RecordingStore();
      let leader = true;
      const store = fencedStore(inner, { isLeader: () => leader });
      await write(store);
      leader = false;
      await assert.rejects(write(store), NotLeaderError);
      assert.deepEqual(inner.calls, [verb]);
    });
  }

  test('always passes reads', async () => {
    const inner = new RecordingStore();
    const store = fencedStore(inner, { isLeader: () => false });
    await store.get(coreKinds.Secret, key);
    await store.list(coreKinds.Secret);
    for await (const _event of store.watch(coreKinds.Secret, { resourceVersion: '1' })) assert.fail('no events');
    assert.deepEqual(inner.calls, ['get', 'list', 'watch']);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { crds } from '#api/generated/crds.ts';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { WatchEvent } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { MemoryStore } from './memory-store.ts';

const writer = { fieldManager: 'test' };

interface Secret extends KubeObject {
  type?: string;
  immutable?: boolean;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

function secret(name: string, content: Partial<Secret> = {}): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, ...content };
}

async function causes(promise: Promise<unknown>): Promise<string[]> {
  const error = await promise.then(
    () => assert.fail('it was accepted'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof StoreError, String(error));
  return error.causes.map(({ field, message }) => `${field}: ${message}`);
}

suite('Secrets', () => {
  test('stringData becomes data, and the type is Opaque unless it is said', async () => {
    const store = new MemoryStore({ crds });
    const made = await store.apply(secret('a', { stringData: { key: 'halo' } }), writer);
    assert.deepEqual([made.type, made.data, made.stringData], ['Opaque', { key: 'aGFsbw==' }, undefined]);
  });

  test('a key that is not applied any more goes', async () => {
    const store = new MemoryStore({ crds });
    await store.apply(secret('a', { stringData: { a: '1', b: '2' } }), writer);
    const made = await store.apply(secret('a', { stringData: { b: '2' } }), writer);
    assert.deepEqual(Object.keys(made.data ?? {}), ['b']);
  });

  test('the type cannot change, nor anything of an immutable one', async () => {
    const store = new MemoryStore({ crds });
    await store.apply(secret('a', { type: 'simpul.id/api-key', immutable: true, stringData: { a: '1' } }), writer);
    const changed = secret('a', { type: 'Opaque', immutable: false, stringData: { a: '2' } });
    assert.deepEqual(await causes(store.apply(changed, writer)), [
      'type: Invalid value: "Opaque": field is immutable',
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
  });

  test('data that is not base64 is refused without being repeated', async () => {
    const store = new MemoryStore({ crds });
    const [cause = ''] = await causes(store.apply(secret('a', { data: { key: 'rahasia!' } }), writer));
    assert.match(cause, /^data\[key\]: .*must be base64: use stringData for text$/);
    assert.doesNotMatch(cause, /rahasia/);
  });

  test('a key with a slash is refused', async () => {
    const store = new MemoryStore({ crds });
    const [cause = ''] = await causes(store.apply(secret('a', { data: { 'a/b': '' } }), writer));
    assert.match(cause, /^data\[a\/b\]: Invalid value: "a\/b": a valid config key must consist of/);
  });

  test('a list of one type by field selector', async () => {
    const store = new MemoryStore({ crds });
    await store.create(secret('a', { type: 'simpul.id/api-key' }), writer);
    await store.create(secret('b'), writer);
    const { items } = await store.list(coreKinds.Secret, { fieldSelector: 'type=simpul.id/api-key' });
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['a'],
    );
  });
});

suite('objects that come out', () => {
  test('are frozen throughout, and shared by all readers', async () => {
    const store = new MemoryStore({ crds });
    const made = await store.create(secret('a', { data: { key: '' } }), writer);
    assert.ok(Object.isFrozen(made) && Object.isFrozen(made.metadata) && Object.isFrozen(made.data));
    const key = { namespace: 'default', name: 'a' };
    assert.equal(await store.get(coreKinds.Secret, key), await store.get(coreKinds.Secret, key));
  });

  test('objects that go in stay as they are, also when they are frozen', async () => {
    const store = new MemoryStore({ crds });
    const sent = Object.freeze(secret('a', { stringData: Object.freeze({ key: 'x' }) }));
    await store.apply(sent, writer);
    assert.deepEqual(sent, secret('a', { stringData: { key: 'x' } }));
    assert.ok(!Object.isFrozen(sent.metadata));
  });

  test('names such as __proto__ and constructor are names', async () => {
    const store = new MemoryStore({ crds });
    const data: unknown = JSON.parse('{"__proto__": "", "constructor": ""}');
    const made = await store.apply(Object.assign(secret('a'), { data }), writer);
    assert.deepEqual(Object.keys(made.data ?? {}).sort(), ['__proto__', 'constructor']);
  });
});

suite('watch', () => {
  test('is Expired behind the history that is kept', async () => {
    const store = new MemoryStore({ crds, historyLength: 2 });
    const { resourceVersion } = await store.list(coreKinds.Secret);
    for (const name of ['a', 'b', 'c', 'd', 'e']) await store.create(secret(name), writer);
    const [first] = await assert
      .rejects(collect(store, resourceVersion, 1), { reason: 'Expired' })
      .then(() => ['expired']);
    assert.equal(first, 'expired');
  });

  test('is Expired from a version that this store has not come to', async () => {
    const store = new MemoryStore({ crds });
    await assert.rejects(collect(store, '999999', 1), { reason: 'Expired' });
  });

  test('tells by a bookmark how far it has come, also past changes that it does not see', async () => {
    const store = new MemoryStore({ crds, bookmarkIntervalMs: 10 });
    const { resourceVersion } = await store.list(coreKinds.Secret);
    await store.create(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a', namespace: 'default' } },
      writer,
    );
    const [bookmark] = await collect(store, resourceVersion, 1);
    const { resourceVersion: latest } = await store.list(coreKinds.Secret);
    assert.deepEqual(bookmark, { type: 'BOOKMARK', resourceVersion: latest });
  });

  test('ends when its signal aborts, also in the middle of waiting', async () => {
    const store = new MemoryStore({ crds });
    const { resourceVersion } = await store.list(coreKinds.Secret);
    const controller = new AbortController();
    const done = (async () => {
      for await (const event of store.watch(coreKinds.Secret, { resourceVersion, signal: controller.signal })) {
        assert.fail(`unexpected ${event.type}`);
      }
    })();
    controller.abort();
    await done;
  });
});

async function collect(store: MemoryStore, resourceVersion: string, count: number): Promise<WatchEvent<KubeObject>[]> {
  const events: WatchEvent<KubeObject>[] = [];
  const signal = AbortSignal.timeout(10_000);
  for await (const event of store.watch(coreKinds.Secret, { resourceVersion, signal })) {
    events.push(event);
    if (events.length >= count) break;
  }
  return events;
}

suite('kinds of our own', () => {
  test('a status cannot be written with the object, and does not count as a generation', async () => {
    const store = new MemoryStore({ crds });
    const tenant: KubeObject = { apiVersion: 'simpul.id/v1alpha1', kind: 'Tenant', metadata: { name: 'a' } };
    const made = await store.apply(
      { ...tenant, spec: { displayName: 'A' }, status: { observedGeneration: 1 } },
      writer,
    );
    assert.deepEqual(
      (made as KubeObject & { status?: object }).status,
      { observedGeneration: -1 },
      'what the schema has',
    );
    const after = await store.applyStatus({ ...tenant, status: { observedGeneration: 1 } }, writer);
    assert.equal(after.metadata.generation, 1);
  });

  test('a field that the schema does not know is named', async () => {
    const store = new MemoryStore({ crds });
    const tenant = {
      apiVersion: 'simpul.id/v1alpha1',
      kind: 'Tenant',
      metadata: { name: 'a' },
      spec: { displayName: 'A', foo: 1 },
    };
    assert.deepEqual(await causes(store.apply(tenant, writer)), ['spec.foo: field not declared in schema']);
    const made = await store.create(tenant, writer);
    assert.ok('spec' in made && !('foo' in Object(made.spec)));
  });

  test('ten thousand objects are written and listed within seconds, page by page at one version', async () => {
    const store = new MemoryStore({ crds });
    const started = performance.now();
    for (let index = 0; index < 10_000; index += 1) await store.create(secret(`s-${index}`), writer);
    const names: string[] = [];
    const versions = new Set<string>();
    let token: string | undefined;
    do {
      const page = await store.list(coreKinds.Secret, token === undefined ? {} : { continue: token });
      names.push(...page.items.map(({ metadata }) => metadata.name));
      versions.add(page.resourceVersion);
      token = page.continue;
      await store.create(secret(`z-${names.length}`), writer);
    } while (token !== undefined);
    assert.equal(names.length, 10_000);
    assert.deepEqual(names, names.toSorted());
    assert.equal(versions.size, 1);
    assert.ok(performance.now() - started < 30_000);
  });

  test('every kind of this project is served', async () => {
    const store = new MemoryStore({ crds });
    for (const kind of [...Object.values(simpulKinds), ...Object.values(coreKinds)]) await store.list(kind);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crds } from '#api/generated/crds.ts';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import { applyChild } from './child-applier.ts';

interface Child extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

const { signal } = new AbortController();
const key = { namespace: 'default', name: 'child' };

function child(data: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>> = {}): Child {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...key, annotations: { ...annotations } }, data };
}

/** A store that behaves like the API server, and how often it was written to. */
function setUp() {
  const memory = new MemoryStore({ crds, namespaces: ['default'] });
  const seen = { writes: 0 };
  const store = {
    get: memory.get.bind(memory),
    apply: (...args: Parameters<typeof memory.apply>) => {
      seen.writes += 1;
      return memory.apply(...args);
    },
  };
  const apply = (wanted: Child) => applyChild({ store } as never, wanted, signal);
  const stored = async () => await memory.get<Child>(coreKinds.ConfigMap, key);
  const writeBeside = (data: Readonly<Record<string, string>>) =>
    memory.apply({ ...child(data), metadata: key }, { fieldManager: 'somebody', force: true });
  return { apply, stored, seen, writeBeside };
}

test('a child that is as it is wanted is not written again, in whatever order its fields stand', async () => {
  const { apply, seen, writeBeside } = setUp();
  await apply(child({ a: '1', b: '2' }));
  await apply(child({ b: '2', a: '1' }));
  await writeBeside({ theirs: '3' });
  await apply(child({ a: '1', b: '2' }));
  assert.equal(seen.writes, 1);
});

test('what is edited is put right, and what is beside it stays', async () => {
  const { apply, stored, writeBeside } = setUp();
  await apply(child({ a: '1' }));
  await writeBeside({ a: 'edited', theirs: '3' });
  await apply(child({ a: '1' }));
  assert.deepEqual((await stored())?.data, { a: '1', theirs: '3' });
});

test('what is not asked for any more goes, once, and what is beside it stays', async () => {
  const { apply, stored, seen, writeBeside } = setUp();
  await apply(child({ a: '1', b: '2' }, { note: 'ours' }));
  await writeBeside({ theirs: '3' });
  await apply(child({ a: '1' }));
  await apply(child({ a: '1' }));
  const now = await stored();
  assert.deepEqual(now?.data, { a: '1', theirs: '3' });
  assert.equal(now?.metadata.annotations?.['note'], undefined);
  assert.equal(seen.writes, 2);
});

import assert from 'node:assert/strict';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { type CaseContext, present, rejected, type StoreCase, widgetsOf } from './case.ts';
import { secret, type Widget, widget, widgetKind } from './widget.ts';

/** get, list, selectors, pages. */
export const readingCases: readonly StoreCase[] = [
  {
    name: 'get of what does not exist is undefined',
    run: async (context) => assert.equal(await widgetsOf(context).get('nobody'), undefined),
  },
  {
    name: 'get gives what the write gave, without managedFields',
    run: async (context) => {
      const { create, get } = widgetsOf(context);
      const made = await create('a', { size: 4 });
      const read = present(await get('a'));
      assert.deepEqual(read, made);
      assert.ok(!('managedFields' in read.metadata));
    },
  },
  {
    name: 'a caller who changes what it read does not change the store',
    run: async (context) => {
      const { create, get } = widgetsOf(context);
      await create('a', { size: 4 });
      const read = present(await get('a'));
      try {
        read.spec = { size: 9 };
      } catch (error) {
        assert.ok(error instanceof TypeError, 'a store may hand out frozen objects');
      }
      assert.equal((await get('a'))?.spec?.size, 4);
    },
  },
  {
    name: 'list of nothing has a version',
    run: async ({ store, namespace }) => {
      const page = await store.list(widgetKind, { namespace });
      assert.deepEqual(page.items, []);
      assert.match(page.resourceVersion, /^[1-9][0-9]*$/);
    },
  },
  {
    name: 'list shows one namespace or all of them, and objects carry their kind',
    run: async (context) => {
      const { store, namespace, otherNamespace } = context;
      await store.create(widget({ name: 'here', namespace }), { fieldManager: 'maker' });
      await store.create(widget({ name: 'there', namespace: otherNamespace }), { fieldManager: 'maker' });
      assert.deepEqual(await names(context, {}), ['here']);
      const all = await store.list<Widget>(widgetKind);
      const found = all.items.map((item) => item.metadata.namespace).filter((found) => found !== undefined);
      assert.ok(found.includes(namespace) && found.includes(otherNamespace));
      assert.ok(all.items.every((item) => item.kind === 'Widget' && item.apiVersion === 'test.simpul.id/v1'));
      assert.ok(all.items.every((item) => !('managedFields' in item.metadata)));
    },
  },
  {
    name: 'pages of one list are complete, ordered and of one version',
    run: async (context) => {
      const { store, namespace } = context;
      const wanted = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
      for (const name of wanted) await widgetsOf(context).create(name, {});
      const first = await store.list<Widget>(widgetKind, { namespace, limit: 3 });
      await widgetsOf(context).create('ff', {}); // behind the first page, but later than this list
      const second = await store.list<Widget>(widgetKind, { namespace, limit: 3, continue: present(first.continue) });
      const third = await store.list<Widget>(widgetKind, { namespace, limit: 3, continue: present(second.continue) });
      const pages = [first, second, third];
      assert.deepEqual(
        pages.flatMap((page) => page.items.map((item) => item.metadata.name)),
        wanted,
      );
      assert.deepEqual(new Set(pages.map((page) => page.resourceVersion)).size, 1);
      assert.equal(third.continue, undefined);
    },
  },
  {
    name: 'a continue token that nobody gave out is refused',
    run: async ({ store, namespace }) => {
      await rejected(store.list(widgetKind, { namespace, limit: 1, continue: 'nonsense' }), 'BadRequest');
    },
  },
  ...labelSelectorCases(),
  ...secretListCases(),
  {
    name: 'a selector that cannot be read is refused',
    run: async ({ store, namespace }) => {
      await rejected(store.list(widgetKind, { namespace, labelSelector: 'a in (' }), 'BadRequest');
      await rejected(store.list(widgetKind, { namespace, fieldSelector: 'spec.size=3' }), 'BadRequest');
    },
  },
  {
    name: 'field selectors know name and namespace',
    run: async (context) => {
      await widgetsOf(context).create('a', {});
      await widgetsOf(context).create('b', {});
      assert.deepEqual(await names(context, { fieldSelector: 'metadata.name=b' }), ['b']);
      assert.deepEqual(await names(context, { fieldSelector: 'metadata.name!=b' }), ['a']);
      assert.deepEqual(await names(context, { fieldSelector: 'metadata.namespace=elsewhere' }), []);
    },
  },
  {
    name: 'field selectors know the type of a Secret',
    run: async ({ store, namespace }) => {
      await store.create(secret({ name: 'a', namespace }, 'simpul.id/api-key'), { fieldManager: 'maker' });
      await store.create(secret({ name: 'b', namespace }, 'Opaque'), { fieldManager: 'maker' });
      const page = await store.list(coreKinds.Secret, { namespace, fieldSelector: 'type=simpul.id/api-key' });
      assert.deepEqual(
        page.items.map((item) => item.metadata.name),
        ['a'],
      );
      assert.equal(page.items[0]?.kind, 'Secret');
    },
  },
];

/** Lists of Secrets come in a form of their own from the API server. */
function secretListCases(): StoreCase[] {
  return [
    {
      name: 'a Secret in a list is the one that get gives',
      run: async ({ store, namespace }) => {
        const made = await store.create(
          {
            ...secret({ name: 'whole', namespace }, 'simpul.id/api-key'),
            data: { empty: '', text: 'w6nigqw=', binary: 'AP8=' },
            immutable: true,
            metadata: {
              ...{ name: 'whole', namespace, labels: { a: '1', b: '' }, annotations: { 'x/y': 'é€' } },
              finalizers: ['test.simpul.id/a', 'test.simpul.id/b'],
              ownerReferences: [
                { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u1', controller: true },
                {
                  apiVersion: 'v1',
                  kind: 'ConfigMap',
                  name: 'p',
                  uid: 'u2',
                  controller: false,
                  blockOwnerDeletion: true,
                },
              ],
            },
          } as KubeObject,
          { fieldManager: 'maker' },
        );
        const key = { namespace, name: 'whole' };
        const listed = async () =>
          (await store.list(coreKinds.Secret, { namespace, fieldSelector: 'metadata.name=whole' })).items;
        assert.deepEqual(await listed(), [made]);
        await store.delete(coreKinds.Secret, key); // its finalizers keep it, with the time of its deletion
        const kept = present(await store.get(coreKinds.Secret, key));
        assert.ok(kept.metadata.deletionTimestamp);
        assert.deepEqual(await listed(), [kept]);
      },
    },
    {
      name: 'Secrets are listed page by page, and a continue token that nobody gave out is refused',
      run: async ({ store, namespace }) => {
        for (const name of ['a', 'b', 'c'])
          await store.create(secret({ name, namespace }, 'Opaque'), { fieldManager: 'maker' });
        const first = await store.list(coreKinds.Secret, { namespace, limit: 2 });
        const second = await store.list(coreKinds.Secret, { namespace, limit: 2, continue: present(first.continue) });
        const names = [...first.items, ...second.items].map(({ metadata }) => metadata.name);
        assert.deepEqual(names, ['a', 'b', 'c']);
        assert.equal(second.continue, undefined);
        assert.equal(second.resourceVersion, first.resourceVersion);
        await rejected(store.list(coreKinds.Secret, { namespace, limit: 1, continue: 'nonsense' }), 'BadRequest');
      },
    },
  ];
}

function labelSelectorCases(): StoreCase[] {
  const table: [selector: string, wanted: string[]][] = [
    ['tier=gold', ['a']],
    ['tier==gold', ['a']],
    ['tier!=gold', ['b', 'c']],
    ['tier in (gold, silver)', ['a', 'b']],
    ['tier notin (gold)', ['b', 'c']],
    ['tier', ['a', 'b']],
    ['!tier', ['c']],
    ['tier,zone=east', ['b']],
    ['simpul.id/x=1', ['c']],
  ];
  return table.map(([labelSelector, wanted]) => ({
    name: `label selector "${labelSelector}"`,
    run: async (context) => {
      const { create } = widgetsOf(context);
      await create('a', {}, { labels: { tier: 'gold' } });
      await create('b', {}, { labels: { tier: 'silver', zone: 'east' } });
      await create('c', {}, { labels: { 'simpul.id/x': '1' } });
      assert.deepEqual(await names(context, { labelSelector }), wanted);
    },
  }));
}

async function names(
  { store, namespace }: CaseContext,
  selection: { labelSelector?: string; fieldSelector?: string },
): Promise<string[]> {
  const page = await store.list(widgetKind, { namespace, ...selection });
  return page.items.map((item) => item.metadata.name);
}

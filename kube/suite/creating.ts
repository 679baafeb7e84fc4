import assert from 'node:assert/strict';
import { rejected, type StoreCase, widgetsOf } from './case.ts';
import { type Widget, widget } from './widget.ts';

/** create: what the server fills in, drops and refuses. */
export const creatingCases: readonly StoreCase[] = [
  {
    name: 'create fills in uid, version, time and generation',
    run: async (context) => {
      const { metadata } = await widgetsOf(context).create('a', { size: 1 });
      assert.match(metadata.uid ?? '', /^[0-9a-f-]{36}$/);
      assert.match(metadata.resourceVersion ?? '', /^[1-9][0-9]*$/);
      assert.match(metadata.creationTimestamp ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(metadata.generation, 1);
    },
  },
  {
    name: 'create of what exists is refused',
    run: async (context) => {
      await widgetsOf(context).create('a', {});
      const error = await rejected(widgetsOf(context).create('a', {}), 'AlreadyExists');
      assert.equal(error.status, 409);
    },
  },
  {
    name: 'defaults are filled in, also in the items of a list',
    run: async (context) => {
      const made = await widgetsOf(context).create('a', { ports: [{ name: 'http', port: 80 }] });
      assert.deepEqual(made.spec, { size: 3, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] });
    },
  },
  {
    name: 'unknown fields are pruned',
    run: async ({ store, namespace }) => {
      const spec = { size: 1, unknown: { deep: true } };
      const object: Widget = { ...widget({ name: 'a', namespace }), spec };
      assert.deepEqual((await store.create(object, { fieldManager: 'maker' })).spec, { size: 1 });
    },
  },
  {
    name: 'status is not for create',
    run: async ({ store, namespace }) => {
      const object: Widget = { ...widget({ name: 'a', namespace }), status: { seen: 1 } };
      assert.equal((await store.create(object, { fieldManager: 'maker' })).status, undefined);
    },
  },
  {
    name: 'create does not change its argument',
    run: async ({ store, namespace }) => {
      const object = widget({ name: 'a', namespace }, { ports: [{ name: 'http', port: 80 }] });
      const before = structuredClone(object);
      await store.create(object, { fieldManager: 'maker' });
      assert.deepEqual(object, before);
    },
  },
  {
    name: 'a dry run of create creates nothing',
    run: async (context) => {
      const { meta, get } = widgetsOf(context);
      const made = await context.store.create(widget(meta('a')), { fieldManager: 'maker', dryRun: true });
      assert.equal(made.spec?.size, 3);
      assert.equal(await get('a'), undefined);
    },
  },
  {
    name: 'a kind that nobody knows is refused',
    run: async ({ store, namespace }) => {
      const object = { apiVersion: 'nowhere.example/v1', kind: 'Nothing', metadata: { name: 'a', namespace } };
      await rejected(store.create(object, { fieldManager: 'maker' }), 'BadRequest');
    },
  },
  ...invalidCases(),
];

function invalidCases(): StoreCase[] {
  const table: [what: string, spec: object, field: string][] = [
    ['a number over its maximum', { size: 11 }, 'spec.size'],
    ['a string where a number belongs', { size: 'big' }, 'spec.size'],
    ['a value outside of the enum', { color: 'Pink' }, 'spec.color'],
    ['a string over its length', { note: 'x'.repeat(21) }, 'spec.note'],
    ['a missing required field', { ports: [{ name: 'http' }] }, 'spec.ports[0].port'],
    [
      'two items with one key',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'a', port: 2 },
        ],
      },
      'spec.ports[1]',
    ],
    ['a set with a value twice', { features: ['a', 'a'] }, 'spec.features[1]'],
  ];
  const bySpec = table.map(
    ([what, spec, field]): StoreCase => ({
      name: `${what} is Invalid and names ${field}`,
      run: async ({ store, namespace }) => {
        const object: Widget = { ...widget({ name: 'a', namespace }), spec };
        const error = await rejected(store.create(object, { fieldManager: 'maker' }), 'Invalid');
        assert.equal(error.status, 422);
        assert.deepEqual([...new Set(error.causes.map((cause) => cause.field))], [field]);
      },
    }),
  );
  const byName: StoreCase = {
    name: 'a name that is no DNS name is Invalid',
    run: async (context) => {
      const error = await rejected(widgetsOf(context).create('Not_A_Name', {}), 'Invalid');
      assert.deepEqual(
        error.causes.map((cause) => cause.field),
        ['metadata.name'],
      );
    },
  };
  return [...bySpec, byName];
}

import assert from 'node:assert/strict';
import { rejected, type StoreCase, widgetsOf } from './case.ts';
import { widget } from './widget.ts';

/** Server-side apply: who owns which field, and what that means. */
export const applyingCases: readonly StoreCase[] = [
  {
    name: 'apply creates what is missing',
    run: async (context) => {
      const made = await widgetsOf(context).apply('a', { color: 'Red' });
      assert.deepEqual(made.spec, { size: 3, color: 'Red' });
      assert.equal(made.metadata.generation, 1);
    },
  },
  {
    name: 'fields of two managers live beside each other',
    run: async (context) => {
      const { apply, get } = widgetsOf(context);
      await apply('a', { color: 'Red' }, { manager: 'alice' });
      await apply('a', { note: 'hi' }, { manager: 'bob' });
      assert.deepEqual((await get('a'))?.spec, { size: 3, color: 'Red', note: 'hi' });
    },
  },
  {
    name: 'a field that its manager stops applying goes away',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { color: 'Red', note: 'hi' });
      assert.deepEqual((await apply('a', { note: 'hi' })).spec, { size: 3, note: 'hi' });
    },
  },
  {
    name: 'a field with a default returns to it when its manager stops applying it',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { size: 7, note: 'hi' });
      assert.deepEqual((await apply('a', { note: 'hi' })).spec, { size: 3, note: 'hi' });
    },
  },
  {
    name: 'a field that another manager applies as well stays',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { color: 'Red' }, { manager: 'alice' });
      await apply('a', { color: 'Red' }, { manager: 'bob' });
      assert.equal((await apply('a', {}, { manager: 'alice' })).spec?.color, 'Red');
      assert.equal((await apply('a', {}, { manager: 'bob' })).spec?.color, undefined);
    },
  },
  {
    name: 'a conflict names the field and its manager',
    run: async (context) => {
      const { apply, get } = widgetsOf(context);
      await apply('a', { color: 'Red', ports: [{ name: 'http', port: 80 }] }, { manager: 'alice' });
      const attempt = apply('a', { color: 'Blue', ports: [{ name: 'http', port: 81 }] }, { manager: 'bob' });
      const error = await rejected(attempt, 'Conflict');
      assert.deepEqual(error.causes.map((cause) => cause.field).toSorted(), [
        'spec.color',
        'spec.ports[name="http"].port',
      ]);
      assert.ok(
        error.causes.every((cause) => cause.message.includes('"alice"')),
        JSON.stringify(error.causes),
      );
      assert.equal((await get('a'))?.spec?.color, 'Red');
    },
  },
  {
    name: 'force takes a field over',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { color: 'Red' }, { manager: 'alice' });
      assert.equal((await apply('a', { color: 'Blue' }, { manager: 'bob', force: true })).spec?.color, 'Blue');
      const error = await rejected(apply('a', { color: 'Red' }, { manager: 'alice' }), 'Conflict');
      assert.ok(error.causes[0]?.message.includes('"bob"'));
    },
  },
  {
    name: 'what create set belongs to its manager',
    run: async (context) => {
      const { create, apply } = widgetsOf(context);
      await create('a', { color: 'Red' });
      const error = await rejected(apply('a', { color: 'Blue' }, { manager: 'bob' }), 'Conflict');
      assert.ok(error.causes[0]?.message.includes('"maker"'), error.message);
    },
  },
  {
    name: 'applying the same again writes nothing',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      const first = await apply('a', { color: 'Red', ports: [{ name: 'http', port: 80 }] });
      const second = await apply('a', { color: 'Red', ports: [{ name: 'http', port: 80 }] });
      assert.deepEqual(second, first);
    },
  },
  {
    name: 'a null is Invalid, except where a default takes its place',
    run: async ({ store, namespace }) => {
      const metadata = { name: 'a', namespace };
      const nothing = { ...widget(metadata), spec: { color: null } };
      const error = await rejected(store.apply(nothing, { fieldManager: 'maker' }), 'Invalid');
      assert.deepEqual([...new Set(error.causes.map((cause) => cause.field))], ['spec.color']);
      const defaulted = { ...widget(metadata), spec: { size: null } };
      assert.deepEqual((await store.apply(defaulted, { fieldManager: 'maker' })).spec, { size: 3 });
    },
  },
  {
    name: 'apply of the object does not touch its status',
    run: async (context) => {
      const { apply, applyStatus, meta } = widgetsOf(context);
      await apply('a', { color: 'Red' });
      await applyStatus('a', { seen: 1 });
      const object = { ...widget(meta('a'), { color: 'Red' }), status: { seen: 2 } };
      const applied = await context.store.apply(object, { fieldManager: 'maker' });
      assert.deepEqual(applied.status, { seen: 1 });
    },
  },
  {
    name: 'apply does not change its argument',
    run: async ({ store, namespace }) => {
      const object = widget({ name: 'a', namespace }, { ports: [{ name: 'http', port: 80 }] });
      const before = structuredClone(object);
      await store.apply(object, { fieldManager: 'maker' });
      assert.deepEqual(object, before);
    },
  },
  {
    name: 'a dry run of apply changes nothing',
    run: async (context) => {
      const { apply, get, meta } = widgetsOf(context);
      const before = await apply('a', { color: 'Red' });
      const object = widget(meta('a'), { color: 'Blue' });
      const would = await context.store.apply(object, { fieldManager: 'maker', dryRun: true });
      assert.equal(would.spec?.color, 'Blue');
      assert.deepEqual(await get('a'), before);
    },
  },
  {
    name: 'an invalid apply is Invalid, names the field, and changes nothing',
    run: async (context) => {
      const { apply, get } = widgetsOf(context);
      const before = await apply('a', { size: 5 });
      const error = await rejected(apply('a', { size: 11 }), 'Invalid');
      assert.deepEqual(
        error.causes.map((cause) => cause.field),
        ['spec.size'],
      );
      assert.deepEqual(await get('a'), before);
    },
  },
];

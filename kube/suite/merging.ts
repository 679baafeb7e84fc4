import assert from 'node:assert/strict';
import { rejected, type StoreCase, widgetsOf } from './case.ts';

/** Server-side apply on lists and maps. */
export const mergingCases: readonly StoreCase[] = [
  {
    name: 'items of a keyed list are merged by key',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { ports: [{ name: 'http', port: 80 }] }, { manager: 'alice' });
      const both = await apply('a', { ports: [{ name: 'admin', port: 81 }] }, { manager: 'bob' });
      assert.deepEqual(both.spec?.ports?.map((port) => port.name).toSorted(), ['admin', 'http']);
    },
  },
  {
    name: 'a keyed item goes when its manager drops it, and others stay',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { ports: [{ name: 'http', port: 80 }] }, { manager: 'alice' });
      await apply('a', { ports: [{ name: 'admin', port: 81 }] }, { manager: 'bob' });
      const left = await apply('a', {}, { manager: 'alice' });
      assert.deepEqual(
        left.spec?.ports?.map((port) => port.name),
        ['admin'],
      );
    },
  },
  {
    name: 'fields of one keyed item may have two managers',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { ports: [{ name: 'http', port: 80 }] }, { manager: 'alice' });
      const item = { name: 'http', port: 80, protocol: 'UDP' };
      const merged = await apply('a', { ports: [item] }, { manager: 'bob', force: true });
      assert.deepEqual(merged.spec?.ports, [item]);
      const left = await apply('a', { ports: [{ name: 'http', port: 80 }] }, { manager: 'bob' });
      assert.deepEqual(left.spec?.ports, [{ name: 'http', port: 80, protocol: 'TCP' }]);
    },
  },
  {
    name: 'values of a set are merged one by one',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { features: ['x', 'y'] }, { manager: 'alice' });
      const both = await apply('a', { features: ['y', 'z'] }, { manager: 'bob' });
      assert.deepEqual(both.spec?.features?.toSorted(), ['x', 'y', 'z']);
      const left = await apply('a', {}, { manager: 'alice' });
      assert.deepEqual(left.spec?.features?.toSorted(), ['y', 'z']);
    },
  },
  {
    name: 'a plain list is one value',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { steps: ['x', 'y'] }, { manager: 'alice' });
      assert.deepEqual((await apply('a', { steps: ['z'] }, { manager: 'alice' })).spec?.steps, ['z']);
      const error = await rejected(apply('a', { steps: ['q'] }, { manager: 'bob' }), 'Conflict');
      assert.deepEqual(
        error.causes.map((cause) => cause.field),
        ['spec.steps'],
      );
    },
  },
  {
    name: 'keys of a map are owned one by one',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { settings: { x: '1' } }, { manager: 'alice' });
      await apply('a', { settings: { y: '2' } }, { manager: 'bob' });
      const left = await apply('a', {}, { manager: 'alice' });
      assert.deepEqual(left.spec?.settings, { y: '2' });
    },
  },
  {
    name: 'labels and annotations are owned one by one',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', {}, { manager: 'alice', labels: { x: '1' }, annotations: { p: '1' } });
      await apply('a', {}, { manager: 'bob', labels: { y: '2' } });
      const left = await apply('a', {}, { manager: 'alice', annotations: { p: '2' } });
      assert.deepEqual(left.metadata.labels, { y: '2' });
      assert.deepEqual(left.metadata.annotations, { p: '2' });
    },
  },
  {
    name: 'finalizers of two managers live beside each other',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', {}, { manager: 'alice', finalizers: ['test.simpul.id/a'] });
      const both = await apply('a', {}, { manager: 'bob', finalizers: ['test.simpul.id/b'] });
      assert.deepEqual(both.metadata.finalizers?.toSorted(), ['test.simpul.id/a', 'test.simpul.id/b']);
      const left = await apply('a', {}, { manager: 'alice' });
      assert.deepEqual(left.metadata.finalizers, ['test.simpul.id/b']);
    },
  },
];

import assert from 'node:assert/strict';
import { present, rejected, type StoreCase, widgetsOf } from './case.ts';
import { widgetKind } from './widget.ts';

const finalizers = ['test.simpul.id/hold'];

/** delete, preconditions, finalizers. */
export const deletingCases: readonly StoreCase[] = [
  {
    name: 'delete removes the object',
    run: async (context) => {
      const { create, remove, get } = widgetsOf(context);
      await create('a', {});
      await remove('a');
      assert.equal(await get('a'), undefined);
    },
  },
  {
    name: 'delete of what does not exist succeeds',
    run: async (context) => await widgetsOf(context).remove('nobody'),
  },
  {
    name: 'delete with a precondition that fails is a Conflict',
    run: async (context) => {
      const { create, key, apply, get } = widgetsOf(context);
      const { metadata } = await create('a', { size: 1 });
      const uid = '00000000-0000-0000-0000-000000000000';
      await rejected(context.store.delete(widgetKind, key('a'), { uid }), 'Conflict');
      await apply('a', { size: 2 }, { force: true });
      const { resourceVersion } = metadata;
      await rejected(
        context.store.delete(widgetKind, key('a'), { resourceVersion: present(resourceVersion) }),
        'Conflict',
      );
      assert.notEqual(await get('a'), undefined);
    },
  },
  {
    name: 'delete with preconditions that hold succeeds',
    run: async (context) => {
      const { create, key, get } = widgetsOf(context);
      const { uid, resourceVersion } = (await create('a', {})).metadata;
      await context.store.delete(widgetKind, key('a'), {
        uid: present(uid),
        resourceVersion: present(resourceVersion),
      });
      assert.equal(await get('a'), undefined);
    },
  },
  {
    name: 'an object made anew has another uid',
    run: async (context) => {
      const { create, remove } = widgetsOf(context);
      const first = await create('a', {});
      await remove('a');
      assert.notEqual((await create('a', {})).metadata.uid, first.metadata.uid);
    },
  },
  {
    name: 'a finalizer holds the object, which says that it is being deleted',
    run: async (context) => {
      const { create, remove, get } = widgetsOf(context);
      await create('a', {}, { finalizers });
      await remove('a');
      await remove('a');
      const held = present(await get('a'));
      assert.match(held.metadata.deletionTimestamp ?? '', /Z$/);
      assert.equal(held.metadata.generation, 2);
    },
  },
  {
    name: 'the object goes when its last finalizer does',
    run: async (context) => {
      const { apply, remove, get } = widgetsOf(context);
      await apply('a', { color: 'Red' }, { finalizers });
      await remove('a');
      await apply('a', { color: 'Red' });
      assert.equal(await get('a'), undefined);
    },
  },
  {
    name: 'an object that is being deleted still takes status, but no new finalizer',
    run: async (context) => {
      const { apply, applyStatus, remove } = widgetsOf(context);
      await apply('a', {}, { finalizers });
      await remove('a');
      assert.equal((await applyStatus('a', { seen: 1 })).status?.seen, 1);
      await rejected(apply('a', {}, { finalizers: [...finalizers, 'test.simpul.id/more'] }), 'Invalid');
    },
  },
];

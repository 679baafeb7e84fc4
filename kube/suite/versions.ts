import assert from 'node:assert/strict';
import { present, rejected, type StoreCase, widgetsOf } from './case.ts';

/** generation, resourceVersion, uid, status. */
export const versionCases: readonly StoreCase[] = [
  {
    name: 'generation grows with the spec and with nothing else',
    run: async (context) => {
      const { apply, applyStatus } = widgetsOf(context);
      const generations = [
        await apply('a', { size: 1 }),
        await apply('a', { size: 2 }),
        await apply('a', { size: 2 }, { labels: { x: '1' } }),
        await applyStatus('a', { seen: 1 }),
        await apply('a', { size: 2 }),
      ].map((object) => object.metadata.generation);
      assert.deepEqual(generations, [1, 2, 2, 2, 2]);
    },
  },
  {
    name: 'every write has a larger version',
    run: async (context) => {
      const { apply, applyStatus } = widgetsOf(context);
      const versions = [
        await apply('a', { size: 1 }),
        await apply('a', { size: 2 }),
        await applyStatus('a', { seen: 1 }),
        await apply('a', { size: 2 }, { labels: { x: '1' } }),
      ].map((object) => Number(object.metadata.resourceVersion));
      assert.deepEqual(
        versions,
        [...new Set(versions)].toSorted((a, b) => a - b),
      );
    },
  },
  {
    name: 'apply with the version that was read succeeds',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      const { metadata } = await apply('a', { size: 1 });
      const { resourceVersion } = metadata;
      assert.equal((await apply('a', { size: 2 }, { resourceVersion: present(resourceVersion) })).spec?.size, 2);
    },
  },
  {
    name: 'apply with a version that the object has left behind is a Conflict',
    run: async (context) => {
      const { apply, get } = widgetsOf(context);
      const { metadata } = await apply('a', { size: 1 });
      await apply('a', { size: 2 });
      const stale = apply('a', { size: 9 }, { resourceVersion: present(metadata.resourceVersion), force: true });
      await rejected(stale, 'Conflict');
      assert.equal((await get('a'))?.spec?.size, 2);
    },
  },
  {
    name: 'apply with a version of an object that is gone is a Conflict and creates nothing',
    run: async (context) => {
      const { apply, remove, get } = widgetsOf(context);
      const { metadata } = await apply('a', { size: 1 });
      await remove('a');
      const { uid, resourceVersion } = metadata;
      await rejected(apply('a', { size: 2 }, { resourceVersion: present(resourceVersion) }), 'Conflict');
      const withUid = { uid: present(uid), resourceVersion: present(resourceVersion) };
      await rejected(apply('a', { size: 2 }, withUid), 'Conflict');
      assert.equal(await get('a'), undefined);
    },
  },
  {
    name: 'apply with uid and version of an object that was made anew is a Conflict',
    run: async (context) => {
      const { apply, remove } = widgetsOf(context);
      const { uid, resourceVersion } = (await apply('a', { size: 1 })).metadata;
      await remove('a');
      await apply('a', { size: 2 });
      const old = { uid: present(uid), resourceVersion: present(resourceVersion) };
      await rejected(apply('a', { size: 9 }, old), 'Conflict');
    },
  },
  {
    name: 'apply for another uid alone is Invalid: a uid cannot be changed',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { size: 1 });
      const error = await rejected(apply('a', { size: 2 }, { uid: '00000000-0000-0000-0000-000000000000' }), 'Invalid');
      assert.deepEqual([...new Set(error.causes.map((cause) => cause.field))], ['metadata.uid']);
    },
  },
  {
    name: 'applyStatus changes the status and nothing else',
    run: async (context) => {
      const { apply, applyStatus, meta } = widgetsOf(context);
      await apply('a', { size: 1 }, { labels: { x: '1' } });
      const object = { ...(await applyStatus('a', { seen: 1 })), metadata: meta('a'), spec: { size: 9 } };
      const after = await context.store.applyStatus({ ...object, status: { seen: 2 } }, { fieldManager: 'maker' });
      assert.deepEqual([after.spec, after.status, after.metadata.labels], [{ size: 1 }, { seen: 2 }, { x: '1' }]);
    },
  },
  {
    name: 'applyStatus merges conditions of two managers by type',
    run: async (context) => {
      const { apply, applyStatus } = widgetsOf(context);
      await apply('a', {});
      await applyStatus('a', { conditions: [{ type: 'Accepted', status: 'True' }] }, { manager: 'alice' });
      const both = await applyStatus('a', { conditions: [{ type: 'Ready', status: 'True' }] }, { manager: 'bob' });
      assert.deepEqual(both.status?.conditions?.map((c) => c.type).toSorted(), ['Accepted', 'Ready']);
    },
  },
  {
    name: 'applyStatus of the same writes nothing',
    run: async (context) => {
      const { apply, applyStatus } = widgetsOf(context);
      await apply('a', {});
      const first = await applyStatus('a', { seen: 1 });
      assert.deepEqual(await applyStatus('a', { seen: 1 }), first);
    },
  },
  {
    name: 'applyStatus with an old version is a Conflict',
    run: async (context) => {
      const { apply, applyStatus } = widgetsOf(context);
      const { metadata } = await apply('a', { size: 1 });
      await apply('a', { size: 2 });
      await rejected(applyStatus('a', { seen: 1 }, { resourceVersion: present(metadata.resourceVersion) }), 'Conflict');
    },
  },
  {
    name: 'applyStatus of what does not exist is NotFound and creates nothing',
    run: async (context) => {
      const { applyStatus, get } = widgetsOf(context);
      await rejected(applyStatus('a', { seen: 1 }), 'NotFound');
      assert.equal(await get('a'), undefined);
    },
  },
  {
    name: 'applyStatus that is invalid names the field',
    run: async (context) => {
      const { apply, applyStatus } = widgetsOf(context);
      await apply('a', {});
      const error = await rejected(applyStatus('a', { seen: 1.5 }), 'Invalid');
      assert.deepEqual(
        error.causes.map((cause) => cause.field),
        ['status.seen'],
      );
    },
  },
];

import assert from 'node:assert/strict';
import { StoreError } from '../store-error.ts';
import { type CaseContext, changes, present, rejected, type StoreCase, widgetsOf } from './case.ts';
import { type Widget, widget, widgetKind } from './widget.ts';

/** watch: what is seen from which version on. */
export const watchingCases: readonly StoreCase[] = [
  {
    name: 'watch sees creation, change, status and deletion in order',
    run: async (context) => {
      const { apply, applyStatus, remove } = widgetsOf(context);
      const seen = await changes(context, { resourceVersion: await now(context), count: 4 }, async () => {
        await apply('a', { size: 1 });
        await apply('a', { size: 2 });
        await applyStatus('a', { seen: 1 });
        await remove('a');
      });
      assert.deepEqual(
        seen.map((event) => event.type),
        ['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED'],
      );
      assert.deepEqual(
        seen.map((event) => event.object.spec?.size),
        [1, 2, 2, 2],
      );
      const versions = seen.map((event) => Number(event.object.metadata.resourceVersion));
      assert.deepEqual(
        versions,
        [...new Set(versions)].toSorted((a, b) => a - b),
      );
      assert.ok(seen.every((event) => event.object.kind === 'Widget' && !('managedFields' in event.object.metadata)));
    },
  },
  {
    name: 'watch from an older version tells what has happened since',
    run: async (context) => {
      const { apply, remove } = widgetsOf(context);
      const first = await apply('a', { size: 1 });
      await apply('a', { size: 2 });
      await apply('b', {});
      await remove('a');
      const resourceVersion = present(first.metadata.resourceVersion);
      const seen = await changes(context, { resourceVersion, count: 3 });
      assert.deepEqual(seen.map(label), ['MODIFIED a', 'ADDED b', 'DELETED a']);
    },
  },
  {
    name: 'an apply that writes nothing is no event',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', { size: 1 });
      const seen = await changes(context, { resourceVersion: await now(context), count: 1 }, async () => {
        await apply('a', { size: 1 });
        await apply('b', { size: 1 });
      });
      assert.deepEqual(seen.map(label), ['ADDED b']);
    },
  },
  {
    name: 'an object that enters or leaves the selection is added or deleted',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      await apply('a', {}, { labels: { tier: 'silver' } });
      const wanted = { resourceVersion: await now(context), count: 3, labelSelector: 'tier=gold' };
      const seen = await changes(context, wanted, async () => {
        await apply('a', {}, { labels: { tier: 'gold' } });
        await apply('a', { size: 5 }, { labels: { tier: 'gold' } });
        await apply('a', { size: 6 }, { labels: { tier: 'silver' } });
      });
      assert.deepEqual(seen.map(label), ['ADDED a', 'MODIFIED a', 'DELETED a']);
    },
  },
  {
    name: 'watch of one namespace does not see another',
    run: async (context) => {
      const { apply } = widgetsOf(context);
      const { store, otherNamespace } = context;
      const seen = await changes(context, { resourceVersion: await now(context), count: 1 }, async () => {
        await store.apply(widget({ name: 'there', namespace: otherNamespace }), { fieldManager: 'maker' });
        await apply('here', {});
      });
      assert.deepEqual(seen.map(label), ['ADDED here']);
    },
  },
  {
    name: 'a held deletion is a change first and a deletion at its end',
    run: async (context) => {
      const { apply, remove } = widgetsOf(context);
      await apply('a', { size: 1 }, { finalizers: ['test.simpul.id/hold'] });
      const seen = await changes(context, { resourceVersion: await now(context), count: 2 }, async () => {
        await remove('a');
        await apply('a', { size: 1 });
      });
      assert.deepEqual(seen.map(label), ['MODIFIED a', 'DELETED a']);
      assert.ok(seen[0]?.object.metadata.deletionTimestamp !== undefined);
    },
  },
  {
    name: 'watch from a version that is too old is Expired',
    run: async (context) => {
      const resourceVersion = await context.expiredVersion();
      const error = await rejected(changes(context, { resourceVersion, count: 1 }), 'Expired');
      assert.equal(error.status, 410);
    },
  },
  {
    name: 'watch ends when its signal aborts, without another event',
    run: async (context) => {
      const { store, namespace } = context;
      const controller = new AbortController();
      const options = { namespace, resourceVersion: await now(context), signal: controller.signal };
      const seen: string[] = [];
      await widgetsOf(context).apply('a', {});
      await widgetsOf(context).apply('b', {});
      const watching = (async () => {
        for await (const event of store.watch<Widget>(widgetKind, options)) {
          seen.push(event.type);
          controller.abort();
        }
      })();
      await watching.catch((error: unknown) => assert.ok(error instanceof StoreError && error.reason === 'Aborted'));
      assert.deepEqual(seen, ['ADDED']);
    },
  },
];

async function now({ store, namespace }: CaseContext): Promise<string> {
  return (await store.list(widgetKind, { namespace })).resourceVersion;
}

function label(event: { type: string; object: Widget }): string {
  return `${event.type} ${event.object.metadata.name}`;
}

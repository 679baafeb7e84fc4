import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { ApiServerStore, CallReport } from '#kube/api-server-store.ts';
import { widgetKind } from '#kube/store.suite.ts';
import type { ListOptions, Store } from '#kube/store.ts';
import type { ControlPlane } from '#tools/controlplane/control-plane.ts';
import { startTcpFaultProxy, type TcpFaultProxy } from '#tools/controlplane/tcp-fault-proxy.ts';
import { applyMany, applyWidget, namespace, openStore, startWidgetCluster, View } from './fixture.ts';

// A page must come from etcd for compaction to break a list, as it does where the API server keeps no old snapshots.
const flags = ['--feature-gates=ListFromCacheSnapshot=false'];
// A PING each half second instead of 15 s: the same code, thirty times as fast.
const transport = { pingIntervalMs: 500, pingTimeoutMs: 500, callTimeoutMs: 3_000, connectTimeoutMs: 1_000 };

let cluster: ControlPlane;
let direct: ApiServerStore;
let proxy: TcpFaultProxy;
/** Through the fault proxy. */
let store: ApiServerStore;
const calls: CallReport[] = [];
let view: View | undefined;

before(async () => {
  cluster = await startWidgetCluster(flags);
  direct = await openStore(cluster.kubeconfig);
  proxy = await startTcpFaultProxy(cluster.url);
  const kubeconfig = await cluster.kubeconfigFor(cluster.admin, proxy.url);
  store = await openStore(kubeconfig, { transport, onCall: (report) => calls.push(report) });
});
afterEach(async () => {
  await view?.stop();
  view = undefined;
  proxy.mend();
});
after(async () => {
  await store?.close();
  await direct?.close();
  await proxy?.stop();
  await cluster?.stop();
});

/** The truth, read past the fault. */
async function truth(): Promise<Map<string, number | undefined>> {
  const page = await direct.list<{ spec?: { size?: number } } & Parameters<View['upsert']>[0]>(widgetKind, {
    namespace,
    limit: 10_000,
  });
  return new Map(page.items.map((item) => [item.metadata.name, item.spec?.size]));
}

async function converged(what: string): Promise<void> {
  const wanted = await truth();
  const sorted = (map: Map<string, number | undefined>) => JSON.stringify([...map].toSorted());
  await view!.until(what, ({ objects }) => objects.size === wanted.size && sorted(objects) === sorted(wanted));
}

test('1,200 objects are listed in three pages of 500', async () => {
  await applyMany(direct, 'paged-', 1_200);
  calls.length = 0;
  view = new View(store);
  await view.until('the first list', ({ epoch }) => epoch === 1);
  assert.equal(view.objects.size, 1_200);
  assert.equal(calls.filter((call) => call.verb === 'list').length, 3);
});

test('a list that breaks half-way never reaches the owner', async () => {
  let pages = 0;
  const breaking: Store = withPages(store, async () => {
    pages += 1;
    if (pages === 2) proxy.refuse();
  });
  view = new View(breaking);
  await view.until('a failure', ({ errors }) => errors.length > 0);
  assert.equal(view.epoch, 0);
  assert.equal(view.objects.size, 0);
  proxy.mend();
  await converged('the whole list after the repair');
  assert.equal(view.epoch, 1);
});

test('410 by HTTP: a page whose version was compacted makes the list begin again', async () => {
  let compacted = false;
  const aged: Store = withPages(store, async () => {
    if (compacted) return;
    compacted = true;
    await applyWidget(direct, 'paged-0000', 2);
    await cluster.etcd.compact();
  });
  view = new View(aged);
  await view.until('the list', ({ epoch }) => epoch === 1);
  await converged('the list');
  assert.deepEqual(view.restarts, ['Expired']);
  assert.equal(view.epoch, 1);
});

test('broken connections lose no change and cause no relist', async () => {
  view = new View(store);
  await converged('the first list');
  for (let round = 0; round < 10; round += 1) {
    const writing = applyMany(direct, 'paged-', 60, 3 + (round % 7));
    proxy.cut();
    await writing;
    await direct.delete(widgetKind, { namespace, name: `paged-${1_000 + round}` });
  }
  await converged('all changes');
  assert.equal(view.epoch, 1);
  assert.equal(new Set(view.removed).size, 10);
  assert.equal(view.removed.length, 10, 'no deletion is handed over twice');
});

test('a half-open watch is noticed by its missing PING, and resumes without a relist', async () => {
  view = new View(store);
  await converged('the first list');
  proxy.freeze();
  const frozen = performance.now();
  await applyWidget(direct, 'during-stall', 5);
  await converged('the change behind the stall');
  assert.equal(view.epoch, 1);
  assert.ok(view.restarts.includes('Unreachable'));
  const tookMs = performance.now() - frozen;
  // Kept connections for calls are as dead as the watch: were one of them used, it would cost its 3 s deadline.
  assert.ok(tookMs < 2_900, `PING 500 ms + 500 ms, seen after ${tookMs} ms`);
});

test('bookmarks move the version on when nothing of the selection changes', async () => {
  const quick = await openStore(cluster.kubeconfig, { watchSeconds: 5 });
  view = new View(quick, { namespace: 'kube-public' });
  await view.until('the first list', ({ epoch }) => epoch === 1);
  const elsewhere = await applyWidget(direct, 'elsewhere', 1);
  const wanted = Number(elsewhere.metadata.resourceVersion);
  await view.until('a bookmark past the change', ({ version }) => Number(version) >= wanted);
  assert.ok(view.bookmarks > 0);
  assert.equal(view.objects.size, 0);
  await view.until('the watch to end', ({ restarts }) => restarts.includes('Ended'));
  assert.equal(view.epoch, 1);
  assert.deepEqual(view.errors, []);
  await view.stop();
  await quick.close();
});

test('API server killed and restarted', async () => {
  view = new View(store);
  await converged('the first list');
  await cluster.apiServer.kill();
  await view.until('the break', ({ errors }) => errors.length > 0);
  await cluster.apiServer.start();
  await applyWidget(direct, 'after-restart', 6);
  await converged('the change after the restart');
});

test('410 by event: API server restarted on an emptied watch cache while we were waiting', async () => {
  // It does not ask meanwhile: one that knows of the absence lists without trying to resume.
  const restarted = Promise.withResolvers<void>();
  let mayAsk = Promise.resolve();
  view = new View(withLists(store, () => mayAsk));
  await converged('the first list');
  mayAsk = restarted.promise;
  proxy.cut();
  await applyWidget(direct, 'while-away', 7);
  await direct.delete(widgetKind, { namespace, name: 'paged-0900' });
  await cluster.apiServer.restart();
  restarted.resolve();
  await converged('changes and deletions of the absence');
  // A server that has just begun may not answer twice in a row: then everything is listed without asking for more.
  const unanswered = view.restarts.filter((reason) => reason !== 'Ended' && reason !== 'Expired').length;
  assert.ok(view.restarts.includes('Expired') || unanswered >= 2, `${view.restarts}`);
  assert.equal(view.epoch, 2);
});

test('API server paused: calls end at their deadline, watches notice, and all goes on afterwards', async () => {
  view = new View(store);
  await converged('the first list');
  // The call needs a connection that is kept: opening one ends sooner, at the deadline for connecting.
  await applyWidget(store, 'before-pause', 1);
  cluster.apiServer.pause();
  try {
    await assert.rejects(applyWidget(store, 'never', 1), { code: 'STORE_Timeout' });
    await view.until('the break', ({ errors }) => errors.length > 0);
  } finally {
    cluster.apiServer.resume();
  }
  await applyWidget(direct, 'after-pause', 8);
  await converged('the change after the pause');
});

test('etcd restored to an older state: the reflector lists again instead of waiting for the lost future', async () => {
  const snapshot = await cluster.etcd.snapshot();
  view = new View(store);
  await applyMany(direct, 'lost-', 50);
  await converged('what will be lost');
  await cluster.restoreEtcd(snapshot);
  await converged('the older state');
  assert.ok(![...view.objects.keys()].some((name) => name.startsWith('lost-')));
  await applyWidget(direct, 'new-future', 9);
  await converged('a change after the restore');
});

test('etcd restored, and beyond our version again before we reach it: what was lost goes all the same', async () => {
  const snapshot = await cluster.etcd.snapshot();
  view = new View(store);
  await applyMany(direct, 'ghost-', 200);
  await converged('what will be lost');
  const { version } = view;
  proxy.refuse();
  await cluster.restoreEtcd(snapshot);
  await applyMany(direct, 'other-future-', 400);
  const later = await applyWidget(direct, 'later', 9);
  assert.ok(Number(later.metadata.resourceVersion) > Number(version), 'numbers alone tell nothing any more');
  proxy.mend();
  await converged('the other future');
  assert.ok(![...view.objects.keys()].some((name) => name.startsWith('ghost-')));
});

/** The same store with a hook before every page but the first. */
function withPages(inner: Store, beforeNextPage: () => Promise<void>): Store {
  return withLists(inner, async (options) => {
    if (options?.continue !== undefined) await beforeNextPage();
  });
}

/** The same store with a hook before every page. */
function withLists(inner: Store, beforePage: (options: ListOptions | undefined) => Promise<void>): Store {
  return {
    get: (...args) => inner.get(...args),
    list: async (kind, options) => {
      await beforePage(options);
      return await inner.list(kind, options);
    },
    watch: (...args) => inner.watch(...args),
    create: (...args) => inner.create(...args),
    apply: (...args) => inner.apply(...args),
    applyStatus: (...args) => inner.applyStatus(...args),
    delete: (...args) => inner.delete(...args),
  };
}

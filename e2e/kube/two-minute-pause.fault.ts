import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { applyMany, applyWidget, openStore, startWidgetCluster, View } from './fixture.ts';

// Too long for every run; reflector.test.ts models it with shorter limits. This one has the limits of production.
test('API server paused for two minutes: seen within 60 s, and nothing is missed afterwards', async () => {
  const cluster = await startWidgetCluster();
  const store = await openStore(cluster.kubeconfig);
  const view = new View(store, {}, { baseMs: 200, capMs: 30_000 });
  try {
    await applyMany(store, 'before-', 100);
    await view.until('all objects', ({ objects }) => objects.size === 100);
    const paused = performance.now();
    cluster.apiServer.pause();
    await view.until('the stall to be seen', ({ errors }) => errors.length > 0, 60_000);
    console.log(`seen after ${Math.round((performance.now() - paused) / 1000)} s`);
    await delay(120_000 - (performance.now() - paused)); // the fault itself lasts this long
    cluster.apiServer.resume();
    const resumed = performance.now();
    const other = await openStore(cluster.kubeconfig);
    await applyWidget(other, 'after', 7);
    await view.until('the change after the pause', ({ objects }) => objects.get('after') === 7, 60_000);
    console.log(`caught up ${Math.round((performance.now() - resumed) / 1000)} s after the resume`);
    assert.equal(view.objects.size, 101);
    await other.close();
  } finally {
    await view.stop();
    await store.close();
    await cluster.stop();
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CacheStore } from '../cache/cache-store.ts';
import { systemClock } from '../clock.ts';
import { KeySources } from '../identity/key-sources.ts';
import { ProviderClient } from '../identity/provider-client.ts';
import { Calendar } from '../limits/calendar.ts';
import { CounterPool } from '../limits/counters.ts';
import { GatewayMetrics, maxCallSeries, maxLatencySeries } from '../metrics/gateway-metrics.ts';
import { BackendPools } from '../proxy/backend-pools.ts';
import { aGateway, aLimit, anApi, aSubscription, aTenant, hashOf } from '../testing/compiled.ts';
import { ManualSource, quietLog } from '../testing/test-gateway.ts';
import { DefinitionRoom } from '../validation/definition-entry.ts';
import { Loader } from './loader.ts';
import { Snapshot } from './snapshot.ts';
import { View } from './view.ts';

const apis = 10_000;
const subscriptions = 50_000;

/** `tenants` institutions with `apis` APIs and `subscriptions` Subscriptions, as Secrets. */
function world() {
  const source = new ManualSource();
  const plans = { dasar: { limits: [aLimit({ by: 'Subscription' })] } };
  const secrets = [source.secretOf(aGateway())];
  for (let i = 0; i < 200; i++) secrets.push(source.secretOf(aTenant({ id: `t${i}` })));
  for (let i = 0; i < apis; i++) {
    const tenant = `t${i % 200}`;
    secrets.push(source.secretOf(anApi({ id: `${tenant}/a${i}`, tenant, basePath: `/${tenant}/a${i}`, plans })));
  }
  for (let i = 0; i < subscriptions; i++) {
    const tenant = `t${i % 200}`;
    const credentials = [{ name: 'utama', type: 'ApiKey', hash: hashOf(`key ${i}`) }] as const;
    const grants = [{ api: `t${i % 200}/a${i % apis}`, plan: 'dasar' }];
    secrets.push(source.secretOf(aSubscription({ id: `${tenant}/s${i}`, tenant, credentials, grants })));
  }
  return { source, secrets };
}

interface Cleanup {
  after(run: () => void): void;
}

/** All of a gateway that holds configuration, without any that serves. */
function aView(t: Cleanup) {
  const metrics = new GatewayMetrics();
  const backends = new BackendPools({ clock: systemClock, extraCa: [] });
  t.after(() => backends.destroy());
  const client = new ProviderClient({ judge: backends.judge, extraCa: [] });
  const keySources = new KeySources({ client, clock: systemClock, log: quietLog, onFetch: () => undefined });
  const counters = new CounterPool(new Calendar('Asia/Jakarta'));
  const snapshot = new Snapshot({
    counters,
    backends,
    metrics,
    cacheStore: new CacheStore(0),
    tracing: { configure: () => undefined },
    definitionRoom: new DefinitionRoom(),
    keySources,
    providers: client,
    log: quietLog,
    clock: systemClock,
    ownAddresses: () => [],
  });
  const loader = new Loader(snapshot);
  return { view: new View(loader, systemClock, () => undefined), loader, snapshot, metrics, backends, counters };
}

test('60,000 objects load in a few seconds, one change costs the same among them, and all of it can go again', async (t) => {
  const { view, loader, snapshot, metrics, backends, counters } = aView(t);
  const { source, secrets } = world();
  secrets.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)); // as the API server lists them

  const began = performance.now();
  const judged = secrets.map((secret) => view.project(secret));
  assert.equal(loader.loadedCount, secrets.length, 'nothing waits for the end of the first list');
  await view.replace(judged, '100');
  const loadMs = performance.now() - began;
  t.diagnostic(`loaded ${secrets.length} objects in ${Math.round(loadMs)} ms`);
  assert.equal(loader.refusedCount, 0, loader.refusals()[0]?.reason);
  assert.equal(loader.loadedCount, secrets.length);
  assert.ok(loadMs < 15_000, `${loadMs} ms; the promise is 3 s, five times that is the cap on a busy machine`);

  assert.equal(snapshot.router.match('any', '/t7/a7/x')?.id, 't7/a7');
  assert.equal(snapshot.credentials.get(hashOf('key 49999'))?.subscription.id, 't199/s49999');

  const changeBegan = performance.now();
  for (let i = 0; i < 100; i++) {
    const changed = anApi({ id: 't7/a7', tenant: 't7', basePath: '/t7/a7', version: `2.0.${i}` });
    view.upsert(view.project(source.secretOf(changed)));
  }
  const changeMs = (performance.now() - changeBegan) / 100;
  t.diagnostic(`one change takes ${changeMs.toFixed(3)} ms`);
  assert.ok(changeMs < 10, `${changeMs} ms`);
  assert.equal(snapshot.router.match('any', '/t7/a7')?.version, '2.0.99');

  const series = (await metrics.registry.getMetricsAsJSON()).reduce((sum, metric) => sum + metric.values.length, 0);
  assert.ok(series < maxCallSeries * 6 + (maxLatencySeries + 1) * 14 + 100, `${series} series`);

  await view.replace([], '200');
  assert.equal(loader.loadedCount, 0);
  assert.equal(snapshot.router.match('any', '/t7/a7'), null);
  assert.equal(snapshot.credentials.size, 0);
  assert.equal(backends.size, 0);
  assert.equal(counters.limits, 0);
});

test('of two that claim one place the first by name has it, also where the rest of a first list is out of order', async (t) => {
  const source = new ManualSource();
  const rivals = ['a', 'b', 'c'].map((name) => anApi({ id: `banten/${name}`, basePath: '/satu' }));
  const first = [...rivals.map((api) => source.secretOf(api))].sort((x, y) =>
    x.metadata.name < y.metadata.name ? -1 : 1,
  );
  const winner = rivals.find((api) => source.secretOf(api).metadata.name === first[0]?.metadata.name)?.id;
  for (const order of [
    [0, 1, 2],
    [0, 2, 1],
  ]) {
    const { view, snapshot } = aView(t);
    await view.replace(
      order.flatMap((i) => first.slice(i, i + 1)).map((secret) => view.project(secret)),
      '100',
    );
    assert.equal(snapshot.router.match('any', '/satu')?.id, winner, `${order}`);
  }
});

test('what a first list loaded before it broke off is gone when the next one does not have it', async (t) => {
  const { view, loader } = aView(t);
  const source = new ManualSource();
  const secrets = [aTenant({ id: 'satu' }), aTenant({ id: 'dua' })].map((tenant) => source.secretOf(tenant));
  for (const secret of secrets) view.project(secret);
  await view.replace(
    secrets.slice(1).map((secret) => view.project(secret)),
    '100',
  );
  assert.deepEqual(
    [...loader.names()],
    secrets.slice(1).map(({ metadata }) => metadata.name),
  );
});

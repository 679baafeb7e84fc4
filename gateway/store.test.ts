import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Compiled } from '#api/compiled/contract.ts';
import { type Lease, leaseAnnotations } from '#api/compiled/lease.ts';
import { buildCompiledSecret, compiledName } from '#api/compiled/secret.ts';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { compareVersions } from '#api/resource-version.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import type { ApplyOptions, Store } from '#kube/store.ts';
import { startGateway } from './gateway.ts';
import { storeSource } from './snapshot/store-source.ts';
import { aGateway, anApi, aTenant } from './testing/compiled.ts';
import { aBackend, backendAt } from './testing/test-backend.ts';
import { call, quietLog, until } from './testing/test-gateway.ts';

const namespace = 'simpul-gw-public';
const base = '/banten/situs/v1';

async function aStore() {
  const store = new MemoryStore({ crds: [], namespaces: [namespace] });
  const put = (compiled: Compiled) =>
    store.apply(buildCompiledSecret(compiled, namespace), { fieldManager: 'test', force: true });
  const lease = async () => await store.get<Lease>(coreKinds.Lease, { namespace, name: 'public-1' });
  return { store, put, lease };
}

function startOn(store: MemoryStore, leases: Pick<Store, 'apply' | 'delete'> = store) {
  return startGateway({
    source: storeSource(store, namespace, quietLog),
    log: quietLog,
    listeners: [{ name: 'http', host: '127.0.0.1', port: 0 }],
    acknowledge: { store: leases, namespace, pod: { name: 'public-1' } },
    accessLog: () => undefined,
  });
}

test('waits for its configuration, acknowledges each change, and takes its Lease along when it ends', async () => {
  await using backend = await aBackend((_request, response) => response.end());
  const { store, put, lease } = await aStore();
  const gateway = await startOn(store);
  await until(() => gateway.unready()?.includes('no ApiGateway') === true);
  await put(aGateway());
  await put(aTenant());
  await gateway.ready;
  const port = gateway.addresses()[0]?.port ?? 0;
  assert.equal((await call(port, base)).status, 404);

  const written = await put(anApi({ backend: backendAt(backend.url) }));
  let acknowledged: Lease | undefined;
  await untilAsync(async () => {
    acknowledged = await lease();
    const served = acknowledged?.metadata.annotations?.[leaseAnnotations.servedVersion] ?? '0';
    return compareVersions(served, written.metadata.resourceVersion ?? '') >= 0;
  });
  assert.equal(acknowledged?.metadata.annotations?.[leaseAnnotations.ready], 'true');
  assert.equal((await call(port, base)).status, 200, 'what is acknowledged is served');

  await store.delete(coreKinds.Secret, { namespace, name: compiledName('ApiService', 'banten/situs') });
  await untilAsync(async () => (await call(port, base)).status === 404);
  await gateway.shutdown();
  assert.equal(await lease(), undefined);
});

test('other Secrets of the namespace are not looked at', async () => {
  const { store, put } = await aStore();
  const secret = buildCompiledSecret(anApi(), namespace);
  await store.apply({ ...secret, type: 'Opaque' }, { fieldManager: 'test' });
  await put(aGateway());
  const gateway = await startOn(store);
  await gateway.ready;
  assert.equal(gateway.loader.loadedCount, 1);
  await gateway.shutdown();
});

test('lists anew when the API server answers with an older version than what is served', async () => {
  const { store, put, lease } = await aStore();
  await put(aGateway());
  const gateway = await startOn(store, onceFromThePast(store));
  await gateway.ready;
  await untilAsync(async () => (await lease())?.metadata.annotations?.[leaseAnnotations.listEpoch] === '2');
  await gateway.shutdown();
});

/** The same store, but the first write is answered as one that went back in time would. */
function onceFromThePast(store: MemoryStore): Pick<Store, 'apply' | 'delete'> {
  let writes = 0;
  return {
    apply: async <T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> => {
      const written = await store.apply(object, options);
      writes += 1;
      return writes > 1 ? written : { ...written, metadata: { ...written.metadata, resourceVersion: '1' } };
    },
    delete: (...args) => store.delete(...args),
  };
}

async function untilAsync(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'not within 5 s');
    // The store in memory answers within the same turn: without this nothing else would get one.
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Compiled, CompiledGateway } from '#api/compiled/contract.ts';
import type { Acknowledgement } from './lease/ack-lease.ts';
import { aGateway, anApi, aSubscription, aTenant, hashOf } from './testing/compiled.ts';
import { aBackend, backendAt } from './testing/test-backend.ts';
import { TestClock } from './testing/test-clock.ts';
import { aRunningGateway, call, until } from './testing/test-gateway.ts';

const base = '/banten/situs/v1';
const dayMs = 24 * 3_600_000;

/** A Subscription of tangerang with these keys. */
function app(name: string, keys: readonly string[], apis: readonly string[] = ['banten/situs']) {
  const credentials = keys.map((key) => ({ name: key, type: 'ApiKey', hash: hashOf(key) }) as const);
  return aSubscription({ id: `tangerang/${name}`, credentials, grants: apis.map((api) => ({ api })) });
}

/** A gateway that holds `objects` besides what every call needs. */
async function aPod(objects: readonly Compiled[], change: Partial<CompiledGateway> = {}) {
  const backend = await aBackend((_request, response) => response.end());
  const api = anApi({ backend: backendAt(backend.url), authentication: { mode: 'Required', keyManagers: [] } });
  const common = [aTenant(), api, app('steady', ['steady'])];
  const clock = new TestClock();
  let said: Acknowledgement | undefined;
  const onProgress = (now: Acknowledgement) => {
    said = now;
  };
  const running = await aRunningGateway([aGateway(change), ...common, ...objects], {
    clock,
    supervised: { name: 'pod', onProgress },
  });
  const { source, port, gateway } = running;
  const list = async (present: readonly Compiled[], now: Partial<CompiledGateway> = change) => {
    await source.list([aGateway(now), ...common, ...present]);
  };
  return {
    ...{ clock, source, list },
    call: async (key: string) => (await call(port, base, { headers: { 'x-api-key': key } })).status,
    /** etcd is restored to an older state, which is this. */
    restore: async (restored: readonly Compiled[]) => {
      source.goBackTo(1);
      await list(restored);
    },
    /** Waits until the pod says that it withholds this; undefined: that nothing was rolled back. */
    says: async (withheld: readonly string[] | undefined) => {
      const wanted = JSON.stringify(withheld?.toSorted());
      const told = () => said?.rollback?.withheld.map(({ what }) => what).toSorted();
      await until(() => said !== undefined && JSON.stringify(told()) === wanted);
      gateway.refreshMetrics();
      const text = await gateway.metrics.registry.metrics();
      assert.match(text, new RegExp(`^simpul_gateway_state_rolled_back ${withheld === undefined ? 0 : 1}$`, 'm'));
      assert.match(text, new RegExp(`^simpul_gateway_withheld_rights ${withheld?.length ?? 0}$`, 'm'));
      return said?.rollback;
    },
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

const tenant = aTenant({ id: 'tangerang' });
const both = app('app', ['old', 'new']);
const onlyNew = app('app', ['new']);
const theOldKey = 'the credential "old" of Subscription "tangerang/app"';
const theAccess = 'the access of Subscription "tangerang/app" to ApiService "banten/situs"';

test('a key that was removed stays refused in an older state, until that is confirmed', async () => {
  await using pod = await aPod([tenant, both]);
  assert.deepEqual([await pod.call('old'), await pod.call('new')], [200, 200]);
  await pod.says(undefined);
  pod.source.put(onlyNew);
  assert.equal(await pod.call('old'), 401);

  await pod.restore([tenant, both]);
  assert.deepEqual([await pod.call('old'), await pod.call('new'), await pod.call('steady')], [401, 200, 200]);
  const noticedAt = pod.clock.now();
  assert.equal((await pod.says([theOldKey]))?.noticedAt, noticedAt);
  pod.source.put(aGateway({ stateConfirmedAt: noticedAt - 1 }));
  assert.equal(await pod.call('old'), 401, 'that was another state');

  pod.source.put(aGateway({ stateConfirmedAt: noticedAt }));
  assert.equal(await pod.call('old'), 200);
  await pod.says(undefined);
  pod.source.put(onlyNew);
  assert.equal(await pod.call('old'), 401);
});

test('a Subscription that was deleted has lost its access too, so that a new key of it opens nothing', async () => {
  await using pod = await aPod([tenant, both]);
  pod.source.remove(both);
  await pod.restore([tenant, both]);
  await pod.says([theOldKey, 'the credential "new" of Subscription "tangerang/app"', theAccess]);
  pod.source.put(app('app', ['old', 'newest']));
  assert.deepEqual([await pod.call('old'), await pod.call('newest')], [401, 403]);
  pod.source.put(aGateway({ stateConfirmedAt: pod.clock.now() }));
  assert.deepEqual([await pod.call('old'), await pod.call('newest')], [200, 200]);
});

test('access that was taken from a Subscription stays taken, and the rest of it is served', async () => {
  await using pod = await aPod([tenant, both]);
  pod.source.put(app('app', ['old', 'new'], []));
  await pod.restore([tenant, both]);
  assert.equal(await pod.call('new'), 403);
  await pod.says([theAccess]);
});

test('an institution that was suspended stays suspended', async () => {
  await using pod = await aPod([tenant, both]);
  pod.source.put({ ...tenant, suspended: true });
  await pod.restore([tenant, both]);
  assert.equal(await pod.call('new'), 403);
  await pod.says(['the end of suspension of Tenant "tangerang"']);
  pod.source.put(aGateway({ stateConfirmedAt: pod.clock.now() }));
  assert.equal(await pod.call('new'), 200);
});

test('what was given again before, what is older than a day, and what only the restore took away is not withheld', async () => {
  await using pod = await aPod([tenant, both, app('other', ['aged'])]);
  pod.source.remove(app('other', ['aged']));
  pod.clock.advance(dayMs);
  pod.source.put(onlyNew);
  pod.source.put(both);
  const later = app('later', ['later']);
  pod.source.put(later);
  const asItWas = { ...both, application: 'tangerang/before' };
  await pod.restore([tenant, asItWas, app('other', ['aged'])]);
  await pod.says([]);
  assert.deepEqual([await pod.call('old'), await pod.call('aged'), await pod.call('later')], [200, 200, 401]);
  await pod.restore([tenant, asItWas, later]);
  await pod.says([]);
  assert.equal(await pod.call('later'), 200, 'nobody has revoked it');
});

test('what is revoked after the restore goes at once, and stays refused after the next one', async () => {
  await using pod = await aPod([tenant, both]);
  pod.source.put(onlyNew);
  await pod.restore([tenant, both]);
  pod.source.remove(app('steady', ['steady']));
  assert.equal(await pod.call('steady'), 401);
  pod.clock.advance(60_000);
  await pod.restore([tenant, both]);
  assert.deepEqual([await pod.call('old'), await pod.call('steady'), await pod.call('new')], [401, 401, 200]);
  pod.source.put(aGateway({ stateConfirmedAt: pod.clock.now() - 60_000 }));
  assert.equal(await pod.call('old'), 401, 'the first restore was confirmed, and not the second');
});

test('an older state is seen also when versions have counted beyond ours', async () => {
  await using pod = await aPod([tenant, both]);
  pod.source.remove(both);
  const { metadata, ...old } = pod.source.secretOf(both);
  pod.source.goBackTo(900);
  await pod.source.listSecrets(
    [aGateway(), aTenant(), tenant],
    [{ ...old, metadata: { ...metadata, resourceVersion: '50' } }],
  );
  await pod.says([theOldKey, 'the credential "new" of Subscription "tangerang/app"', theAccess]);
});

test('a lower version is told also when all that differs is that objects are gone', async () => {
  await using pod = await aPod([tenant, both]);
  pod.source.goBackTo(1);
  await pod.source.listSecrets([], []);
  await pod.says([]);
});

test('a list that is as we left it, or has gone on, is no older state', async () => {
  await using pod = await aPod([tenant, both]);
  pod.source.put(onlyNew);
  await pod.list([tenant, both]);
  assert.equal(await pod.call('old'), 200);
  await pod.says(undefined);
});

test('a pod that begins after the restore withholds what the others do, whichever comes first', async () => {
  await using elder = await aPod([tenant, both]);
  elder.source.put(app('app', ['new'], []));
  elder.source.put({ ...tenant, suspended: true });
  await elder.restore([tenant, both]);
  const told = await elder.says([theOldKey, theAccess, 'the end of suspension of Tenant "tangerang"']);
  const rolledBack = { noticedAt: told?.noticedAt ?? 0, withheld: told?.withheld.map(({ id }) => id) ?? [] };

  await using knowing = await aPod([tenant, both], { rolledBack });
  await knowing.says([theOldKey, theAccess, 'the end of suspension of Tenant "tangerang"']);
  assert.deepEqual([await knowing.call('old'), await knowing.call('new')], [401, 403]);

  await using late = await aPod([tenant, both]);
  assert.equal(await late.call('old'), 200);
  late.source.put(aGateway({ rolledBack }));
  assert.deepEqual([await late.call('old'), await late.call('new'), await late.call('steady')], [401, 403, 403]);
  late.source.put(aGateway({ stateConfirmedAt: rolledBack.noticedAt }));
  assert.deepEqual([await late.call('old'), await late.call('new'), await late.call('steady')], [200, 200, 200]);
});

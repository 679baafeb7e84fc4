import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lease, leaseAnnotations, maxRefusals } from '#api/compiled/lease.ts';
import type { KubeObject } from '#api/object.ts';
import type { Store } from '#kube/store.ts';
import { StoreError } from '#kube/store-error.ts';
import { systemClock } from '../clock.ts';
import { quietLog, until } from '../testing/test-gateway.ts';
import { AckLease, type Acknowledgement } from './ack-lease.ts';

/** Keeps what is written; `version` is what the next write answers. */
class LeaseStore implements Pick<Store, 'apply' | 'delete'> {
  readonly written: Lease[] = [];
  readonly times: number[] = [];
  deleted: string[] = [];
  version = 1000;
  failures = 0;
  slowMs = 0;

  async apply<T extends KubeObject>(object: T): Promise<T> {
    if (this.slowMs > 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, this.slowMs);
      });
    }
    if (this.failures > 0) {
      this.failures--;
      throw new StoreError('Unreachable', 'no connection');
    }
    this.times.push(performance.now());
    this.written.push(structuredClone(object) as KubeObject as Lease);
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.version) } };
  }

  delete(...[, { name }]: Parameters<Store['delete']>): Promise<void> {
    this.deleted.push(name);
    return Promise.resolve();
  }
}

function aLease(store: LeaseStore, change: Partial<Acknowledgement> = {}) {
  const limits = { counting: 'Local', reason: '' } as const;
  const said: Acknowledgement = {
    version: '812',
    epoch: 1,
    ready: true,
    refusals: [],
    rollback: null,
    limits,
    ...change,
  };
  const state = { said, rolledBack: 0 };
  const lease = new AckLease({
    store,
    namespace: 'simpul-gw-public',
    pod: { name: 'public-1', uid: 'u-1' },
    clock: systemClock,
    log: quietLog,
    current: () => state.said,
    onRolledBack: () => {
      state.rolledBack++;
    },
  });
  return { lease, state };
}

test('the first change is written at once, with all that an operator reads', async () => {
  const store = new LeaseStore();
  const refusals = Array.from({ length: 60 }, (_, i) => ({ name: `apisvc-${i}`, hash: 'f'.repeat(16), reason: 'bad' }));
  const { lease } = aLease(store, { refusals });
  lease.changed();
  await until(() => store.written.length === 1);
  const [written] = store.written;
  assert.equal(written?.metadata.name, 'public-1');
  assert.deepEqual(written?.metadata.ownerReferences, [
    { apiVersion: 'v1', kind: 'Pod', name: 'public-1', uid: 'u-1' },
  ]);
  const { annotations = {} } = written?.metadata ?? {};
  assert.equal(annotations[leaseAnnotations.servedVersion], '812');
  assert.equal(annotations[leaseAnnotations.listEpoch], '1');
  assert.equal(annotations[leaseAnnotations.ready], 'true');
  assert.equal((JSON.parse(annotations[leaseAnnotations.refused] ?? '') as unknown[]).length, maxRefusals);
  assert.equal(annotations[leaseAnnotations.refusedCount], '60');
  assert.match(written?.spec?.renewTime ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal(written?.spec?.leaseDurationSeconds, 30);
  await lease.stop();
  assert.deepEqual(store.deleted, ['public-1']);
});

test('changes in quick succession are written together, at most each 100 ms, and the last one always', async () => {
  const store = new LeaseStore();
  const { lease, state } = aLease(store);
  for (let i = 1; i <= 50; i++) {
    state.said = { ...state.said, version: String(900 + i) };
    lease.changed();
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  await until(() => store.written.at(-1)?.metadata.annotations?.[leaseAnnotations.servedVersion] === '950');
  assert.ok(store.written.length <= 8, `${store.written.length} writes`);
  const gaps = store.times.slice(1).map((time, i) => time - (store.times[i] ?? 0));
  for (const gap of gaps) assert.ok(gap >= 95, `${gap} ms between two writes`);
  await lease.stop();
});

test('nothing is said before the first complete list', async () => {
  const store = new LeaseStore();
  const { lease } = aLease(store, { version: '' });
  lease.changed();
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
  assert.equal(store.written.length, 0);
  await lease.stop();
});

test('a write that fails is tried again', async () => {
  const store = new LeaseStore();
  store.failures = 1;
  const { lease } = aLease(store);
  lease.changed();
  await until(() => store.written.length === 1);
  await lease.stop();
});

test('an answer with an older version than what is served asks for a relist', async () => {
  const store = new LeaseStore();
  const { lease, state } = aLease(store, { version: '5000' });
  lease.changed();
  await until(() => state.rolledBack === 1);
  await lease.stop();
});

test('a relist is asked for once, and again only after a complete list that is no better', async () => {
  const store = new LeaseStore();
  const { lease, state } = aLease(store, { version: '5000' });
  lease.changed();
  await until(() => store.written.length === 1);
  lease.changed();
  await until(() => store.written.length === 2);
  assert.equal(state.rolledBack, 1);
  state.said = { ...state.said, epoch: 2 };
  lease.changed();
  await until(() => state.rolledBack === 2);
  await lease.stop();
});

test('the Lease is deleted only after a write under way, so that it does not come back', async () => {
  const store = new LeaseStore();
  store.slowMs = 50;
  const { lease } = aLease(store);
  lease.changed();
  await lease.stop();
  assert.equal(store.written.length, 1);
  assert.deepEqual(store.deleted, ['public-1']);
});

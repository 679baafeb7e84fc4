import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KubeObject } from '#api/object.ts';
import type { Store } from '#kube/store.ts';
import { StoreError } from '#kube/store-error.ts';
import { type EventNote, EventRecorder } from './events.ts';
import { ManualClock } from './manual-clock.ts';

const api: KubeObject = {
  apiVersion: 'simpul.id/v1alpha1',
  kind: 'ApiService',
  metadata: { name: 'sites', namespace: 'banten', uid: 'u-1', resourceVersion: '7' },
};
const note: EventNote = {
  object: api,
  type: 'Normal',
  reason: 'Accepted',
  message: 'All is well',
  action: 'Reconcile',
};

/** A recorder, what it wrote and what it dropped. */
class Harness {
  readonly clock = new ManualClock();
  readonly written: KubeObject[] = [];
  readonly dropped: string[] = [];
  readonly stop = new AbortController();
  /** Called for each write. */
  onCreate: () => Promise<void> = async () => {};
  readonly #store: Pick<Store, 'create'> = {
    create: async (object) => {
      await this.onCreate();
      this.written.push(object);
      return object;
    },
  };
  readonly recorder = new EventRecorder({
    store: this.#store,
    instance: 'operator-0',
    metrics: { eventDropped: (reason) => this.dropped.push(reason) },
    log: { debug: () => {} },
    signal: this.stop.signal,
    clock: this.clock,
    date: () => new Date('2026-11-21T08:00:00.123Z'),
    random: () => 0.5,
  });

  record(count: number, change: Partial<EventNote> = {}): void {
    for (let i = 0; i < count; i += 1) this.recorder.record({ ...note, message: `Message ${i}`, ...change });
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 300; i += 1) await nextTurn();
}

describe('events', () => {
  test('are complete Events beside their object', async () => {
    const harness = new Harness();
    harness.recorder.record(note);
    await settle();
    assert.deepEqual(harness.written, [
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: 'sites.800000000000', namespace: 'banten' },
        eventTime: '2026-11-21T08:00:00.123000Z',
        type: 'Normal',
        reason: 'Accepted',
        action: 'Reconcile',
        note: 'All is well',
        regarding: {
          apiVersion: 'simpul.id/v1alpha1',
          kind: 'ApiService',
          name: 'sites',
          namespace: 'banten',
          uid: 'u-1',
          resourceVersion: '7',
        },
        reportingController: 'simpul.id/operator',
        reportingInstance: 'operator-0',
      },
    ]);
  });

  test('of cluster-scoped objects go to the namespace default', async () => {
    const harness = new Harness();
    harness.recorder.record({ ...note, object: { ...api, kind: 'Tenant', metadata: { name: 'banten' } } });
    await settle();
    assert.equal(harness.written[0]?.metadata.namespace, 'default');
  });

  test('have a valid name however long the name of the object is', async () => {
    const harness = new Harness();
    harness.recorder.record({
      ...note,
      object: { ...api, metadata: { name: `${'a'.repeat(229)}-${'b'.repeat(23)}` } },
    });
    await settle();
    assert.equal(harness.written[0]?.metadata.name, `${'a'.repeat(229)}.800000000000`);
  });

  test('cut a message to 1 KiB between characters', async () => {
    const harness = new Harness();
    harness.recorder.record({ ...note, message: 'é'.repeat(600) });
    await settle();
    const [event] = harness.written;
    assert.ok(event !== undefined && 'note' in event && typeof event.note === 'string');
    assert.equal(event.note, `${'é'.repeat(510)}…`);
    assert.ok(Buffer.byteLength(event.note) <= 1024);
  });

  test('are written once in ten minutes for the same object, reason and message', async () => {
    const harness = new Harness();
    harness.recorder.record(note);
    harness.recorder.record(note);
    harness.recorder.record({ ...note, reason: 'Programmed' });
    harness.clock.advance(10 * 60_000 - 1);
    harness.recorder.record(note);
    await settle();
    assert.equal(harness.written.length, 2);
    harness.clock.advance(1);
    harness.recorder.record(note);
    await settle();
    assert.equal(harness.written.length, 3);
    assert.deepEqual(harness.dropped, []);
  });

  test('come in a burst of 100 and 20 a second after it', async () => {
    const harness = new Harness();
    harness.record(150);
    await settle();
    assert.equal(harness.written.length, 100);
    for (let ms = 0; ms < 1_000; ms += 50) {
      harness.clock.advance(50);
      await settle();
    }
    assert.equal(harness.written.length, 120);
    harness.stop.abort();
  });

  test('that find the queue full are dropped and counted, and the second half is for warnings', async () => {
    const harness = new Harness();
    harness.onCreate = () => new Promise(() => {});
    harness.record(600);
    assert.equal(harness.dropped.length, 99, 'one is being written, 500 wait');
    harness.record(600);
    assert.equal(harness.dropped.length, 2 * 99, 'what was dropped was never said, so it is no repetition');
    harness.dropped.length = 99;
    harness.record(600, { type: 'Warning', reason: 'RouteConflict' });
    assert.equal(harness.dropped.length, 99 + 100);
    assert.equal(harness.dropped[0], 'queue_full');
    harness.stop.abort();
  });

  test('that the API server refuses are counted, and the next ones still come', async () => {
    const harness = new Harness();
    let calls = 0;
    harness.onCreate = async () => {
      calls += 1;
      if (calls === 1) throw new StoreError('Forbidden', 'no');
    };
    harness.record(2);
    await settle();
    assert.deepEqual(harness.dropped, ['failed']);
    assert.equal(harness.written.length, 1);
  });

  test('end with the signal', async () => {
    const harness = new Harness();
    harness.record(150);
    await settle();
    harness.stop.abort();
    await settle();
    harness.record(1);
    await settle();
    assert.equal(harness.written.length, 100);
    assert.equal(harness.clock.pending, 0);
  });
});

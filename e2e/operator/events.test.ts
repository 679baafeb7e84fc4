import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { ApiServerStore } from '#kube/api-server-store.ts';
import { loadConnection } from '#kube/load-connection.ts';
import { Transport } from '#kube/transport.ts';
import { type EventNote, EventRecorder } from '#operator/runtime/events.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';

interface WrittenEvent extends KubeObject {
  readonly note?: string;
  readonly reportingController?: string;
  readonly regarding?: { readonly name?: string };
}

let cluster: ControlPlane;
let store: ApiServerStore;
const stop = new AbortController();
before(async () => {
  cluster = await startControlPlane();
  store = new ApiServerStore(new Transport(await loadConnection({ env: {}, kubeconfig: cluster.kubeconfig })));
  await cluster.kubectl(['create', 'namespace', 'banten']);
});
after(async () => {
  stop.abort();
  await store?.close();
  await cluster?.stop();
});

/** Waits for the Event about `name`; fails at once when the API server refused it. */
async function eventAbout(namespace: string, name: string, dropped: readonly string[]): Promise<WrittenEvent> {
  const giveUpMs = performance.now() + 20_000;
  while (performance.now() < giveUpMs) {
    const { items } = await store.list<WrittenEvent>(coreKinds.Event, { namespace });
    const found = items.find((item) => item.regarding?.name === name);
    if (found !== undefined) return found;
    assert.deepEqual(dropped, []);
    await delay(20);
  }
  return assert.fail(`no Event about ${name}`);
}

describe('events on a real API server', () => {
  const base = { type: 'Warning', reason: 'RouteConflict', action: 'Reconcile', message: 'Path is taken' } as const;
  const simpul = { apiVersion: 'simpul.id/v1alpha1' } as const;
  const cases: Readonly<Record<string, EventNote & { readonly in: string }>> = {
    'about an object of a namespace': {
      ...base,
      object: { ...simpul, kind: 'ApiService', metadata: { name: 'sites', namespace: 'banten', uid: 'u-1' } },
      in: 'banten',
    },
    'about a cluster-scoped object': {
      ...base,
      object: { ...simpul, kind: 'Tenant', metadata: { name: 'banten-dev', uid: 'u-2' } },
      in: 'default',
    },
    'about the longest name': {
      ...base,
      object: { ...simpul, kind: 'ApiService', metadata: { name: `${'a.'.repeat(126)}a`, namespace: 'banten' } },
      in: 'banten',
    },
    'with a message that is too long': {
      ...base,
      object: { ...simpul, kind: 'ApiService', metadata: { name: 'long', namespace: 'banten' } },
      message: 'Pesan “panjang” — '.repeat(100),
      in: 'banten',
    },
  };
  for (const [name, { in: namespace, ...note }] of Object.entries(cases)) {
    test(name, async () => {
      const dropped: string[] = [];
      const recorder = new EventRecorder({
        store,
        instance: 'operator-0',
        metrics: { eventDropped: (reason) => dropped.push(reason) },
        log: { debug: (...line: unknown[]) => console.log(line) },
        signal: stop.signal,
      });
      recorder.record(note);
      const written = await eventAbout(namespace, note.object.metadata.name, dropped);
      assert.equal(written.reportingController, 'simpul.id/operator');
      assert.ok(written.note?.startsWith(note.message.slice(0, 700)));
    });
  }

  test('people see them with kubectl', async () => {
    const printed = await cluster.kubectl(['events', '-n', 'banten', '--types=Warning']);
    assert.match(printed, /Warning +RouteConflict +ApiService\/sites +Path is taken/);
  });
});

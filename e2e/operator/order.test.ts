import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { crds } from '#api/generated/crds.ts';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { MemoryStore } from '#kube/memory/memory-store.ts';
import type { Store } from '#kube/store.ts';
import { startOperator } from '#operator/operator.ts';
import { OperatorMetrics } from '#operator/runtime/metrics.ts';
import { Installation } from './harness.ts';
import { namespace } from './objects.ts';
import { orderNamespaces, orderObjects, outcomeOf } from './order-objects.ts';
import { until } from './waiting.ts';

const labels: Readonly<Record<string, string>> = { lebak: 'lebak-kab' };
const namespaces = orderNamespaces.map((name) => namespace(name, { 'simpul.id/tenant': labels[name] ?? name }));
const kinds = [...Object.values(simpulKinds), coreKinds.Secret];

/** A permutation of all objects, cut into batches; each batch is applied at once. */
const batches = fc
  .tuple(
    fc.shuffledSubarray(orderObjects(), { minLength: orderObjects().length }),
    fc.array(fc.integer({ min: 1, max: 8 })),
  )
  .map(([objects, sizes]) => partition(objects, sizes));

/** How many turns of the event loop lie between two batches: the operator has seen some of it, all, or nothing. */
const gaps = fc.integer({ min: 1, max: 60 });

function partition(objects: readonly KubeObject[], sizes: readonly number[]): KubeObject[][] {
  const parts: KubeObject[][] = [];
  let begin = 0;
  for (const size of sizes) {
    parts.push(objects.slice(begin, begin + size));
    begin += size;
  }
  return [...parts, objects.slice(begin)].filter((part) => part.length > 0);
}

async function everything(store: Store): Promise<KubeObject[]> {
  const pages = await Promise.all(kinds.map((kind) => store.list<KubeObject>(kind)));
  return pages.flatMap(({ items }) => [...items]);
}

async function applyAll(store: Store, parts: readonly (readonly KubeObject[])[], gap = 1): Promise<void> {
  for (const part of parts) {
    await Promise.all(part.map((object) => store.apply(object, { fieldManager: 'test', force: true })));
    for (let turn = 0; turn < gap; turn += 1) await new Promise(setImmediate);
  }
}

/** What comes of `parts` in memory, once it is what `expected` says; without `expected`, once it moves no more. */
async function outcomeInMemory(
  parts: readonly (readonly KubeObject[])[],
  { gap = 1, expected }: { readonly gap?: number; readonly expected?: object } = {},
): Promise<object> {
  const store = new MemoryStore({ crds, namespaces: ['default', 'kube-system', 'simpul-system'] });
  const stop = new AbortController();
  const metrics = new OperatorMetrics({ version: 'test', processMetrics: false });
  const operator = startOperator({
    ...{ store, metrics, instance: 'test', approvalPolicy: 'assumed', signal: stop.signal },
    ...{ isLeader: () => true, log: pino({ level: 'silent' }) },
    config: {
      className: 'simpul',
      clusterPrefix: 'simpul',
      namespace: 'simpul-system',
      httpPort: 0,
      logLevel: 'info',
      workers: 8,
    },
  });
  try {
    await applyAll(store, [namespaces]);
    await applyAll(store, parts, gap);
    return await settled(async () => outcomeOf(await everything(store)), expected);
  } finally {
    stop.abort();
    await operator.stop();
  }
}

/** Reads until the outcome is the expected one, or (with none expected) has been the same for a while. */
async function settled(read: () => Promise<object>, expected?: object): Promise<object> {
  let last = '';
  let quiet = 0;
  const wanted = expected === undefined ? undefined : JSON.stringify(expected);
  const look = async (): Promise<object | false> => {
    const outcome = await read();
    const text = JSON.stringify(outcome);
    quiet = text === last ? quiet + 1 : 0;
    last = text;
    const isSettled = wanted === undefined ? quiet >= 20 : text === wanted || quiet >= 100;
    return isSettled && outcome;
  };
  return await until('the world comes to rest', look, { withinMs: 30_000 });
}

/** Why each object is Ready or not; there are no gateway pods. */
const meant = [
  'ApiGateway simpul-system/public: NoGateways',
  'ApiGateway simpul-system/trusted: NoGateways',
  'ApiService banten/ditolak: TenantNotAllowed',
  'ApiService banten/meminjam: TenantNotAllowed',
  'ApiService banten/salah: PathNotClaimed',
  'ApiService banten/situs: NoGateways',
  'ApiService lebak/tertutup: PendingApproval',
  'ApiService lebak/warga: NoGateways',
  'Approval banten/dasbor-situs: Succeeded',
  'Approval lebak/emas-ya: Succeeded',
  'Approval lebak/terbit: Succeeded',
  'Approval lebak/tidak: Succeeded',
  'KeyManager lebak/kunci: Succeeded',
  'Subscription banten/ditolak: Rejected',
  'Subscription banten/emas: SecretNotFound',
  'Subscription tangerang/banyak: NotVisible',
  'Subscription tangerang/dasbor: NoGateways',
  'Subscription tangerang/perizinan: NoGateways',
  'Tenant /banten: Succeeded',
  'Tenant /lebak-kab: Succeeded',
  'Tenant /serakah: NamespaceReserved',
  'Tenant /tangerang: Succeeded',
];

describe('any order and any batches end in the same state', () => {
  let expected: Record<string, unknown>;
  const reference = async (): Promise<Record<string, unknown>> => {
    expected ??= (await outcomeInMemory([orderObjects()])) as Record<string, unknown>;
    return expected;
  };

  test('the state is the one that is meant', async () => {
    const outcome = await reference();
    const ready = Object.entries(outcome).flatMap(([name, status]) => {
      const found = (status as { conditions?: { type: string; reason: string }[] }).conditions?.find(
        ({ type }) => type === 'Ready',
      );
      return found === undefined ? [] : [`${name}: ${found.reason}`];
    });
    assert.deepEqual(ready, meant);
  });

  test('in memory, 100 times', async () => {
    const wanted = await reference();
    const property = fc.asyncProperty(batches, gaps, async (parts, gap) => {
      assert.deepEqual(await outcomeInMemory(parts, { gap, expected: wanted }), wanted);
    });
    await fc.assert(property, { numRuns: 100, endOnFailure: true });
  });

  test('on a real API server, 3 times', async (context: TestContext) => {
    const wanted = await reference();
    const installation = await Installation.start({ controllerManager: true });
    context.after(() => installation.stop());
    await installation.startOperator();
    await installation.apply(...namespaces);
    for (const parts of fc.sample(batches, 3)) {
      await applyAll(installation.admin, parts);
      const outcome = await settled(async () => outcomeOf(await everything(installation.admin)), wanted);
      assert.deepEqual(outcome, wanted);
      await clear(installation, parts.flat());
    }
  });
});

async function clear(installation: Installation, objects: readonly KubeObject[]): Promise<void> {
  await installation.remove(...objects);
  await until('everything is gone', async () => {
    const rest = (await everything(installation.admin)).filter(({ metadata }) => metadata.name !== 'simpul-pepper');
    return rest.length === 0;
  });
}

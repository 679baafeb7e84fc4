import type { ApiService } from '#api/generated/apiservice.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { Store } from '#kube/store.ts';
import type { ControlPlane } from '#tools/controlplane/control-plane.ts';
import { BenchError } from '../errors.ts';
import { progress } from '../progress.ts';
import { distributionOf } from '../statistics.ts';
import type { BareWrites } from './bare-writes.ts';
import { countsOf } from './counts.ts';
import type { Latencies } from './figures.ts';
import { type GatewayCalls, LiveRoute } from './gateway-calls.ts';
import { basePathOf, buildApiService, buildSubscription, probeTenant, type Written } from './objects.ts';
import { createAll, fieldManager } from './population.ts';
import { WatchedObjects } from './watched-objects.ts';

/** What {@link measureLatencies} works with. */
export interface Bench {
  readonly cluster: ControlPlane;
  readonly store: Store;
  readonly calls: GatewayCalls;
  readonly bare: BareWrites;
  /** Base URL of the echo backend. */
  readonly backend: string;
  readonly samples: number;
  /** Resolves once the operator has nothing left to do. */
  readonly settled: () => Promise<void>;
}

const liveName = 'hidup';
const keyedName = 'berkunci';
/** Status writes per change are counted over this many changes at most, each awaited until Ready. */
const maxAwaitedChanges = 50;

/** One change at a time, each measured until a call shows it, with a bare write after each for comparison. */
export async function measureLatencies(bench: Bench): Promise<Latencies> {
  const apis = await WatchedObjects.open<ApiService>(bench.store, {
    kind: simpulKinds.ApiService,
    namespace: probeTenant,
  });
  try {
    await applyReady(bench.store, apis, apiNamed(bench, liveName, false));
    await applyReady(bench.store, apis, apiNamed(bench, keyedName, true));
    const live = new LiveRoute(bench.calls, basePathOf(probeTenant, liveName));
    live.start();
    const bare: number[] = [];
    const added = await measureAdded(bench, bare);
    const edited = await measureEdited(bench, bare);
    await bench.settled();
    const awaited = await measureAwaited(bench, apis);
    await live.stop();
    for (const fault of live.faults) progress(`  the live route answered ${fault}`);
    const revoked = await measureRevoked(bench);
    await removeAll(bench, [...added.names]);
    const bareTimes = distributionOf(bare);
    const [addedTimes, editedTimes] = [distributionOf(added.times), distributionOf(edited)];
    return {
      ...{ bare: bareTimes, added: addedTimes, edited: editedTimes, revoked: distributionOf(revoked) },
      ready: distributionOf(awaited.times),
      ratio: Math.max(addedTimes.p99, editedTimes.p99) / bareTimes.p99,
      statusWritesPerChange: awaited.statusWritesPerChange,
      livePolls: live.polls,
      liveErrors: live.errors,
      addedErrors: added.errors,
    };
  } finally {
    apis.stop();
  }
}

async function measureAdded({ store, calls, samples, ...bench }: Bench, bare: number[]) {
  progress(`  ${samples} ApiServices are added, each polled every 5 ms until it answers`);
  const times: number[] = [];
  const names: string[] = [];
  let errors = 0;
  for (let index = 0; index < samples; index += 1) {
    const name = `baru-${String(index).padStart(5, '0')}`;
    names.push(name);
    const startedAt = performance.now();
    const served = calls.poll({
      path: basePathOf(probeTenant, name),
      isWanted: ({ status }) => status === 200,
      onOther: ({ status }) => {
        if (status !== 404) errors += 1;
      },
    });
    const [at] = await Promise.all([served, store.create(apiNamed(bench, name, false), { fieldManager })]);
    times.push(at - startedAt);
    bare.push(await bench.bare.sample());
  }
  return { times, names, errors };
}

async function measureEdited({ store, calls, samples, ...bench }: Bench, bare: number[]): Promise<number[]> {
  progress(`  a live ApiService is edited ${samples} times`);
  const times: number[] = [];
  for (let index = 0; index < samples; index += 1) {
    const startedAt = performance.now();
    const served = calls.poll({
      path: basePathOf(probeTenant, liveName),
      isWanted: ({ text }) => text === `/suntingan/${index}`,
    });
    await Promise.all([served, edit(store, bench.backend, `/suntingan/${index}`)]);
    times.push((await served) - startedAt);
    bare.push(await bench.bare.sample());
  }
  return times;
}

/** Changes that wait for Ready before the next one comes, so that no two share a status write. */
async function measureAwaited({ cluster, store, samples, backend }: Bench, apis: WatchedObjects<ApiService>) {
  const changes = Math.min(samples, maxAwaitedChanges);
  progress(`  ${changes} more edits, each awaited until Ready`);
  const times: number[] = [];
  const before = await countsOf(cluster);
  for (let index = 0; index < changes; index += 1) {
    const startedAt = performance.now();
    const changed = await edit(store, backend, `/ditunggu/${index}`);
    times.push((await apis.until(liveName, isReady(changed.metadata.generation ?? 0))) - startedAt);
  }
  const after = await countsOf(cluster);
  const writes = after.statusWrites('apiservices') - before.statusWrites('apiservices');
  return { times, statusWritesPerChange: writes / changes };
}

async function measureRevoked({ store, calls, samples }: Bench): Promise<number[]> {
  progress(`  ${samples} Subscriptions are revoked, each polled every 5 ms until it is refused`);
  const subscriptions = await WatchedObjects.open<Subscription>(store, {
    kind: simpulKinds.Subscription,
    namespace: probeTenant,
  });
  const api = { tenant: probeTenant, name: keyedName };
  const names = Array.from({ length: samples }, (_, index) => `dicabut-${index}-${Math.round(performance.now())}`);
  await createAll(
    store,
    names.map((name) => buildSubscription({ tenant: probeTenant, name, api })),
    200,
  );
  const times: number[] = [];
  for (const name of names) {
    await subscriptions.until(name, isReady(1));
    const key = await keyOf(store, `${name}-utama`);
    const path = basePathOf(probeTenant, keyedName);
    await calls.poll({ path, key, isWanted: ({ status }) => status === 200 });
    const startedAt = performance.now();
    const refused = calls.poll({ path, key, isWanted: ({ status }) => status === 401 || status === 403 });
    const [at] = await Promise.all([refused, store.delete(simpulKinds.Subscription, { namespace: probeTenant, name })]);
    times.push(at - startedAt);
  }
  subscriptions.stop();
  return times;
}

function apiNamed({ backend }: Pick<Bench, 'backend'>, name: string, keyed: boolean): Written {
  return buildApiService({ tenant: probeTenant, name, backend, keyed });
}

async function edit(store: Store, backend: string, path: string): Promise<Written> {
  return await store.apply(apiNamed({ backend: `${backend}${path}` }, liveName, false), { fieldManager, force: true });
}

async function applyReady(store: Store, apis: WatchedObjects<ApiService>, api: Written): Promise<void> {
  const { metadata } = await store.apply(api, { fieldManager, force: true });
  await apis.until(metadata.name, isReady(metadata.generation ?? 0));
}

function isReady(generation: number): (object: ApiService | Subscription | undefined) => boolean {
  return (object) => {
    const ready = object?.status?.conditions?.find(({ type }) => type === 'Ready');
    return ready?.status === 'True' && ready.observedGeneration >= generation;
  };
}

interface KeySecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

async function keyOf(store: Store, name: string): Promise<string> {
  const secret = await store.get<KeySecret>(coreKinds.Secret, { namespace: probeTenant, name });
  const data = secret?.data?.['api-key'];
  if (data === undefined) throw new BenchError(`there is no generated key in Secret ${probeTenant}/${name}`);
  return Buffer.from(data, 'base64').toString();
}

async function removeAll({ store, settled }: Bench, names: string[]): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await store.delete(simpulKinds.ApiService, { namespace: probeTenant, name });
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  await settled();
}

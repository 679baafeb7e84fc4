import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type CompiledSecret, compiledAnnotations } from '#api/compiled/secret.ts';
import { until } from '#e2e/operator/waiting.ts';
import { gatewayNamespace, home, isReady, type NodeCluster, type Resource } from '../cluster.ts';
import { installRelease } from '../release.ts';
import { openApi } from './api.ts';
import { type Fault, secondsSince, times } from './fault.ts';
import { mainProcessOf } from './node-processes.ts';

const kills = times(50, 12);
const half = 50;
const names = Array.from({ length: half }, (_, i) => `kacau-${String(i).padStart(2, '0')}`);

/** Of each kind `half`: ApiServices in `banten`, Subscriptions with a generated key in `tangerang`. */
export const operatorKilled: Fault = {
  name: 'operator-killed',
  what: `an operator is killed (SIGKILL) at random ${kills} times, with elections each 2 s, while ${half} ApiServices and ${half} Subscriptions change`,
  asserts: 'all are Ready and served as last written; one compiled object for each, one key for each credential',
  inNode: true,
  prepare: async (cluster) => {
    await cluster.apply(...names.map((name) => api(name, 0)), ...names.map((name) => subscription(name, 0)));
    await untilAllReady(cluster);
    await installRelease(cluster, ...fastElection);
    return {};
  },
  happen: async (cluster) => {
    const state = { isOver: false };
    const changing = changeAgainAndAgain(cluster, state);
    try {
      for (let kill = 0; kill < kills; kill++) {
        await delay(Math.random() * 1500); // at random moments of its work
        await killOne(cluster);
      }
    } finally {
      state.isOver = true;
    }
    const last = await changing;
    const began = performance.now();
    await untilAllReady(cluster);
    const took = secondsSince(began);
    await assertNothingDoubled(cluster);
    await assertServed(cluster, last);
    return `all Ready ${took} after the last kill; ${last} changes of each object`;
  },
  undo: async (cluster) => {
    await installRelease(cluster);
    const all = ['--ignore-not-found', '--wait=false', '-l', 'test=kacau'];
    await cluster.kubectl(['delete', 'apiservices.simpul.id', '-n', 'banten', ...all]);
    await cluster.kubectl(['delete', 'subscriptions.simpul.id', '-n', 'tangerang', ...all]);
  },
};

/** So that leaders, too, are killed often, and not only once in 17 s. */
const fastElection = ['leaseDuration=2s', 'renewDeadline=1500ms', 'retryPeriod=300ms'].map(
  (value) => `operator.leaderElection.${value}`,
);

const labels = { test: 'kacau' };

/** Each change moves the route, so that what is served tells which one has arrived. */
function api(name: string, change: number): object {
  const built = openApi(name, { basePath: `/banten/${name}/${change}` }) as { metadata: object };
  return { ...built, metadata: { ...built.metadata, labels } };
}

function subscription(name: string, change: number): object {
  return {
    ...{ apiVersion: 'simpul.id/v1alpha1', kind: 'Subscription' },
    metadata: { name, namespace: 'tangerang', labels },
    spec: {
      application: { displayName: `${name} ${change}` },
      apis: [{ name: 'situs', namespace: 'banten', plan: 'dasar' }],
      credentials: [{ name: 'utama' }],
    },
  };
}

/** Gives the number of the last change. */
async function changeAgainAndAgain(cluster: NodeCluster, state: { readonly isOver: boolean }): Promise<number> {
  for (let change = 1; ; change++) {
    await cluster.apply(...names.map((name) => api(name, change)), ...names.map((name) => subscription(name, change)));
    if (state.isOver) return change;
  }
}

/** A pod that is deleted after its process was killed, because kubelets let a container that ends often wait for minutes. */
async function killOne(cluster: NodeCluster): Promise<void> {
  const pods = await cluster.podsOf(home, 'simpul-operator');
  const victim = pods[Math.floor(Math.random() * pods.length)];
  const found = victim && mainProcessOf(victim, 'operator');
  if (victim === undefined || found === undefined) return await delay(100).then(() => killOne(cluster));
  process.kill(found.pid, 'SIGKILL');
  const now = ['--grace-period=0', '--force', '--wait=false', '--ignore-not-found'];
  await cluster.kubectl(['delete', 'pod', victim.metadata.name, '-n', home, ...now]);
}

async function untilAllReady(cluster: NodeCluster): Promise<void> {
  let late: readonly string[] = [];
  const look = async () => {
    const apis = await listOf(cluster, 'apiservices.simpul.id', 'banten');
    const subscriptions = await listOf(cluster, 'subscriptions.simpul.id', 'tangerang');
    assert.deepEqual([apis.length, subscriptions.length], [half, half]);
    late = [...apis, ...subscriptions].filter((each) => !isReady(each)).map(({ metadata }) => metadata.name);
    return late.length === 0;
  };
  await until('all objects are Ready', look, { seen: () => late });
}

async function listOf(cluster: NodeCluster, kind: string, namespace: string): Promise<readonly Resource[]> {
  return (await cluster.get<{ items: Resource[] }>(kind, '-n', namespace, '-l', 'test=kacau')).items;
}

async function assertNothingDoubled(cluster: NodeCluster): Promise<void> {
  const { items } = await cluster.get<{ items: CompiledSecret[] }>('secrets', '-n', gatewayNamespace);
  const sources = items.map(({ metadata }) => metadata.annotations?.[compiledAnnotations.source] ?? '');
  const ours = sources.filter((source) => source.includes('/kacau-')).sort();
  const expected = names.flatMap((name) => [`ApiService/banten/${name}`, `Subscription/tangerang/${name}`]);
  assert.deepEqual(ours, expected.sort());
  const keys = await cluster.get<{ items: Resource[] }>('secrets', '-n', 'tangerang');
  const generated = keys.items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('kacau-'));
  assert.deepEqual(generated.sort(), names.map((name) => `${name}-utama`).sort());
}

/** Every gateway answers on the last route of each, and on none before. */
async function assertServed(cluster: NodeCluster, last: number): Promise<void> {
  for (const { metadata, status } of await cluster.gatewayPods()) {
    const paths = names.flatMap((name) => [`/banten/${name}/${last}/1`, `/banten/${name}/${last - 1}/1`]);
    const script = `
const ask = async (path) => (await fetch('http://${status.podIP}:8080' + path)).status;
(async () => console.log(JSON.stringify(await Promise.all(${JSON.stringify(paths)}.map(ask)))))();`;
    const seen = await cluster.evaluate<number[]>(gatewayNamespace, metadata.name, script);
    assert.deepEqual(
      seen,
      names.flatMap(() => [200, 404]),
    );
  }
}

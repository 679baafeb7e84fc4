import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '#e2e/operator/waiting.ts';
import { home, type NodeCluster } from '../cluster.ts';
import { type Fault, secondsSince } from './fault.ts';
import { giveBack, takeAway } from './node-processes.ts';

const outageMs = 30_000;

export const apiServerDown: Fault = {
  name: 'api-server-down',
  what: 'the API server is killed, stays away for 30 s, and comes back',
  asserts: 'no gateway is restarted; a change made afterwards is served and Ready',
  inNode: true,
  happen: async (cluster) => {
    const before = await restartsOf(cluster);
    await takeAway('kube-apiserver');
    await delay(outageMs); // the promise is about this time
    await giveBack('kube-apiserver');
    await until('the API server answers', () => answers(cluster));
    const back = performance.now();
    await cluster.changeAndWait('ramai');
    const took = secondsSince(back);
    await cluster.kubectl(['rollout', 'status', '-n', home, 'deployment/simpul-operator', '--timeout=60s']);
    assert.deepEqual(await restartsOf(cluster), before);
    return `a change is Ready ${took} after the API server answers again`;
  },
  undo: () => giveBack('kube-apiserver'),
};

function answers({ kubectl }: NodeCluster): Promise<boolean> {
  return kubectl(['get', '--raw', '/readyz', '--request-timeout=2s']).then(
    () => true,
    () => false,
  );
}

async function restartsOf(cluster: NodeCluster): Promise<unknown> {
  const pods = await cluster.gatewayPods();
  return pods.map(({ metadata, status }) => [metadata.uid, status.containerStatuses?.[0]?.restartCount]).sort();
}

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '#e2e/operator/waiting.ts';
import type { Failure } from '../caller.ts';
import { gatewayNamespace, isPodReady, type NodeCluster, type Pod } from '../cluster.ts';
import { type Fault, times } from './fault.ts';
import { mainProcessOf } from './node-processes.ts';

/** When processes were killed, and when the kernel had closed all that they had; milliseconds since the epoch. */
const deaths: { readonly killedAt: number; readonly diedAt: number }[] = [];

/** What a caller sees of a connection that ends before its answer. */
const isBroken = new Set(['ECONNRESET', 'EPIPE', 'aborted']);

export const gatewayKilled: Fault = {
  name: 'gateway-killed',
  what: 'the process of a gateway pod is killed (SIGKILL)',
  asserts: 'the container is started again and serves',
  inNode: true,
  mayFail: {
    which: 'those that the killed process was answering; refused connects for at most 2 s',
    allows: ({ what, beganAt, endedAt }: Failure) =>
      deaths.some(({ killedAt, diedAt }) => {
        if (endedAt < killedAt || endedAt > diedAt + 2000) return false;
        // The end of a connection takes a moment to arrive, in which it may be taken for one more call.
        return what === 'ECONNREFUSED' || (isBroken.has(what) && beganAt <= diedAt + 20);
      }),
  },
  happen: async (cluster) => {
    const took: string[] = [];
    for (let round = 0; round < times(4, 2); round++) {
      const pods = await cluster.gatewayPods();
      const victim = pods.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))[round % pods.length];
      assert.ok(victim);
      took.push(`${((await killAndWait(cluster, victim)) / 1000).toFixed(1)} s`);
    }
    return `ready again after ${took.join(', ')}`;
  },
};

/** Milliseconds until it is ready again. */
async function killAndWait(cluster: NodeCluster, victim: Pod): Promise<number> {
  const found = mainProcessOf(victim, 'gateway');
  assert.ok(found, `${victim.metadata.name} runs no gateway`);
  const began = performance.now();
  const killedAt = Date.now();
  process.kill(found.pid, 'SIGKILL');
  // Not only the first of its threads: the others share its connections.
  while (existsSync(`/proc/${found.pid}`)) await delay(1);
  deaths.push({ killedAt, diedAt: Date.now() });
  const restarts = victim.status.containerStatuses?.[0]?.restartCount ?? 0;
  await until(`${victim.metadata.name} is ready again`, async () => {
    const now = await cluster.get<Pod>('pod', victim.metadata.name, '-n', gatewayNamespace);
    return isPodReady(now) && now.status.containerStatuses?.[0]?.restartCount === restarts + 1;
  });
  return performance.now() - began;
}

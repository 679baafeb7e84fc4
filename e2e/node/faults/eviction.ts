import assert from 'node:assert/strict';
import { until } from '#e2e/operator/waiting.ts';
import { gatewayNamespace, type NodeCluster } from '../cluster.ts';
import { type Fault, secondsSince, times } from './fault.ts';

export const eviction: Fault = {
  name: 'eviction',
  what: 'a node is drained of all gateways by the Eviction API',
  asserts:
    'the PodDisruptionBudget refuses the second pod until there is another for the first; no pod of before is left',
  happen: async (cluster) => {
    const began = performance.now();
    let refused = 0;
    for (let round = 0; round < times(3, 1); round++) refused += await drain(cluster);
    return `drained in ${secondsSince(began)}, ${refused} evictions refused`;
  },
};

/** As `kubectl drain` does: what the budget does not allow yet is asked for again. Gives how often it said no. */
async function drain(cluster: NodeCluster): Promise<number> {
  const pods = await cluster.gatewayNames();
  let refused = 0;
  for (const pod of pods) {
    await until(`${pod} may be evicted`, async () => {
      const isEvicted = await evict(cluster, pod);
      if (!isEvicted) refused++;
      return isEvicted;
    });
  }
  assert.ok(refused > 0, 'both pods could be evicted at once');
  await cluster.untilReplaced(pods);
  return refused;
}

async function evict({ kubectl }: NodeCluster, name: string): Promise<boolean> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: gatewayNamespace } };
  const path = `/api/v1/namespaces/${gatewayNamespace}/pods/${name}/eviction`;
  try {
    await kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(body));
    return true;
  } catch (error) {
    assert.match(String(error), /TooManyRequests|disruption budget/);
    return false;
  }
}

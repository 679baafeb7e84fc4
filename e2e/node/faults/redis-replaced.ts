import { until } from '#e2e/operator/waiting.ts';
import { home, type NodeCluster } from '../cluster.ts';
import { installRelease } from '../release.ts';
import { openApi } from './api.ts';
import { type Fault, secondsSince, times } from './fault.ts';

export const redisReplaced: Fault = {
  name: 'redis-replaced',
  what: 'the pod of the Redis that all limits are counted in is replaced by another, which knows nothing',
  asserts: 'LimitsShared says so meanwhile, and is True again afterwards',
  inNode: true,
  prepare: async (cluster) => {
    await installRelease(cluster, 'redis.trial=true');
    await cluster.apply(openApi('terbatas', { limits: [{ requests: 10_000_000, per: 'Minute' }] }));
    await cluster.untilReady('apiservices.simpul.id/terbatas', '-n', 'banten');
    await untilShared(cluster);
    return { path: '/banten/terbatas/1' };
  },
  happen: async (cluster) => {
    const took: string[] = [];
    for (let round = 0; round < times(3, 1); round++) {
      const began = performance.now();
      const redis = ['-n', home, '-l', 'app.kubernetes.io/name=simpul-redis'];
      const { lastTransitionTime: before } = await untilShared(cluster);
      await cluster.kubectl(['delete', 'pods', ...redis]);
      await until('LimitsShared has been False', async () => (await sharing(cluster))?.lastTransitionTime !== before);
      await untilShared(cluster);
      took.push(secondsSince(began));
    }
    return `limits are counted together again after ${took.join(', ')}`;
  },
  undo: async (cluster) => {
    await cluster.kubectl(['delete', 'apiservices.simpul.id/terbatas', '-n', 'banten', '--ignore-not-found']);
    await installRelease(cluster);
  },
};

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime: string;
}

async function sharing(cluster: NodeCluster): Promise<Condition | undefined> {
  const { status } = await cluster.get<{ status: { conditions: Condition[] } }>(
    'apigateways.simpul.id/public',
    '-n',
    home,
  );
  return status.conditions.find(({ type }) => type === 'LimitsShared');
}

async function untilShared(cluster: NodeCluster): Promise<Condition> {
  let seen: Condition | undefined;
  const look = async () => {
    seen = await sharing(cluster);
    return seen?.status === 'True' && seen;
  };
  return await until('limits are counted together', look, { seen: () => seen });
}

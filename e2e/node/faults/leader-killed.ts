import assert from 'node:assert/strict';
import { until } from '#e2e/operator/waiting.ts';
import { home, type NodeCluster } from '../cluster.ts';
import { type Fault, times } from './fault.ts';
import { mainProcessOf } from './node-processes.ts';

/** The Lease of the chart lasts 15 s, who stands by looks each 2 s; the rest is for a first look at everything, and kubectl. */
const mostSeconds = 20;

export const leaderKilled: Fault = {
  name: 'leader-killed',
  what: 'the leading operator is killed (SIGKILL), with the elections of the chart',
  asserts: `an API that is changed in that moment is served and Ready within ${mostSeconds} s`,
  inNode: true,
  happen: async (cluster) => {
    const took: string[] = [];
    for (let round = 0; round < times(3, 1); round++) {
      await cluster.kubectl(['rollout', 'status', 'deployment/simpul-operator', '-n', home, '--timeout=90s']);
      const pid = await leadingProcess(cluster);
      const began = performance.now();
      process.kill(pid, 'SIGKILL');
      await cluster.changeAndWait('ramai');
      const seconds = (performance.now() - began) / 1000;
      assert.ok(seconds <= mostSeconds, `${seconds} s`);
      took.push(`${seconds.toFixed(1)} s`);
    }
    return `Ready after ${took.join(', ')}`;
  },
};

async function leadingProcess(cluster: NodeCluster): Promise<number> {
  interface Lease {
    readonly spec: { readonly holderIdentity?: string };
  }
  return await until('an operator leads', async () => {
    const { spec } = await cluster.get<Lease>('lease', 'simpul-operator', '-n', home);
    const pods = await cluster.podsOf(home, 'simpul-operator');
    const leader = pods.find(({ metadata }) => spec.holderIdentity?.startsWith(`${metadata.name}_`));
    return leader && mainProcessOf(leader, 'operator')?.pid;
  });
}

import { gatewayNamespace } from '../cluster.ts';
import { type Fault, secondsSince, times } from './fault.ts';

export const rollingRestart: Fault = {
  name: 'rolling-restart',
  what: 'all gateways are replaced, one after the other',
  asserts: 'no pod of before is left',
  happen: async (cluster) => {
    const deployment = ['-n', gatewayNamespace, 'deployment/public'];
    const took: string[] = [];
    for (let round = 0; round < times(3, 1); round++) {
      const before = await cluster.gatewayNames();
      const began = performance.now();
      await cluster.kubectl(['rollout', 'restart', ...deployment]);
      await cluster.kubectl(['rollout', 'status', ...deployment, '--timeout=60s']);
      await cluster.untilReplaced(before);
      took.push(secondsSince(began));
    }
    return `replaced in ${took.join(', ')}`;
  },
};

import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { times } from './fault.ts';
import { giveBack, pidOf, takeAway } from './node-processes.ts';

const eachMs = times(30_000, 12_000);

/** Gateways know backends by name, and ask for its addresses every few seconds (`gateway/proxy/backend-name.ts`). */
export const dnsGone: Fault = {
  name: 'dns-gone',
  what: `the cluster's DNS hangs, and then is killed and stays away, for ${eachMs / 1000} s each`,
  asserts: 'an API that is changed meanwhile is served and Ready',
  inNode: true,
  happen: async (cluster) => {
    const pid = pidOf('coredns');
    process.kill(pid, 'SIGSTOP');
    try {
      await cluster.changeAndWait('ramai');
      await delay(eachMs); // the promise is about this time
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await takeAway('coredns');
    await cluster.changeAndWait('ramai');
    await delay(eachMs);
    await giveBack('coredns');
    return 'backends are called by the addresses that were known last';
  },
  undo: () => giveBack('coredns'),
};

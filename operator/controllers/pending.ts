import { compareVersions } from '#api/resource-version.ts';
import type { Wake } from '../world/dependents.ts';
import type { GatewayPod } from '../world/fleet.ts';

/**
 * Who waits for acknowledgements of which version, by ApiGateway. An acknowledgement that moves a fleet forward wakes
 * only those that it satisfies: cost per Lease is one pass over what is pending, not a reconcile of each.
 */
export class PendingAcknowledgements {
  readonly #byGateway = new Map<string, Map<string, Waiter>>();

  /** `wake` waits until every pod of `gateway` serves `version`. Replaces what it waited for there. */
  wait(gateway: string, version: string, wake: Wake, since?: Since): void {
    const waiters = this.#byGateway.get(gateway) ?? new Map<string, Waiter>();
    waiters.set(`${wake.kind}/${wake.id}`, { version, wake, since });
    this.#byGateway.set(gateway, waiters);
  }

  /** When that generation of `wake` began to wait, in milliseconds since the epoch; undefined when it does not. */
  waitingSinceMs(wake: Wake, generation: number): number | undefined {
    for (const waiters of this.#byGateway.values()) {
      const since = waiters.get(`${wake.kind}/${wake.id}`)?.since;
      if (since?.generation === generation) return since.ms;
    }
    return undefined;
  }

  forget(wake: Wake): void {
    for (const waiters of this.#byGateway.values()) waiters.delete(`${wake.kind}/${wake.id}`);
  }

  /** How many wait for `gateway`. */
  count(gateway: string): number {
    return this.#byGateway.get(gateway)?.size ?? 0;
  }

  /** Those whose wait is over: every live pod serves their version, or a pod refuses something. */
  satisfiedBy(gateway: string, pods: Iterable<GatewayPod>, isLive: (pod: GatewayPod) => boolean): Wake[] {
    const waiters = this.#byGateway.get(gateway);
    if (waiters === undefined || waiters.size === 0) return [];
    const live = [...pods].filter(isLive);
    if (live.length === 0) return [];
    if (live.some((pod) => pod.refusedCount > 0)) return [...waiters.values()].map(({ wake }) => wake);
    const least = live.map((pod) => pod.servedVersion).reduce((a, b) => (compareVersions(a, b) <= 0 ? a : b));
    return [...waiters.values()].filter(({ version }) => compareVersions(version, least) <= 0).map(({ wake }) => wake);
  }
}

/** Which generation waits, and from when on (milliseconds since the epoch). */
export interface Since {
  readonly generation: number;
  readonly ms: number;
}

interface Waiter {
  readonly version: string;
  readonly wake: Wake;
  readonly since: Since | undefined;
}

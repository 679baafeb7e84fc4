import type { Refusal } from '#api/compiled/lease.ts';
import type { Observation } from '#api/conditions.ts';
import { compareVersions } from '#api/resource-version.ts';
import { observe, type Subject } from '../translate/outcome.ts';
import type { GatewayPod } from '../world/fleet.ts';

/** What one fleet must have loaded. */
export interface Target {
  /** Id of the ApiGateway. */
  readonly gateway: string;
  /** Name of the compiled Secret. */
  readonly name: string;
  /** resourceVersion of the compiled Secret: a pod that serves this version or a later one has loaded it. */
  readonly version: string;
  readonly contentHash: string;
  /** What it refers to and was written before it: a pod that refuses that cannot serve it. */
  readonly needs?: { readonly name: string; readonly contentHash: string };
  readonly pods: readonly GatewayPod[];
}

/** Where one fleet stands. */
export interface FleetProgress {
  readonly gateway: string;
  readonly acknowledged: number;
  readonly expected: number;
  /** Names of the pods that do not serve it yet, sorted, the first ten. */
  readonly laggards: readonly string[];
}

export interface Progress {
  readonly fleets: readonly FleetProgress[];
  /** Pods that could not load the object, by name. */
  readonly refusals: readonly { readonly pod: string; readonly reason: string }[];
}

/** Counts acknowledgements among the pods that are ready at `now` (milliseconds since the epoch). */
export function progressOf(targets: readonly Target[], now: number): Progress {
  const refusals: { pod: string; reason: string }[] = [];
  const fleets = targets.map((target) => {
    const ready = target.pods.filter((pod) => isLive(pod, now));
    const laggards = ready.filter((pod) => !hasLoaded(pod, target)).map((pod) => pod.name);
    for (const pod of ready) {
      const refusal = refusalOf(pod, target);
      if (refusal !== undefined) refusals.push({ pod: pod.name, reason: refusal });
    }
    return {
      gateway: target.gateway,
      acknowledged: ready.length - laggards.length,
      expected: ready.length,
      laggards: laggards.sort().slice(0, 10),
    };
  });
  return { fleets, refusals };
}

/** Ready, and its Lease has not run out. */
export function isLive(pod: GatewayPod, now: number): boolean {
  return pod.ready && pod.expiresAt > now;
}

/** A version that lies beyond the Lease's own stems from a state that was rolled back: it acknowledges nothing. */
function hasLoaded(pod: GatewayPod, target: Target): boolean {
  if (pod.servedVersion === '' || compareVersions(pod.servedVersion, pod.resourceVersion) > 0) return false;
  return compareVersions(pod.servedVersion, target.version) >= 0 && refusalOf(pod, target) === undefined;
}

function refusalOf(pod: GatewayPod, target: Target): string | undefined {
  const parts = target.needs === undefined ? [target] : [target, target.needs];
  return pod.refused.find((refused) => parts.some((part) => isThat(refused, part)))?.reason;
}

function isThat(refused: Refusal, part: { readonly name: string; readonly contentHash: string }): boolean {
  return refused.name === part.name && part.contentHash.startsWith(refused.hash);
}

/** The Programmed condition that follows from `progress`. */
export function programmedFrom(subject: Subject, progress: Progress): Observation {
  const { fleets, refusals } = progress;
  const [refusal] = refusals;
  if (refusal !== undefined) {
    const message = `Gateway pod "${refusal.pod}" could not load it (${refusal.reason}) and serves the last good version`;
    return observe(subject, 'Programmed', 'False', { reason: 'RefusedByGateway', message });
  }
  const absent = fleets.find((fleet) => fleet.expected === 0);
  if (fleets.length === 0 || absent !== undefined) {
    const which =
      absent === undefined ? 'No gateway is named that exists' : `No pod of ApiGateway "${absent.gateway}" is ready`;
    return observe(subject, 'Programmed', 'Unknown', {
      reason: 'NoGateways',
      message: `${which}, so nobody can serve it`,
    });
  }
  const late = fleets.find((fleet) => fleet.acknowledged < fleet.expected);
  if (late === undefined) {
    const message = 'Every gateway that was ready has acknowledged it';
    return observe(subject, 'Programmed', 'True', { reason: 'Programmed', message });
  }
  const message = `ApiGateway "${late.gateway}": not all ready pods have acknowledged it yet`;
  return observe(subject, 'Programmed', 'Unknown', { reason: 'Pending', message });
}

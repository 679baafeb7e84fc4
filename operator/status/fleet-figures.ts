import { type Condition, conditionOf } from '#api/conditions.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import type { World } from '../world/world.ts';
import { isLive } from './programmed.ts';

/** What waits for gateways, and which fleets have none: the ground of the alerts about both. */
export interface FleetFigures {
  readonly unprogrammed: readonly Unprogrammed[];
  /** ApiGateways of which no pod is ready. */
  readonly gatewaysWithoutPods: number;
}

/** Objects of one kind of which all is well, but for the gateways that do not serve them. */
export interface Unprogrammed {
  readonly kind: string;
  readonly count: number;
  /** For how long the one has waited that waits longest; 0: none waits. */
  readonly oldestAgeMs: number;
}

interface Counted extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const kinds = ['ApiGateway', 'ApiService', 'Subscription'] as const;

/** The figures at `now`, in milliseconds since the epoch. */
export function fleetFigures(world: World, now: number): FleetFigures {
  const gateways = [...world.apiGateways.values()];
  return {
    unprogrammed: kinds.map((kind) => ({ kind, ...waitingOf(world.shelf(kind).values(), now) })),
    gatewaysWithoutPods: gateways.filter((gateway) => !hasPod(world, keyOf(gateway), now)).length,
  };
}

function hasPod(world: World, gateway: string, now: number): boolean {
  return [...world.podsOf(gateway).values()].some((pod) => isLive(pod, now));
}

function waitingOf(objects: Iterable<Counted>, now: number): { count: number; oldestAgeMs: number } {
  let count = 0;
  let oldestAgeMs = 0;
  for (const object of objects) {
    const since = waitingSinceMs(object);
    if (since === undefined) continue;
    count += 1;
    oldestAgeMs = Math.max(oldestAgeMs, now - since);
  }
  return { count, oldestAgeMs };
}

/** What its author has to put right, or an owner to decide, comes first: then gateways are not what it waits for. */
const othersFirst = ['Accepted', 'ResolvedRefs', 'Approved'] as const;

function waitingSinceMs({ status }: Counted): number | undefined {
  const programmed = conditionOf(status?.conditions, 'Programmed');
  if (programmed === undefined || programmed.status === 'True') return undefined;
  const isHeldUp = othersFirst.some((type) => (conditionOf(status?.conditions, type)?.status ?? 'True') !== 'True');
  return isHeldUp ? undefined : Date.parse(programmed.lastTransitionTime);
}

import { conditionOf } from '#api/conditions.ts';
import { keyOf } from '#api/object.ts';
import type { FleetProgress, Progress } from '../status/programmed.ts';
import { isLive, programmedFrom, progressOf } from '../status/programmed.ts';
import { type CompiledPlan, observe } from '../translate/outcome.ts';
import type { CompiledResult } from './compiled-writer.ts';
import type { Environment } from './environment.ts';
import type { Deferred, Visit } from './reconciler.ts';
import type { Resource } from './status-writer.ts';

/** How long gateways may take before the status says which of them are late. */
const patienceMs = 5_000;
/** How often the list of laggards is looked at again. */
const refreshMs = 10_000;

/**
 * Adds Programmed to a visit. It is sticky: once this generation was Ready, a pod that comes, restarts or falls behind
 * changes nothing. While it is not True, the object waits in `env.pending` to be woken by the acknowledgement it needs.
 * An object that was Ready before it was changed keeps its status meanwhile (`observedGeneration` says of which
 * generation it speaks): acknowledgements mostly come within milliseconds, and then the change costs one write.
 */
export function acknowledge(
  env: Pick<Environment, 'pending' | 'now'>,
  object: Resource,
  visit: Visit,
  compiled: CompiledResult,
): Visit | Deferred {
  const wake = { kind: object.kind, id: keyOf(object) };
  const withheld = withheldReason(visit.compiled);
  if (withheld !== undefined) {
    env.pending.forget(wake);
    const observed = observe(object, 'Programmed', 'False', { reason: 'Pending', message: withheld });
    return { ...visit, observations: [...visit.observations, observed] };
  }
  if (wasReady(object)) {
    const sticky = { reason: 'Programmed', message: 'Every gateway that was ready has acknowledged it' } as const;
    return { ...visit, observations: [...visit.observations, observe(object, 'Programmed', 'True', sticky)] };
  }
  if (!compiled.complete) {
    const message = 'The namespace of a gateway is not ready to be written to yet';
    const waiting = observe(object, 'Programmed', 'Unknown', { reason: 'Progressing', message });
    return { ...visit, observations: [...visit.observations, waiting] };
  }
  const now = env.now().getTime();
  const progress = progressOf(compiled.targets, now);
  const programmed = programmedFrom(object, progress);
  const generation = object.metadata.generation ?? 0;
  const sinceMs = Math.min(env.pending.waitingSinceMs(wake, generation) ?? now, toldSinceMs(object) ?? now);
  env.pending.forget(wake);
  if (programmed.status === 'True') return { ...visit, observations: [...visit.observations, programmed] };

  const since = { generation, ms: sinceMs };
  for (const target of compiled.targets) env.pending.wait(target.gateway, target.version, wake, since);
  if (programmed.reason !== 'Pending') return { ...visit, observations: [...visit.observations, programmed] };
  return waitingVisit(object, visit, progress, now - sinceMs);
}

/** Since when the status says that this generation waits; undefined while it does not. */
function toldSinceMs(object: Resource): number | undefined {
  const told = conditionOf(object.status?.conditions, 'Programmed');
  const isCurrent = told?.observedGeneration === object.metadata.generation && told?.status !== 'True';
  return told !== undefined && isCurrent ? Date.parse(told.lastTransitionTime) : undefined;
}

/** Why gateways are not told of this generation at all; undefined when they are. */
function withheldReason(plan: CompiledPlan): string | undefined {
  if (plan.size === 0) return 'Nothing of it is given to gateways: the other conditions say why';
  const kept = [...plan.values()].includes('keep');
  return kept ? 'Gateways serve the last good version of it: the other conditions say why' : undefined;
}

/** Late gateways are named after a while, so that the usual case costs no extra write. */
function waitingVisit(object: Resource, visit: Visit, progress: Progress, waitedMs: number): Visit | Deferred {
  if (waitedMs < patienceMs) {
    if (conditionOf(object.status?.conditions, 'Ready')?.status === 'True')
      return { lookAgainMs: patienceMs - waitedMs };
    const programmed = programmedFrom(object, progress);
    return { ...visit, observations: [...visit.observations, programmed], requeueAfterMs: patienceMs };
  }
  const late = observe(object, 'Programmed', 'False', { reason: 'Pending', message: lateMessage(progress.fleets) });
  return {
    ...visit,
    observations: [...visit.observations, late],
    fields: object.kind === 'ApiService' ? { ...visit.fields, gateways: progress.fleets.map(shown) } : visit.fields,
    requeueAfterMs: refreshMs,
  };
}

function shown({ laggards, ...fleet }: FleetProgress): object {
  return laggards.length === 0 ? fleet : { ...fleet, laggards };
}

function lateMessage(fleets: readonly FleetProgress[]): string {
  const late = fleets.filter((fleet) => fleet.acknowledged < fleet.expected);
  const parts = late.map(({ gateway, acknowledged, expected, laggards }) => {
    return `ApiGateway "${gateway}": ${acknowledged} of ${expected} pods serve it, not yet ${laggards.slice(0, 3).join(', ')}`;
  });
  return parts.join('; ');
}

function wasReady(object: Resource): boolean {
  const ready = conditionOf(object.status?.conditions, 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === object.metadata.generation;
}

/** Those of a fleet's waiters whose wait is over. */
export function wakeSatisfied(env: Environment, gateway: string): void {
  const now = env.now().getTime();
  const pods = env.world.podsOf(gateway).values();
  env.wake(env.pending.satisfiedBy(gateway, pods, (pod) => isLive(pod, now)));
}

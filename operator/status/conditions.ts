import {
  type Condition,
  type ConditionStatus,
  type ConditionType,
  conditionOf,
  type Observation,
} from '#api/conditions.ts';

/**
 * Merges one observation into `current`. lastTransitionTime moves only when `status` moves, and the list is sorted by
 * type, so an unchanged world yields byte-identical status and no write. `now`: RFC 3339, whole seconds.
 */
export function setCondition(current: readonly Condition[], next: Observation, now: string): Condition[] {
  const previous = conditionOf(current, next.type);
  const moved = previous?.status !== next.status;
  const lastTransitionTime = previous && !moved ? previous.lastTransitionTime : now;
  const others = current.filter((condition) => condition.type !== next.type);
  return [...others, { ...next, lastTransitionTime }].sort((a, b) => (a.type < b.type ? -1 : 1));
}

/** The conditions after a visit: exactly what was observed, each with the time of its last transition. */
export function mergeConditions(
  current: readonly Condition[],
  observed: readonly Observation[],
  now: string,
): Condition[] {
  const types = new Set(observed.map((observation) => observation.type));
  const kept = current.filter((condition) => types.has(condition.type));
  return observed.reduce<Condition[]>((merged, next) => setCondition(merged, next, now), kept);
}

/** How Ready is derived for one kind: the first entry that is not healthy wins, so order is priority. */
export type ReadyPolicy = readonly { readonly type: ConditionType; readonly healthyWhen: ConditionStatus }[];

/** Sums up `observed`, which all speak of `generation`. */
export function readyFrom(observed: readonly Observation[], policy: ReadyPolicy, generation: number): Observation {
  const ready = { type: 'Ready', observedGeneration: generation } as const;
  for (const { type, healthyWhen } of policy) {
    // A condition speaks only for the generation it observed; an older one counts as not seen yet.
    const found = observed.find((entry) => entry.type === type && entry.observedGeneration >= generation);
    // Abnormal-true conditions exist only while something is wrong: absence is health.
    if (found?.status === healthyWhen || (!found && healthyWhen === 'False')) continue;
    if (!found) return { ...ready, status: 'Unknown', reason: 'Progressing', message: `Waiting for ${type}` };
    const status = found.status === 'Unknown' ? 'Unknown' : 'False';
    return { ...ready, status, reason: found.reason, message: found.message };
  }
  return { ...ready, status: 'True', reason: 'Succeeded', message: 'All checks passed' };
}

import { type Condition, type ConditionStatus, conditionOf } from '#api/conditions.ts';
import { type SimpulKindName, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { World } from '../world/world.ts';

interface Counted extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** How many objects of each kind are Ready, are not, or have not been seen. */
export function countObjects(world: World): { kind: string; ready: ConditionStatus; count: number }[] {
  const kinds = Object.keys(simpulKinds) as SimpulKindName[];
  return kinds.flatMap((kind) => countOf(kind, world.shelf(kind).values()));
}

function countOf(kind: string, objects: Iterable<Counted>): { kind: string; ready: ConditionStatus; count: number }[] {
  const counts: Record<ConditionStatus, number> = { True: 0, False: 0, Unknown: 0 };
  for (const object of objects) counts[conditionOf(object.status?.conditions, 'Ready')?.status ?? 'Unknown'] += 1;
  return (['True', 'False', 'Unknown'] as const).map((ready) => ({ kind, ready, count: counts[ready] }));
}

import { type Condition, conditionOf } from '#api/conditions.ts';
import { simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { Store } from '#kube/store.ts';
import { listAll } from './list-all.ts';

/** An object of a kind of ours, as far as its status goes. */
export interface Observed extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Every object of our kinds, in the order in which a person would create them. */
export async function listObserved(store: Pick<Store, 'list'>): Promise<Observed[]> {
  const lists = await Promise.all(Object.values(simpulKinds).map((kind) => listAll<Observed>(store, kind)));
  return lists.flat();
}

/** Its Ready condition, when that speaks of the spec as it is now. */
export function currentReady(object: Observed): Condition | undefined {
  const ready = conditionOf(object.status?.conditions, 'Ready');
  return ready !== undefined && ready.observedGeneration === object.metadata.generation ? ready : undefined;
}

/** Ready, or it has said why not. */
export function isSettled(object: Observed): boolean {
  const status = currentReady(object)?.status;
  return status === 'True' || status === 'False';
}

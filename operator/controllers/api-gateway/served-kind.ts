import { conditionOf } from '#api/conditions.ts';
import { clusterKinds, coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { Scene } from './fleet-step.ts';

/** A CustomResourceDefinition, or an APIService of the aggregation. */
interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Whether the cluster has a kind of somebody else's; `away`: it should, but what serves it does not answer. */
export type Presence = 'served' | 'away' | 'absent';

type Asking = Pick<Scene, 'env' | 'signal'>;

/** `crd`: `servicemonitors.monitoring.coreos.com`. */
export async function presenceOfKind({ env, signal }: Asking, crd: string): Promise<Presence> {
  const key = { namespace: '', name: crd };
  const found = await env.store.get<Definition>(coreKinds.CustomResourceDefinition, key, { signal });
  return presenceOf(found, 'Established');
}

/** Of what an API server behind the cluster's may serve, too, in one version; `api`: `v1.route.openshift.io`. */
export async function presenceOfApi({ env, signal }: Asking, api: string): Promise<Presence> {
  const found = await env.store.get<Definition>(clusterKinds.AggregatedApi, { namespace: '', name: api }, { signal });
  return presenceOf(found, 'Available');
}

function presenceOf(found: Definition | undefined, condition: string): Presence {
  if (found === undefined) return 'absent';
  return conditionOf(found.status?.conditions, condition)?.status === 'True' ? 'served' : 'away';
}

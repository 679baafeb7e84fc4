import { conditionOf } from '#api/conditions.ts';
import { clusterKinds, coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { Scene } from './fleet-step.ts';

/** A CustomResourceDefinition, or an APIService of the aggregation. */
interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Whether the cluster serves a kind of somebody else's; `crd`: `servicemonitors.monitoring.coreos.com`. */
export async function servesKind({ env, signal }: Pick<Scene, 'env' | 'signal'>, crd: string): Promise<boolean> {
  const key = { namespace: '', name: crd };
  const found = await env.store.get<Definition>(coreKinds.CustomResourceDefinition, key, { signal });
  return conditionOf(found?.status?.conditions, 'Established')?.status === 'True';
}

/** Whether the cluster, or an API server behind it, serves a version of an API; `api`: `v1.route.openshift.io`. */
export async function servesApi({ env, signal }: Pick<Scene, 'env' | 'signal'>, api: string): Promise<boolean> {
  const found = await env.store.get<Definition>(clusterKinds.AggregatedApi, { namespace: '', name: api }, { signal });
  return conditionOf(found?.status?.conditions, 'Available')?.status === 'True';
}

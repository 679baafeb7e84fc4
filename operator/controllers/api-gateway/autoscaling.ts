import type { Observation } from '#api/conditions.ts';
import { clusterKinds } from '#api/kinds.ts';
import { type Autoscaler, buildAutoscaler } from '../../resources/autoscaler.ts';
import { compiledNamespaceOf } from '../../resources/gateway.ts';
import { autoscaled } from '../../status/autoscaled.ts';
import { adjustChild, removeChild } from '../child-applier.ts';
import type { Scene } from './fleet-step.ts';
import { presenceOfApi } from './served-kind.ts';

/** With `spec.autoscaling` a HorizontalPodAutoscaler, and without it none. */
export async function scaleFleet({ env, gateway, signal }: Scene): Promise<readonly Observation[]> {
  const { autoscaling } = gateway.spec;
  const kind = clusterKinds.HorizontalPodAutoscaler;
  const key = { namespace: compiledNamespaceOf(gateway), name: gateway.metadata.name };
  if (autoscaling === undefined) {
    await removeChild(env, kind, key, signal);
    return [];
  }
  const customMetrics =
    autoscaling.callsInFlight !== undefined && (await servesCustomMetrics({ env, gateway, signal }));
  const wanted = buildAutoscaler(gateway, autoscaling, customMetrics);
  const stored = await adjustChild<Autoscaler>(env, { kind, key }, () => wanted, signal);
  return [autoscaled(gateway, stored, customMetrics)];
}

/** Versions that adapters serve; autoscalers ask for either. */
const customMetricsApis = ['v1beta2.custom.metrics.k8s.io', 'v1beta1.custom.metrics.k8s.io'];

async function servesCustomMetrics(scene: Scene): Promise<boolean> {
  for (const api of customMetricsApis) if ((await presenceOfApi(scene, api)) === 'served') return true;
  return false;
}

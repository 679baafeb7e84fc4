import { conditionOf, type Observation } from '#api/conditions.ts';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { buildServiceMonitor } from '../../resources/service-monitor.ts';
import { applyChild } from '../child-applier.ts';
import type { Scene } from './fleet-step.ts';

interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const serviceMonitorCrd = 'servicemonitors.monitoring.coreos.com';

/** A ServiceMonitor where Prometheus' operator is installed, and nothing elsewhere. */
export async function monitorFleet({ env, gateway, signal }: Scene): Promise<readonly Observation[]> {
  const key = { namespace: '', name: serviceMonitorCrd };
  const crd = await env.store.get<Definition>(coreKinds.CustomResourceDefinition, key, { signal });
  const isServed = conditionOf(crd?.status?.conditions, 'Established')?.status === 'True';
  if (isServed) await applyChild(env, buildServiceMonitor(gateway), signal);
  return [];
}

import type { Observation } from '#api/conditions.ts';
import { clusterKinds } from '#api/kinds.ts';
import { keyOf } from '#api/object.ts';
import { fleetSelection } from '../../resources/gateway.ts';
import { buildServiceMonitor } from '../../resources/service-monitor.ts';
import { applyChild } from '../child-applier.ts';
import type { Scene } from './fleet-step.ts';
import { presenceOfKind } from './served-kind.ts';

/** A ServiceMonitor where Prometheus' operator is installed, and nothing elsewhere. */
export async function monitorFleet(scene: Scene): Promise<readonly Observation[]> {
  const { env, gateway, signal } = scene;
  const isServed = (await presenceOfKind(scene, 'servicemonitors.monitoring.coreos.com')) === 'served';
  const source = { kind: clusterKinds.ServiceMonitor, ...fleetSelection(gateway) };
  env.fleetWatches.followExtra(keyOf(gateway), 'monitor', isServed ? source : undefined);
  if (isServed) await applyChild(env, buildServiceMonitor(gateway), signal);
  return [];
}

import type { Observation } from '#api/conditions.ts';
import { buildServiceMonitor } from '../../resources/service-monitor.ts';
import { applyChild } from '../child-applier.ts';
import type { Scene } from './fleet-step.ts';
import { servesKind } from './served-kind.ts';

/** A ServiceMonitor where Prometheus' operator is installed, and nothing elsewhere. */
export async function monitorFleet(scene: Scene): Promise<readonly Observation[]> {
  const { env, gateway, signal } = scene;
  const isServed = await servesKind(scene, 'servicemonitors.monitoring.coreos.com');
  if (isServed) await applyChild(env, buildServiceMonitor(gateway), signal);
  return [];
}

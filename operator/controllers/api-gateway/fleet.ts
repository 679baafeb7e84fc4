import type { Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { clusterKinds } from '#api/kinds.ts';
import { keyOf, parseId } from '#api/object.ts';
import { buildDisruptionBudget } from '../../resources/disruption-budget.ts';
import { buildGatewayBinding, buildGatewayServiceAccount, compiledNamespaceOf } from '../../resources/gateway.ts';
import { buildService } from '../../resources/gateway-service.ts';
import { buildGatewayNetworkPolicy } from '../../resources/network-policy.ts';
import { buildMetricsService } from '../../resources/service-monitor.ts';
import { notAutoscaledHere } from '../../status/autoscaled.ts';
import { notExposedHere } from '../../status/exposed.ts';
import { observe } from '../../translate/outcome.ts';
import { applyChild, removeChild } from '../child-applier.ts';
import type { Environment } from '../environment.ts';
import { isAboutToBeAllowed } from '../fresh-rights.ts';
import { userVisibleCause } from '../visible-cause.ts';
import { scaleFleet } from './autoscaling.ts';
import { issueCertificates } from './certificates.ts';
import { copyPullSecrets, deployFleet } from './deploying.ts';
import { exposeFleet } from './exposing.ts';
import type { FleetStep, Scene } from './fleet-step.ts';
import { monitorFleet } from './monitoring.ts';
import { lookForPolicies } from './policies.ts';

/** What became of a fleet's children. `deferred`: the rights in a new namespace are not there yet. */
export type FleetOutcome = 'deferred' | readonly Observation[];

const rights: readonly FleetStep[] = [
  { what: 'ServiceAccount', run: (scene) => apply(scene, buildGatewayServiceAccount(scene.gateway)) },
  { what: 'RoleBinding', run: (scene) => apply(scene, buildGatewayBinding(scene.gateway, scene.env.operator)) },
  { what: 'admission policies', run: lookForPolicies },
];

/** In the order in which they are made. Who scales the pods comes before their number is decided. */
const running: readonly FleetStep[] = [
  { what: 'HorizontalPodAutoscaler', run: scaleFleet },
  { what: 'Secrets for pulling images', run: copyPullSecrets },
  { what: 'Deployment', run: deployFleet },
  { what: 'Service', run: (scene) => apply(scene, buildService(scene.gateway)) },
  { what: 'NetworkPolicy', run: restrictNetwork },
  { what: 'Service of metrics', run: (scene) => apply(scene, buildMetricsService(scene.gateway)) },
  { what: 'ServiceMonitor', run: monitorFleet },
  { what: 'Certificate', run: issueCertificates },
  { what: 'exposure', run: exposeFleet },
  { what: 'PodDisruptionBudget', run: (scene) => apply(scene, buildDisruptionBudget(scene.gateway)) },
];

/** Where somebody else runs the fleet, or this very process: what cannot be had then is told. */
const elsewhere: readonly FleetStep[] = [
  { what: 'exposure', run: ({ gateway }) => Promise.resolve(notExposedHere(gateway)) },
  { what: 'HorizontalPodAutoscaler', run: ({ gateway }) => Promise.resolve(notAutoscaledHere(gateway)) },
];

/** Makes everything that runs for an ApiGateway. One child that cannot be made keeps no other from being made. */
export async function makeFleet(env: Environment, gateway: ApiGateway, signal: AbortSignal): Promise<FleetOutcome> {
  const scene: Scene = { env, gateway, signal };
  const observations: Observation[] = [];
  const failures: string[] = [];
  for (const step of [...rights, ...(env.gatewayImage === undefined ? elsewhere : running)]) {
    try {
      observations.push(...(await step.run(scene)));
    } catch (error) {
      if (isPassing(scene, error)) return 'deferred';
      failures.push(describeFailure(scene, step, error));
    }
  }
  if (failures.length === 0) return observations;
  const because = { reason: 'ReconcileFailed', message: failures.join('; ') } as const;
  const others = observations.filter(({ type }) => type !== 'ReconcileFailed');
  return [...others, observe(gateway, 'ReconcileFailed', 'True', because)];
}

/** What the status says of it; throws on what passes by itself, or is a defect. */
function describeFailure({ env, gateway }: Scene, { what }: FleetStep, error: unknown): string {
  const cause = userVisibleCause(error);
  if (cause === undefined) throw error;
  env.log.error({ err: error, gateway: keyOf(gateway), child: what }, 'a child of an ApiGateway cannot be made');
  return `${what}: ${cause}`;
}

async function apply({ env, signal }: Scene, child: Parameters<typeof applyChild>[1]): Promise<readonly Observation[]> {
  await applyChild(env, child, signal);
  return [];
}

async function restrictNetwork(scene: Scene): Promise<readonly Observation[]> {
  const { env, gateway, signal } = scene;
  const wanted = buildGatewayNetworkPolicy(gateway, env.world.settings.installationNamespace);
  if (gateway.spec.networkPolicies !== 'None') return await apply(scene, wanted);
  await removeChild(env, clusterKinds.NetworkPolicy, parseId(keyOf(wanted)), signal);
  return [];
}

/** Whether the namespace is so young that there is nothing to tell yet. */
function isPassing({ env, gateway }: Scene, error: unknown): boolean {
  const namespace = env.world.namespaces.get(compiledNamespaceOf(gateway));
  return isAboutToBeAllowed(env, namespace?.metadata.creationTimestamp, error);
}

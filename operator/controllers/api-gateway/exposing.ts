import type { Observation } from '#api/conditions.ts';
import type { ApiGatewayExpose } from '#api/generated/apigateway.ts';
import { clusterKinds, type ResourceKind } from '#api/kinds.ts';
import { keyOf, parseId } from '#api/object.ts';
import { buildExposures, type Exposure } from '../../resources/exposure.ts';
import { compiledNamespaceOf, fleetSelector } from '../../resources/gateway.ts';
import { exposed, notServed } from '../../status/exposed.ts';
import { adjustChild, removeOthers } from '../child-applier.ts';
import type { Scene } from './fleet-step.ts';
import { servesApi, servesKind } from './served-kind.ts';

type ExposingKind = ApiGatewayExpose['kind'];

/** Whether the cluster has each kind. OpenShift serves Routes by an API server of its own, so there is no CRD to look for. */
const isServed: Readonly<Record<ExposingKind, (scene: Scene) => Promise<boolean>>> = {
  Ingress: () => Promise.resolve(true),
  HTTPRoute: (scene) => servesKind(scene, 'httproutes.gateway.networking.k8s.io'),
  Route: (scene) => servesApi(scene, 'v1.route.openshift.io'),
};

/** What `spec.expose` asks for, where the cluster knows the kind; what it asks for no more is removed. */
export async function exposeFleet(scene: Scene): Promise<readonly Observation[]> {
  const { env, gateway, signal } = scene;
  const wanted = buildExposures(gateway);
  const wantedKind = gateway.spec.expose?.kind;
  const served = await servedKinds(scene);
  const followed = served.find((kind) => kind === wantedKind);
  const namespace = compiledNamespaceOf(gateway);
  env.fleetWatches.followExposure(keyOf(gateway), namespace, followed && clusterKinds[followed]);
  for (const name of served) {
    const kind: ResourceKind = clusterKinds[name];
    const selection = { namespace, labelSelector: fleetSelector(gateway) };
    await removeOthers(env, { kind, selection, wanted: name === wantedKind ? wanted : [] }, signal);
  }
  if (wantedKind === undefined) return [];
  if (followed === undefined) return [notServed(gateway, wantedKind)];
  const made: Exposure[] = [];
  for (const each of wanted) {
    const child = { kind: clusterKinds[wantedKind], key: parseId(keyOf(each)) };
    made.push(await adjustChild<Exposure>(env, child, () => each, signal));
  }
  return [exposed(gateway, made)];
}

async function servedKinds(scene: Scene): Promise<ExposingKind[]> {
  const served: ExposingKind[] = [];
  for (const kind of Object.keys(isServed) as ExposingKind[]) if (await isServed[kind](scene)) served.push(kind);
  return served;
}

import type { Observation } from '#api/conditions.ts';
import type { ApiGatewayExpose } from '#api/generated/apigateway.ts';
import { clusterKinds } from '#api/kinds.ts';
import { keyOf, parseId } from '#api/object.ts';
import { buildExposures, type Exposure } from '../../resources/exposure.ts';
import { fleetSelection } from '../../resources/gateway.ts';
import { exposed, notServed } from '../../status/exposed.ts';
import { adjustChild, removeOthers } from '../child-applier.ts';
import type { Scene } from './fleet-step.ts';
import { type Presence, presenceOfApi, presenceOfKind } from './served-kind.ts';

type ExposingKind = ApiGatewayExpose['kind'];

/** Whether the cluster has each kind. OpenShift serves Routes by an API server of its own, so there is no CRD to look for. */
const presenceOf: Readonly<Record<ExposingKind, (scene: Scene) => Promise<Presence>>> = {
  Ingress: () => Promise.resolve('served'),
  HTTPRoute: (scene) => presenceOfKind(scene, 'httproutes.gateway.networking.k8s.io'),
  Route: (scene) => presenceOfApi(scene, 'v1.route.openshift.io'),
};

/** What `spec.expose` asks for, where the cluster knows the kind; what it asks for no more is removed. */
export async function exposeFleet(scene: Scene): Promise<readonly Observation[]> {
  const { env, gateway, signal } = scene;
  const id = keyOf(gateway);
  const wantedKind = gateway.spec.expose?.kind;
  if (wantedKind === undefined && env.fleetWatches.isWithout(id, 'exposure')) return [];
  const wanted = buildExposures(gateway);
  const presences = await removeUnwanted(scene, wanted);
  if (wantedKind === undefined || presences.get(wantedKind) !== 'served') {
    // What cannot be looked at now may still be there: it is removed later.
    if (![...presences.values()].includes('away')) env.fleetWatches.followExtra(id, 'exposure', undefined);
    return wantedKind === undefined ? [] : [notServed(gateway, wantedKind)];
  }
  const kind = clusterKinds[wantedKind];
  env.fleetWatches.followExtra(id, 'exposure', { kind, ...fleetSelection(gateway) });
  const made: Exposure[] = [];
  for (const each of wanted) {
    made.push(await adjustChild<Exposure>(env, { kind, key: parseId(keyOf(each)) }, () => each, signal));
  }
  return [exposed(gateway, made)];
}

/** Of every kind that the cluster serves. Gives which those are. */
async function removeUnwanted(scene: Scene, all: readonly Exposure[]): Promise<ReadonlyMap<ExposingKind, Presence>> {
  const { env, gateway, signal } = scene;
  const presences = new Map<ExposingKind, Presence>();
  for (const kind of Object.keys(presenceOf) as ExposingKind[]) {
    const presence = await presenceOf[kind](scene);
    presences.set(kind, presence);
    if (presence !== 'served') continue;
    const wanted = all.filter((each) => each.kind === kind);
    await removeOthers(env, { kind: clusterKinds[kind], selection: fleetSelection(gateway), wanted }, signal);
  }
  return presences;
}

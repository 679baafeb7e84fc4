import type { Observation } from '#api/conditions.ts';
import { clusterKinds, coreKinds } from '#api/kinds.ts';
import { keyOf } from '#api/object.ts';
import { compiledNamespaceOf, fleetSelection } from '../../resources/gateway.ts';
import { buildDeployment, type Deployment, isRolledOut } from '../../resources/gateway-deployment.ts';
import { buildPullSecret, type PullSecret, pullSecretSelection, pullSecretType } from '../../resources/pull-secret.ts';
import { type FleetPod, imageProblem } from '../../status/images.ts';
import { isLive } from '../../status/programmed.ts';
import { observe } from '../../translate/outcome.ts';
import { adjustChild, applyChild, removeOthers } from '../child-applier.ts';
import type { Scene } from './fleet-step.ts';

/** The pods, and while not all of them run, the image that they cannot have. */
export async function deployFleet(scene: Scene): Promise<readonly Observation[]> {
  const { env, gateway, signal } = scene;
  const image = { name: env.gatewayImage ?? '', pullSecrets: env.pullSecrets };
  const key = { namespace: compiledNamespaceOf(gateway), name: gateway.metadata.name };
  const decide = (current: Deployment | undefined) => buildDeployment(gateway, image, current);
  const stored = await adjustChild(env, { kind: coreKinds.Deployment, key }, decide, signal);
  if (isRolledOut(stored)) return [];
  const { items } = await env.store.list<FleetPod>(clusterKinds.Pod, { ...fleetSelection(gateway), signal });
  const now = env.now().getTime();
  const isServed = [...env.world.podsOf(keyOf(gateway)).values()].some((pod) => isLive(pod, now));
  const problem = imageProblem(gateway, items, isServed);
  return problem === undefined ? [] : [problem];
}

/** Nodes look for them beside the pods, so they are copied there from the installation's namespace, and follow it. */
export async function copyPullSecrets({ env, gateway, signal }: Scene): Promise<readonly Observation[]> {
  const { installationNamespace } = env.world.settings;
  const wanted: PullSecret[] = [];
  const missing: string[] = [];
  for (const name of env.pullSecrets) {
    const selection = pullSecretSelection(installationNamespace, name);
    const [found] = (await env.store.list<PullSecret>(coreKinds.Secret, { ...selection, signal })).items;
    if (found === undefined) missing.push(name);
    else wanted.push(buildPullSecret(gateway, found));
  }
  const selection = { ...fleetSelection(gateway), fieldSelector: `type=${pullSecretType}` };
  await removeOthers(env, { kind: coreKinds.Secret, selection, wanted }, signal);
  for (const secret of wanted) await applyChild(env, secret, signal);
  const [name] = missing;
  if (name === undefined) return [];
  const message = `The chart's images.pullSecrets name Secret "${name}", and namespace "${installationNamespace}" has none of type ${pullSecretType}: make it, or take the name out`;
  return [observe(gateway, 'Warning', 'True', { reason: 'SecretNotFound', message })];
}

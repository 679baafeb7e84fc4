import type { Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { coreKinds } from '#api/kinds.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import {
  buildCompiledNamespace,
  buildCompiledOperatorBinding,
  compiledNamespaceOf,
  gatewayAnnotation,
  installationLabel,
} from '../../resources/gateway.ts';
import type { Result } from '../../runtime/controller.ts';
import { StatusError } from '../../runtime/status-error.ts';
import { certificateExpiry } from '../../status/certificate-expiry.ts';
import { limitsShared } from '../../status/limits-shared.ts';
import { isLive } from '../../status/programmed.ts';
import { observe, oneWarning } from '../../translate/outcome.ts';
import { translateApiGateway } from '../../translate/translate-api-gateway.ts';
import type { GatewayPod } from '../../world/fleet.ts';
import { wakeSatisfied } from '../acknowledge.ts';
import { applyChild } from '../child-applier.ts';
import { sweepDefinitions } from '../definition-writer.ts';
import type { Environment } from '../environment.ts';
import { freshRightsRetryMs } from '../fresh-rights.ts';
import type { Deferred, KindController, Visit } from '../reconciler.ts';
import { makeFleet } from './fleet.ts';
import { hurryEnd } from './namespace-end.ts';

export const apiGatewayController: KindController<ApiGateway> = {
  kind: 'ApiGateway',
  compiledKind: 'ApiGateway',
  acknowledged: true,
  readyPolicy: [
    { type: 'ReconcileFailed', healthyWhen: 'False' },
    { type: 'StateRolledBack', healthyWhen: 'False' },
    { type: 'Accepted', healthyWhen: 'True' },
    { type: 'ResolvedRefs', healthyWhen: 'True' },
    { type: 'Programmed', healthyWhen: 'True' },
  ],
  get: (env, id) => env.world.apiGateways.get(id),
  visit,
  gone,
};

/** How soon at the latest: nobody tells that an admission policy is gone. */
const anywayMs = 300_000;
/** How soon where a child could not be made, or asks for something that the cluster does not have: that is no event. */
const failedDelayMs = 30_000;

async function visit(env: Environment, gateway: ApiGateway, signal: AbortSignal): Promise<Visit | Deferred> {
  const { observations, compiled, status } = translateApiGateway(gateway, env.world);
  const id = keyOf(gateway);
  const namespace = await makeNamespace(env, gateway, signal);
  const { name: compiledNamespace } = namespace.metadata;
  if (namespace.metadata.deletionTimestamp !== undefined) {
    const requeueAfterMs = await hurryEnd(env, namespace, signal);
    const told = awaitEnd(env, gateway, observations);
    return { observations: told, compiled, fields: { ...status, compiledNamespace }, requeueAfterMs };
  }
  const made = await makeFleet(env, gateway, signal);
  if (made === 'deferred') return { lookAgainMs: freshRightsRetryMs };
  env.watches.followGateway(id, namespace);
  if (env.gatewayImage !== undefined) env.fleetWatches.follow(id, namespace);
  const now = env.now().getTime();
  const pods = [...env.world.podsOf(id).values()];
  await removeDeadLeases(env, compiledNamespace, pods, signal);
  await sweepDefinitions(env, id, signal);
  wakeSatisfied(env, id);
  const live = pods.filter((pod) => isLive(pod, now));
  const expiry = certificateExpiry(gateway, env.world, now);
  return {
    observations: [...withWarning([...observations, ...made], expiry.warning), limitsShared(gateway, live)],
    compiled,
    fields: { ...status, compiledNamespace, readyGateways: live.length },
    ...nextLook(pods, now, [anywayMs, expiry.lookAgainMs, made.every(isGood) ? undefined : failedDelayMs]),
  };
}

/**
 * Nothing can be written into a namespace that is being deleted. Until it is gone, which is an event, all that is compiled
 * for this gateway waits; what was in it is made anew as soon as the next one is followed.
 */
function awaitEnd(env: Environment, gateway: ApiGateway, observations: readonly Observation[]): readonly Observation[] {
  env.watches.forgetGateway(keyOf(gateway));
  env.fleetWatches.forget(keyOf(gateway));
  const message = `Namespace "${compiledNamespaceOf(gateway)}" is being deleted, with all that runs for this ApiGateway, and is made anew once it is gone. If it stays, the conditions in its status say what holds it`;
  const failed = observe(gateway, 'ReconcileFailed', 'True', { reason: 'ReconcileFailed', message });
  return [...withWarning(observations, undefined), failed];
}

function isGood({ type, status }: Observation): boolean {
  return type !== 'ReconcileFailed' && type !== 'Warning' && status === 'True';
}

/** There is room for one warning; that callers will be refused is the most urgent. */
function withWarning(observations: readonly Observation[], urgent: Observation | undefined): readonly Observation[] {
  const others = observations.filter(({ type }) => type !== 'Warning');
  if (urgent !== undefined) return [...others, urgent];
  return [...others, ...oneWarning(observations.filter(({ type }) => type === 'Warning'))];
}

/** A Lease that runs out is no event, nor is a certificate that does, so we look again when the next one would. */
function nextLook(
  pods: readonly GatewayPod[],
  now: number,
  others: readonly (number | undefined)[],
): { requeueAfterMs?: number } {
  const leases = pods.filter((pod) => isLive(pod, now)).map((pod) => pod.expiresAt - now + 1000);
  const ends = [...leases, ...others.filter((each) => each !== undefined)];
  return ends.length === 0 ? {} : { requeueAfterMs: Math.min(...ends) };
}

/** How long the Lease of a pod that is no more is kept for people to see. */
const keepDeadMs = 600_000;

/** The Lease of a pod goes with the pod; one that nobody owns is removed here. */
async function removeDeadLeases(
  env: Environment,
  namespace: string,
  pods: readonly GatewayPod[],
  signal: AbortSignal,
): Promise<void> {
  const now = env.now().getTime();
  for (const { name, expiresAt, resourceVersion } of pods) {
    if (expiresAt + keepDeadMs > now) continue;
    await env.store.delete(coreKinds.Lease, { namespace, name }, { resourceVersion, signal });
  }
}

/** The namespace first, then the operator's right in it: without that nothing else can be written there. */
async function makeNamespace(env: Environment, gateway: ApiGateway, signal: AbortSignal): Promise<KubeObject> {
  const wanted = buildCompiledNamespace(gateway, env.world.settings.installationNamespace);
  const known = env.world.namespaces.get(wanted.metadata.name);
  if (known !== undefined && known.metadata.annotations?.[gatewayAnnotation] !== keyOf(gateway)) {
    const message = `Namespace "${wanted.metadata.name}", which this ApiGateway needs for itself, exists and is not its own: remove it`;
    throw new StatusError('NamespaceNotOwned', message);
  }
  const stored = await applyChild(env, wanted, signal);
  env.world.namespaces.put(stored);
  if (stored.metadata.deletionTimestamp === undefined) {
    await applyChild(env, buildCompiledOperatorBinding(gateway, env.operator), signal);
  }
  return stored;
}

/** Owner references do not reach namespaces, so the compiled namespace of a gateway that is gone is removed here. */
async function gone(env: Environment, id: string, signal: AbortSignal): Promise<Result> {
  env.watches.forgetGateway(id);
  env.fleetWatches.forget(id);
  env.world.fleets.delete(id);
  env.world.compiled.forgetGateway(id);
  for (const namespace of env.world.namespaces.values()) {
    const { labels = {}, annotations = {}, name, uid = '', deletionTimestamp } = namespace.metadata;
    const ours = labels[installationLabel] === env.world.settings.installationNamespace;
    if (!ours || annotations[gatewayAnnotation] !== id) continue;
    if (deletionTimestamp !== undefined) return { requeueAfterMs: await hurryEnd(env, namespace, signal) };
    await env.store.delete(coreKinds.Namespace, { namespace: '', name }, { uid, signal });
  }
  return {};
}

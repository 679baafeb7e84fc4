import type { ApiGateway } from '#api/generated/apigateway.ts';
import { coreKinds } from '#api/kinds.ts';
import { keyOf } from '#api/object.ts';
import {
  buildCompiledNamespace,
  buildCompiledOperatorBinding,
  buildFleet,
  buildGatewayBinding,
  buildGatewayServiceAccount,
  compiledNamespaceOf,
  gatewayAnnotation,
  installationLabel,
} from '../../resources/gateway.ts';
import { StatusError } from '../../runtime/status-error.ts';
import { isLive } from '../../status/programmed.ts';
import { translateApiGateway } from '../../translate/translate-api-gateway.ts';
import { applyChild } from '../child-applier.ts';
import type { Environment } from '../environment.ts';
import type { KindController, Visit } from '../reconciler.ts';

export const apiGatewayController: KindController<ApiGateway> = {
  kind: 'ApiGateway',
  compiledKind: 'ApiGateway',
  acknowledged: true,
  readyPolicy: [
    { type: 'ReconcileFailed', healthyWhen: 'False' },
    { type: 'Accepted', healthyWhen: 'True' },
    { type: 'Programmed', healthyWhen: 'True' },
  ],
  get: (env, id) => env.world.apiGateways.get(id),
  visit,
  gone,
};

async function visit(env: Environment, gateway: ApiGateway, signal: AbortSignal): Promise<Visit> {
  const { observations, compiled } = translateApiGateway(gateway, env.world);
  const id = keyOf(gateway);
  const namespace = compiledNamespaceOf(gateway);
  await makeNamespace(env, gateway, signal);
  env.watches.followGateway(id, namespace);
  if (env.gatewayImage !== undefined) {
    for (const child of buildFleet(gateway, env.gatewayImage)) await applyChild(env, child, signal);
  }
  const now = env.now().getTime();
  const ready = [...env.world.podsOf(id).values()].filter((pod) => isLive(pod, now)).length;
  return { observations, compiled, fields: { compiledNamespace: namespace, readyGateways: ready } };
}

/** The namespace first, then the operator's right in it: without that nothing else can be written there. */
async function makeNamespace(env: Environment, gateway: ApiGateway, signal: AbortSignal): Promise<void> {
  const wanted = buildCompiledNamespace(gateway, env.world.settings.installationNamespace);
  const known = env.world.namespaces.get(wanted.metadata.name);
  if (known !== undefined && known.metadata.annotations?.[gatewayAnnotation] !== keyOf(gateway)) {
    const message = `Namespace "${wanted.metadata.name}", which this ApiGateway needs for itself, exists and is not its own: remove it`;
    throw new StatusError('NamespaceNotOwned', message);
  }
  env.world.namespaces.put(await applyChild(env, wanted, signal));
  await applyChild(env, buildCompiledOperatorBinding(gateway, env.operator), signal);
  await applyChild(env, buildGatewayServiceAccount(gateway), signal);
  await applyChild(env, buildGatewayBinding(gateway), signal);
}

/** Owner references do not reach namespaces, so the compiled namespace of a gateway that is gone is removed here. */
async function gone(env: Environment, id: string, signal: AbortSignal): Promise<void> {
  env.watches.forgetGateway(id);
  env.world.fleets.delete(id);
  for (const namespace of env.world.namespaces.values()) {
    const { labels = {}, annotations = {}, name, uid = '', deletionTimestamp } = namespace.metadata;
    const ours = labels[installationLabel] === env.world.settings.installationNamespace;
    if (!ours || annotations[gatewayAnnotation] !== id || deletionTimestamp !== undefined) continue;
    await env.store.delete(coreKinds.Namespace, { namespace: '', name }, { uid, signal });
  }
}

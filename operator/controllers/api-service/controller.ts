import { conditionOf } from '#api/conditions.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import { keyOf } from '#api/object.ts';
import type { Result } from '../../runtime/controller.ts';
import { translateApiService } from '../../translate/translate-api-service.ts';
import { drillEndsInMs } from '../../translate/variants.ts';
import { claimantsOfRoute } from '../../world/dependents.ts';
import { routesOf } from '../../world/routes.ts';
import type { Environment } from '../environment.ts';
import type { KindController, Visit } from '../reconciler.ts';
import { rfc3339 } from '../status-writer.ts';

export const apiServiceController: KindController<ApiService> = {
  kind: 'ApiService',
  compiledKind: 'ApiService',
  acknowledged: true,
  readyPolicy: [
    { type: 'ReconcileFailed', healthyWhen: 'False' },
    { type: 'Accepted', healthyWhen: 'True' },
    { type: 'ResolvedRefs', healthyWhen: 'True' },
    { type: 'Approved', healthyWhen: 'True' },
    { type: 'Programmed', healthyWhen: 'True' },
  ],
  get: (env, id) => env.world.apiServices.get(id),
  visit,
  gone,
  settled: (env, api) => releaseRoutes(env, keyOf(api)),
};

async function visit(env: Environment, api: ApiService): Promise<Visit | 'later'> {
  const isTenants = env.world.tenantOf(api.metadata.namespace ?? '') !== undefined;
  const document = isTenants ? env.documents.obtain(api) : undefined; // nothing is fetched for anybody else
  if (document === 'later') return 'later';
  const { observations, compiled, definition, status, accepted } = translateApiService(
    api,
    env.world,
    rfc3339(env.now()),
  );
  // Routes are taken now, before anything is awaited, and let go only once the gateways are told (`settled`).
  if (accepted) takeRoutes(env, api);
  else if (conditionOf(api.status?.conditions, 'Accepted')?.status !== 'False') wakeRivals(env, api);
  const requeueAfterMs = earliest(drillEndsInMs(api.spec, env.now().getTime()), document);
  return {
    observations,
    compiled,
    definition,
    fields: status,
    ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }),
  };
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** What is refused stands in nobody's way any more: those that waited for one of its routes may have it. */
function wakeRivals(env: Environment, api: ApiService): void {
  const rivals = routesOf(api).flatMap((route) => claimantsOfRoute(route, env.world));
  env.wake(rivals.filter((wake) => wake.id !== keyOf(api)));
}

function takeRoutes(env: Environment, api: ApiService): void {
  const id = keyOf(api);
  env.world.routes.hold(id, [...env.world.routes.heldBy(id), ...routesOf(api)]);
}

/** Keeps what is compiled, frees the rest, and wakes those who want it. */
function releaseRoutes(env: Environment, id: string): void {
  const freed = env.world.routes.hold(id, env.world.compiledRoutesOf(id));
  env.wake(freed.flatMap((route) => claimantsOfRoute(route, env.world)).filter((wake) => wake.id !== id));
}

async function gone(env: Environment, id: string): Promise<Result> {
  releaseRoutes(env, id);
  return {};
}

import { canonicalJson } from '#api/compiled/secret.ts';
import { conditionOf } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { Approval } from '#api/generated/approval.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import type { SimpulKindName } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { idOf, keyOf } from '#api/object.ts';
import { gatewayAnnotation } from '../resources/gateway.ts';
import type { CompiledEntry } from './compiled-index.ts';
import { clientsOf } from './named-proof.ts';
import { refId, routesOf } from './routes.ts';
import { keyCredentials, secretNameOf, type World } from './world.ts';

/** One object to look at again. */
export interface Wake {
  readonly kind: SimpulKindName;
  readonly id: string;
}

/** An object before and after one change; undefined where it was not, or is not any more. */
export interface Change<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/**
 * Who looks at an object of `kind` when it decides, and would decide otherwise after this change. Asked after the world
 * has taken up the change. What a decision gives away or frees is not known here: the reconciler wakes those.
 */
export function dependentsOf(kind: SimpulKindName, change: Change<KubeObject>, world: World): Wake[] {
  switch (kind) {
    case 'Tenant':
      return dependentsOfTenant(change as Change<Tenant>, world);
    case 'ApiGateway':
      return dependentsOfApiGateway(change as Change<ApiGateway>, world);
    case 'KeyManager':
      return dependentsOfKeyManager(change as Change<KeyManager>, world);
    case 'ApiService':
      return dependentsOfApiService(change as Change<ApiService>, world);
    case 'Subscription':
      return dependentsOfSubscription(change as Change<Subscription>, world);
    case 'Approval':
      return dependentsOfApproval(change as Change<Approval>);
  }
}

/** Whether the object itself must be looked at: not after a mere change of status. */
export function needsVisit({ before, after }: Change<KubeObject>): boolean {
  if (before === undefined || after === undefined) return true;
  const mine = [before, after].map(({ metadata }) =>
    canonicalJson([metadata.uid, metadata.generation, metadata.deletionTimestamp, metadata.labels ?? {}]),
  );
  return mine[0] !== mine[1];
}

/** The Tenants that want or have a namespace, and the ApiGateway whose compiled namespace it is. */
export function dependentsOfNamespace({ metadata }: KubeObject, world: World): Wake[] {
  const gateway = metadata.annotations?.[gatewayAnnotation];
  return [
    ...wakeAll('Tenant', world.tenants.by('namespace', metadata.name)),
    ...wakeAll('ApiGateway', gateway === undefined ? [] : [gateway]),
  ];
}

/** Everything of a Tenant's namespace: when what the Tenant has was changed. */
export function residentsOf(namespace: string, world: World): Wake[] {
  return [
    ...wakeAll('ApiService', world.apiServices.by('namespace', namespace)),
    ...wakeAll('Subscription', world.subscriptions.by('namespace', namespace)),
  ];
}

/** All that want a route, but for its holder. */
export function claimantsOfRoute(route: string, world: World): Wake[] {
  return wakeAll('ApiService', world.apiServices.by('route', route));
}

/** All Subscriptions that use a Secret. */
export function usersOfSecret(secretId: string, world: World): Wake[] {
  return wakeAll('Subscription', world.subscriptions.by('secret', secretId));
}

/** All Subscriptions that want what only one may prove: a key's hash or a client (`proofKey`). */
export function claimantsOfKey(proof: string, world: World): Wake[] {
  const users = [...world.keySecrets.by('hash', proof)].flatMap((secretId) => usersOfSecret(secretId, world));
  return [...users, ...wakeAll('Subscription', world.subscriptions.by('client', proof))];
}

/** Who looks at a compiled object that is not what it was: its source, or all that share it. */
export function wakesOfCompiled({ kind, source, gateway }: CompiledEntry, world: World): Wake[] {
  if (kind !== 'Definition') return [{ kind, id: source }];
  const users = [...world.compiled.values()].filter(
    (entry) => entry.gateway === gateway && entry.definition === source,
  );
  // The gateway sweeps what nobody refers to.
  return [
    ...wakeAll(
      'ApiService',
      users.map((entry) => entry.source),
    ),
    { kind: 'ApiGateway', id: gateway },
  ];
}

function wakeAll(kind: SimpulKindName, ids: Iterable<string>): Wake[] {
  return [...ids].map((id) => ({ kind, id }));
}

function appeared({ before, after }: Change<KubeObject>): boolean {
  return before === undefined || after === undefined || before.metadata.uid !== after.metadata.uid;
}

function idOfChange({ before, after }: Change<KubeObject>): string {
  const object = after ?? before;
  return object === undefined ? '' : keyOf(object);
}

/** Whether what `pick` selects of the object is not what it was; also when the object came or went. */
function differs<T extends KubeObject>(change: Change<T>, pick: (object: T) => unknown): boolean {
  const { before, after } = change;
  if (before === undefined || after === undefined || appeared(change)) return true;
  return canonicalJson(pick(before) ?? null) !== canonicalJson(pick(after) ?? null);
}

/** What a Tenant lets go, another may have waited for. Its labels decide who admits it; its rules, what is published. */
function dependentsOfTenant(change: Change<Tenant>, world: World): Wake[] {
  const rivals = differs(change, ({ spec }) => [spec.namespace, spec.hosts, spec.paths]) ? waitingTenants(world) : [];
  const admission = differs(change, ({ metadata, spec }) => [
    metadata.labels,
    [spec.approvals, spec.defaults, spec.ceilings],
  ]);
  const namespace = (change.after ?? change.before)?.spec.namespace ?? idOfChange(change);
  return [...rivals, ...(admission ? residentsOf(namespace, world) : [])];
}

/** Tenants that do not have what their present spec asks for, also those that still have what they asked for before. */
export function waitingTenants(world: World): Wake[] {
  const waiting = [...world.tenants.values()].filter(({ metadata, status }) => {
    const accepted = conditionOf(status?.conditions, 'Accepted');
    return accepted?.status !== 'True' || accepted.observedGeneration !== metadata.generation;
  });
  return waiting.map((tenant) => ({ kind: 'Tenant', id: tenant.metadata.name }));
}

function dependentsOfApiGateway(change: Change<ApiGateway>, world: World): Wake[] {
  if (
    !differs(change, ({ spec }) => [
      spec.tenants,
      spec.backendAccess,
      spec.defaults,
      spec.ceilings,
      spec.maxRequestBytes,
    ])
  )
    return [];
  const apis = [...world.apiServices.by('gateway', idOfChange(change))];
  if (!appeared(change)) return wakeAll('ApiService', apis);
  return [
    ...wakeAll('Tenant', world.tenants.ids()),
    ...wakeAll('KeyManager', world.keyManagers.ids()),
    ...wakeAll('ApiService', apis),
    ...apis.flatMap((api) => wakeAll('Subscription', world.subscriptions.by('api', api))),
  ];
}

function dependentsOfKeyManager(change: Change<KeyManager>, world: World): Wake[] {
  if (!differs(change, ({ spec }) => spec.tenants)) return [];
  const id = idOfChange(change);
  return [
    ...wakeAll('ApiService', world.apiServices.by('keyManager', id)),
    ...wakeAll('Subscription', world.subscriptions.by('keyManager', id)),
  ];
}

function dependentsOfApiService(change: Change<ApiService>, world: World): Wake[] {
  const id = idOfChange(change);
  const moved = differs(change, ({ spec }) => [spec.hosts, spec.basePath]);
  const offers = differs(change, offerOf);
  return [
    ...(moved ? wakeAll('ApiService', world.apiServices.by('successor', id)) : []),
    ...(offers ? wakeAll('Subscription', world.subscriptions.by('api', id)) : []),
    ...(appeared(change) ? wakeAll('Approval', world.approvals.by('api', id)) : []),
    ...rivalsOf(change, (api) => routesOf(api).flatMap((route) => claimantsOfRoute(route, world))),
  ];
}

/** An Approval may name it; and who wants one of its keys may have waited for it, though it never got them. */
function dependentsOfSubscription(change: Change<Subscription>, world: World): Wake[] {
  const decided = appeared(change) ? world.approvals.by('subscription', idOfChange(change)) : [];
  const claimants = (subscription: Subscription): Wake[] => {
    const hashes = keyCredentials(subscription)
      .map((credential) => idOf(subscription.metadata.namespace ?? '', secretNameOf(subscription, credential)))
      .flatMap((secretId) => world.keySecrets.get(secretId)?.keys ?? [])
      .map(({ hash }) => hash);
    return [...hashes, ...clientsOf(subscription)].flatMap((proof) => claimantsOfKey(proof, world));
  };
  return [...wakeAll('Approval', decided), ...rivalsOf(change, claimants)];
}

/** Others that want what the object wanted or wants: one that comes first keeps them waiting even before it has it. */
function rivalsOf<T extends KubeObject>(change: Change<T>, claimants: (object: T) => Wake[]): Wake[] {
  const self = idOfChange(change);
  const versions = [change.before, change.after].filter((object) => object !== undefined);
  return versions.flatMap(claimants).filter(({ id }) => id !== self);
}

/** What Subscriptions look at. */
function offerOf({ spec }: ApiService): unknown {
  const plans = Object.entries(spec.plans ?? {}).map(([name, plan]) => [name, plan.approval]);
  return [spec.gatewayRefs, spec.lifecycle, spec.visibility, spec.visibleTo, spec.deprecation, plans.sort()];
}

function dependentsOfApproval({ before, after }: Change<Approval>): Wake[] {
  return [before, after].flatMap((approval): Wake[] => {
    if (approval === undefined) return [];
    const { subscriptionRef, apiRef } = approval.spec;
    if (subscriptionRef !== undefined) return [{ kind: 'Subscription', id: refId(subscriptionRef, approval) }];
    return [{ kind: 'ApiService', id: idOf(approval.metadata.namespace ?? '', apiRef.name) }];
  });
}

import type { Tenant } from '#api/generated/tenant.ts';
import { clusterKinds, coreKinds } from '#api/kinds.ts';
import { keyOf, parseId } from '#api/object.ts';
import { isChild } from '../../resources/metadata.ts';
import { buildTenantNetworkPolicy } from '../../resources/network-policy.ts';
import { buildResourceQuota, resourceQuotaName } from '../../resources/resource-quota.ts';
import {
  buildMemberBindings,
  buildOperatorBinding,
  buildTenantNamespace,
  memberBindingNames,
} from '../../resources/tenant.ts';
import type { Result } from '../../runtime/controller.ts';
import { translateTenant } from '../../translate/translate-tenant.ts';
import { residentsOf, type Wake, waitingTenants } from '../../world/dependents.ts';
import type { AcceptedTenant } from '../../world/world.ts';
import { applyChild, removeChild } from '../child-applier.ts';
import type { Environment } from '../environment.ts';
import { freshRightsRetryMs, isAboutToBeAllowed } from '../fresh-rights.ts';
import type { Deferred, KindController, Visit } from '../reconciler.ts';

export const tenantController: KindController<Tenant> = {
  kind: 'Tenant',
  compiledKind: 'Tenant',
  acknowledged: false,
  readyPolicy: [
    { type: 'ReconcileFailed', healthyWhen: 'False' },
    { type: 'Accepted', healthyWhen: 'True' },
  ],
  get: (env, id) => env.world.tenants.get(id),
  visit,
  gone,
};

async function visit(env: Environment, tenant: Tenant, signal: AbortSignal): Promise<Visit | Deferred> {
  const { observations, compiled, status, held, valid } = translateTenant(tenant, env.world);
  let isComplete = true;
  if (held !== undefined) {
    const news = accept(env, held);
    try {
      if (valid) isComplete = await makeChildren(env, tenant, held.namespace, signal);
      env.watches.followTenant(held.namespace);
    } finally {
      // Also when some child cannot be made: the next visit will not know that these have not heard of it.
      if (news) env.wake([...residentsOf(held.namespace, env.world), ...othersWaiting(env, held.name)]);
    }
  }
  return isComplete ? { observations, compiled, fields: status } : { lookAgainMs: freshRightsRetryMs };
}

/** Gives the Tenant what it may have, before anything is awaited. True when that differs from what it had. */
function accept(env: Environment, accepted: AcceptedTenant): boolean {
  const before = env.world.acceptedTenant(accepted.name);
  env.world.acceptTenant(accepted);
  return JSON.stringify(before) !== JSON.stringify(accepted);
}

/** False: the rest must wait a moment for the rights that it needs. */
async function makeChildren(
  env: Environment,
  tenant: Tenant,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const wanted = buildTenantNamespace(tenant, namespace);
  const known = env.world.namespaces.get(namespace);
  const isOurs = known === undefined || isChild(known);
  // A namespace that was there before is left as it is: its label already says whose it is.
  if (isOurs) env.world.namespaces.put(await applyChild(env, wanted, signal));
  const binding = await applyChild(env, buildOperatorBinding(tenant, namespace, env.operator), signal);
  try {
    await restrictNetwork(env, tenant, { namespace, isOurs }, signal);
    await limitResources(env, tenant, namespace, signal);
  } catch (error) {
    if (isAboutToBeAllowed(env, binding.metadata.creationTimestamp, error)) return false;
    throw error;
  }
  await bindMembers(env, tenant, namespace, signal);
  return true;
}

async function bindMembers(env: Environment, tenant: Tenant, namespace: string, signal: AbortSignal): Promise<void> {
  const bindings = buildMemberBindings(tenant, namespace, env.operator);
  for (const binding of bindings) await applyChild(env, binding, signal);
  const names = new Set(bindings.map((binding) => binding.metadata.name));
  for (const name of memberBindingNames) {
    if (!names.has(name)) await removeBinding(env, tenant, { namespace, name }, signal);
  }
}

/** `isOurs`: the namespace was made for this Tenant, so nothing was in it that others may need to reach. */
async function restrictNetwork(
  env: Environment,
  tenant: Tenant,
  { namespace, isOurs }: { readonly namespace: string; readonly isOurs: boolean },
  signal: AbortSignal,
): Promise<void> {
  if (!env.inCluster) return;
  const { isolation = isOurs ? 'Isolated' : 'Open' } = tenant.spec.network ?? {};
  const wanted = buildTenantNetworkPolicy(tenant, namespace, env.world.settings.installationNamespace);
  if (isolation === 'Isolated') await applyChild(env, wanted, signal);
  else await removeChild(env, clusterKinds.NetworkPolicy, parseId(keyOf(wanted)), signal);
}

async function limitResources(env: Environment, tenant: Tenant, namespace: string, signal: AbortSignal): Promise<void> {
  if (!env.inCluster) return;
  const wanted = buildResourceQuota(tenant, namespace);
  const key = { namespace, name: resourceQuotaName };
  if (wanted === undefined) await removeChild(env, clusterKinds.ResourceQuota, key, signal);
  else await applyChild(env, wanted, signal);
}

async function removeBinding(
  env: Environment,
  tenant: Tenant,
  key: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<void> {
  const stale = await env.store.get(coreKinds.RoleBinding, key, { signal });
  const { uid, ownerReferences = [] } = stale?.metadata ?? {};
  if (uid === undefined || !ownerReferences.some((owner) => owner.uid === tenant.metadata.uid)) return;
  await env.store.delete(coreKinds.RoleBinding, key, { uid, signal });
}

async function gone(env: Environment, id: string): Promise<Result> {
  const accepted = env.world.acceptedTenant(id);
  if (accepted === undefined) return {};
  env.world.dropTenant(id);
  env.watches.forgetTenant(accepted.namespace);
  env.wake([...residentsOf(accepted.namespace, env.world), ...othersWaiting(env, id)]);
  return {};
}

/** What this Tenant let go may be what they wait for. */
function othersWaiting(env: Environment, name: string): Wake[] {
  return waitingTenants(env.world).filter(({ id }) => id !== name);
}

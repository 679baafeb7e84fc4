import { contractVersion } from '#api/compiled/base.ts';
import type { Compiled, CompiledCredential, CompiledGrant } from '#api/compiled/contract.ts';
import { proofKey } from '#api/compiled/contract.ts';
import type { Observation } from '#api/conditions.ts';
import type { Subscription, SubscriptionStatus, SubscriptionStatusApi } from '#api/generated/subscription.ts';
import { idOf, keyOf, parseId } from '#api/object.ts';
import { refId } from '../world/routes.ts';
import type { World } from '../world/world.ts';
import { keyCredentials, secretNameOf } from '../world/world.ts';
import type { CredentialVerdict } from './credentials.ts';
import { compileCredential, judgeCredentials } from './credentials.ts';
import type { GrantVerdict } from './grants.ts';
import { judgeRequest } from './grants.ts';
import { compileLimits, expressionProblem } from './limits.ts';
import type { CompiledPlan, Outcome, Problem } from './outcome.ts';
import { verdict } from './outcome.ts';
import { volatileQuotaWarning } from './translate-api-gateway.ts';

export interface SubscriptionOutcome extends Outcome<Pick<SubscriptionStatus, 'apis' | 'credentials'>> {
  /** Names of Secrets to generate, with the credential that each is for. After that, translate again. */
  readonly missingSecrets: readonly { readonly credential: string; readonly secretName: string }[];
  /** What its callers may prove, as `proofKey` writes it. */
  readonly keys: readonly string[];
}

/** Decides what an application may call and by which keys. `now`, RFC 3339, becomes `acceptedAt` of what turns Active. */
export function translateSubscription(subscription: Subscription, world: World, now: string): SubscriptionOutcome {
  const tenant = world.tenantOf(subscription.metadata.namespace ?? '');
  const problem = tenant === undefined ? tenantNotFound(subscription) : ownProblem(subscription);
  if (tenant === undefined || problem !== undefined) return refused(subscription, problem, world);

  const grants = subscription.spec.apis.map((request) => judgeRequest(request, subscription, world));
  const credentials = judgeCredentials(subscription, world);
  return {
    observations: observationsOf(subscription, grants, credentials, world),
    compiled: planFor({ subscription, tenant: tenant.name, world, grants, credentials }),
    status: {
      apis: grants.map((grant) => statusOfGrant(grant, subscription, now)),
      credentials: credentials.map(statusOfCredential),
    },
    missingSecrets: credentials.flatMap(({ missing, credential, secretName }) =>
      missing && secretName !== undefined ? { credential: credential.name, secretName } : [],
    ),
    keys: credentials.flatMap(({ proof }) => (proof === undefined ? [] : proofKey(proof))),
  };
}

function tenantNotFound(subscription: Subscription): Problem {
  return {
    reason: 'TenantNotFound',
    message: `Namespace "${subscription.metadata.namespace}" belongs to no accepted Tenant: create the Tenant, or move the Subscription to a Tenant's namespace`,
  };
}

function ownProblem(subscription: Subscription): Problem | undefined {
  return nameProblem(subscription) ?? expressionProblem({ 'spec.limits': subscription.spec.limits });
}

function nameProblem(subscription: Subscription): Problem | undefined {
  const tooLong = keyCredentials(subscription).find((c) => secretNameOf(subscription, c).length > 253);
  if (tooLong === undefined) return undefined;
  const message = `The Secret of credential "${tooLong.name}" would have a name of more than 253 characters: use a shorter name for the Subscription or the credential`;
  return { reason: 'NameTooLong', message };
}

/** Without a Tenant nothing may be called; a spec that is wrong leaves what was. */
function refused(subscription: Subscription, problem: Problem | undefined, world: World): SubscriptionOutcome {
  const keep = problem?.reason !== 'TenantNotFound';
  const serving = keep ? [...world.compiled.of('Subscription', keyOf(subscription)).keys()] : [];
  return {
    observations: [verdict(subscription, 'Accepted', problem)],
    compiled: new Map(serving.map((gateway) => [gateway, 'keep'])),
    status: {},
    missingSecrets: [],
    keys: [],
  };
}

function observationsOf(
  subscription: Subscription,
  grants: readonly GrantVerdict[],
  credentials: readonly CredentialVerdict[],
  world: World,
): Observation[] {
  const gateways = grants.flatMap(({ api }) => gatewaysOf(api, world)).map((id) => world.apiGateways.get(id));
  const undecided = grants.find(({ state }) => state === 'Rejected' || state === 'PendingApproval')?.problem;
  const refusal = grants.find(({ state }) => state === 'Refused')?.problem;
  const badCredential = credentials.find(({ problem }) => problem !== undefined)?.problem;
  return [
    verdict(subscription, 'Accepted'),
    verdict(subscription, 'ResolvedRefs', refusal ?? badCredential),
    verdict(subscription, 'Approved', undecided),
    ...volatileQuotaWarning(subscription, gateways, [subscription.spec.limits]),
  ];
}

interface PlanInput {
  readonly subscription: Subscription;
  readonly tenant: string;
  readonly world: World;
  readonly grants: readonly GrantVerdict[];
  readonly credentials: readonly CredentialVerdict[];
}

/**
 * One compiled object for each gateway of what was asked for. Where nothing is granted it has the keys alone, so that a
 * caller who waits for an Approval is told that, and not that his key is unknown.
 */
function planFor(input: PlanInput): CompiledPlan {
  const plan = new Map<string, Compiled | 'keep'>();
  const credentials = input.credentials.flatMap((judged) => compileCredential(judged) ?? []);
  if (credentials.length === 0) return plan;
  for (const [gateway, grants] of grantsByGateway(input)) {
    plan.set(gateway, compileSubscription(input, grants, credentials));
  }
  return plan;
}

function grantsByGateway({ grants, world }: PlanInput): Map<string, CompiledGrant[]> {
  const byGateway = new Map<string, CompiledGrant[]>();
  for (const { api, grant } of grants) {
    for (const gateway of gatewaysOf(api, world)) {
      byGateway.set(gateway, [...(byGateway.get(gateway) ?? []), ...(grant === undefined ? [] : [grant])]);
    }
  }
  return byGateway;
}

function gatewaysOf(id: string, world: World): string[] {
  const api = world.apiServices.get(id);
  const named = api?.spec.gatewayRefs.map((ref) => refId(ref, api)) ?? [];
  return named.filter((gateway) => world.apiGateways.get(gateway) !== undefined);
}

function compileSubscription(
  { subscription, tenant }: PlanInput,
  grants: readonly CompiledGrant[],
  credentials: readonly CompiledCredential[],
): Compiled {
  const { name = subscription.metadata.name } = subscription.spec.application;
  return {
    contract: contractVersion,
    kind: 'Subscription',
    id: keyOf(subscription),
    tenant,
    application: idOf(subscription.metadata.namespace ?? '', name),
    credentials,
    grants: [...grants].sort((a, b) => (a.api < b.api ? -1 : 1)),
    limits: compileLimits(subscription.spec.limits, 'Subscription'),
  };
}

function statusOfGrant(judged: GrantVerdict, subscription: Subscription, now: string): SubscriptionStatusApi {
  const { namespace, name } = parseId(judged.api);
  const before = subscription.status?.apis?.find((entry) => entry.namespace === namespace && entry.name === name);
  const acceptedAt = before?.acceptedAt ?? (judged.state === 'Active' ? now : undefined);
  return {
    namespace,
    name,
    ...(judged.request.plan === undefined ? {} : { plan: judged.request.plan }),
    state: judged.state,
    ...(judged.problem === undefined ? {} : { message: judged.problem.message.slice(0, 512) }),
    ...(acceptedAt === undefined ? {} : { acceptedAt }),
  };
}

function statusOfCredential(judged: CredentialVerdict): NonNullable<SubscriptionStatus['credentials']>[number] {
  return {
    name: judged.credential.name,
    ...(judged.secretName === undefined ? {} : { secretName: judged.secretName }),
    state: judged.state,
    ...(judged.problem === undefined ? {} : { message: judged.problem.message.slice(0, 512) }),
  };
}

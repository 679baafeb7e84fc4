import type { CompiledGrant } from '#api/compiled/contract.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { Subscription, SubscriptionStatusApi } from '#api/generated/subscription.ts';
import { keyOf, parseId } from '#api/object.ts';
import { refId } from '../world/routes.ts';
import type { World } from '../world/world.ts';
import { decisionOnSubscription } from './approvals.ts';
import { firstProblem, type Problem } from './outcome.ts';

type Request = Subscription['spec']['apis'][number];

/** What became of one request of a Subscription. */
export interface GrantVerdict {
  readonly request: Request;
  /** Id of the ApiService. */
  readonly api: string;
  /** Absent: no call passes. A refused request may still have its last good one. */
  readonly grant: CompiledGrant | undefined;
  readonly state: SubscriptionStatusApi['state'];
  readonly problem: Problem | undefined;
}

/** Judges one request: is it there, may this Tenant see it, does the plan exist, has its owner agreed. Deny before allow. */
export function judgeRequest(request: Request, subscription: Subscription, world: World): GrantVerdict {
  const id = refId(request, subscription);
  const api = world.apiServices.get(id);
  if (api === undefined) return { request, api: id, grant: undefined, state: 'Refused', problem: notFound(id) };

  const application = { api, request, subscription, world };
  const refusal = firstProblem(checks, application);
  if (refusal !== undefined) {
    const grant = planReasons.has(refusal.reason) ? lastGoodGrant(application) : undefined;
    return { request, api: id, grant, state: 'Refused', problem: refusal };
  }
  const undecided = approvalProblem(application);
  if (undecided !== undefined) {
    const state = undecided.reason === 'Rejected' ? 'Rejected' : 'PendingApproval';
    return { request, api: id, grant: undefined, state, problem: undecided };
  }
  return { request, api: id, grant: grantOf(id, request.plan), state: 'Active', problem: undefined };
}

function grantOf(api: string, plan: string | undefined): CompiledGrant {
  return plan === undefined ? { api } : { api, plan };
}

const planReasons: ReadonlySet<string> = new Set(['PlanNotFound', 'PlanRequired']);

/** A plan that is misspelt takes nothing away: the one that was served goes on, as long as its owner still offers it. */
function lastGoodGrant(application: Application): CompiledGrant | undefined {
  const { request, subscription, world } = application;
  const id = keyOf(application.api);
  const served = [...world.compiled.of('Subscription', keyOf(subscription)).values()];
  const last = served.flatMap((entry) => entry.grants ?? []).find((grant) => grant.api === id);
  if (last?.plan === undefined || last.plan === request.plan) return undefined;
  const again = { ...application, request: { ...request, plan: last.plan } };
  return firstProblem(checks, again) === undefined && approvalProblem(again) === undefined ? last : undefined;
}

interface Application {
  readonly api: ApiService;
  readonly request: Request;
  readonly subscription: Subscription;
  readonly world: World;
}

type Check = (application: Application) => Problem | undefined;

/** Evaluated in order; the first problem is reported. */
const checks: readonly Check[] = [
  mustBeVisible,
  mustBePublished,
  mustNotBeRetired,
  mustNotBeNewToDeprecated,
  planMustFit,
];

function notFound(id: string): Problem {
  return { reason: 'ApiNotFound', message: `ApiService "${id}" does not exist; access begins once it does` };
}

function sameNamespace({ api, subscription }: Application): boolean {
  return api.metadata.namespace === subscription.metadata.namespace;
}

function mustBeVisible(application: Application): Problem | undefined {
  const { api, subscription, world } = application;
  if (sameNamespace(application) || api.spec.visibility === 'Public') return undefined;
  const tenant = world.tenantOf(subscription.metadata.namespace ?? '');
  const listed = api.spec.visibility === 'Tenants' && api.spec.visibleTo?.includes(tenant?.name ?? '');
  if (listed) return undefined;
  return {
    reason: 'NotVisible',
    message: `ApiService "${keyOf(api)}" is not visible to Tenant "${tenant?.name}": ask its owner to add the Tenant to spec.visibleTo`,
  };
}

function mustBePublished(application: Application): Problem | undefined {
  const { api } = application;
  if (sameNamespace(application) || api.spec.lifecycle !== 'Draft') return undefined;
  const message = `ApiService "${keyOf(api)}" is a Draft: access begins once its owner publishes it`;
  return { reason: 'ApiNotPublished', message };
}

function mustNotBeRetired({ api }: Application): Problem | undefined {
  if (api.spec.lifecycle !== 'Retired') return undefined;
  return { reason: 'ApiRetired', message: `ApiService "${keyOf(api)}" is retired${successorHint(api)}` };
}

/** Who was there before the deprecation stays; nobody comes in anew. */
function mustNotBeNewToDeprecated({ api, request, subscription, world }: Application): Problem | undefined {
  if (api.spec.lifecycle !== 'Deprecated') return undefined;
  const id = keyOf(api);
  const { namespace, name } = parseId(id);
  const before = subscription.status?.apis?.find((entry) => entry.namespace === namespace && entry.name === name);
  const served = [...world.compiled.of('Subscription', keyOf(subscription)).values()];
  if (before?.acceptedAt !== undefined || served.some((entry) => entry.grants?.some((grant) => grant.api === id)))
    return undefined;
  const since = api.spec.deprecation?.since ?? api.status?.deprecatedAt ?? '';
  if ((subscription.metadata.creationTimestamp ?? '') < since) return undefined;
  const plan = request.plan === undefined ? '' : ` on plan "${request.plan}"`;
  return {
    reason: 'ApiDeprecated',
    message: `ApiService "${id}" is deprecated and takes no new Subscriptions${plan}${successorHint(api)}`,
  };
}

function successorHint(api: ApiService): string {
  const ref = api.spec.deprecation?.successorRef;
  return ref === undefined ? ': ask its owner what to use instead' : `: use ApiService "${refId(ref, api)}" instead`;
}

function planMustFit({ api, request }: Application): Problem | undefined {
  const plans = Object.keys(api.spec.plans ?? {}).sort();
  if (request.plan === undefined) {
    if (plans.length === 0) return undefined;
    return { reason: 'PlanRequired', message: `ApiService "${keyOf(api)}" has plans: name one of ${plans.join(', ')}` };
  }
  if (plans.includes(request.plan)) return undefined;
  const offer = plans.length === 0 ? 'it has none: name no plan' : `choose one of ${plans.join(', ')}`;
  return { reason: 'PlanNotFound', message: `ApiService "${keyOf(api)}" has no plan "${request.plan}"; ${offer}` };
}

function approvalProblem({ api, request, subscription, world }: Application): Problem | undefined {
  const decision = decisionOnSubscription(subscription, api, request.plan, world);
  const plan = request.plan === undefined ? undefined : api.spec.plans?.[request.plan];
  if (decision === 'Rejected') {
    return {
      reason: 'Rejected',
      message: `The owner of ApiService "${keyOf(api)}" rejected it: see the Approval there`,
    };
  }
  if (decision === 'Approved' || plan?.approval !== 'Manual') return undefined;
  return {
    reason: 'PendingApproval',
    message: `Plan "${request.plan}" of ApiService "${keyOf(api)}" waits for an Approval in namespace "${api.metadata.namespace}"`,
  };
}

import { conditionOf } from '#api/conditions.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { Approval } from '#api/generated/approval.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import { keyOf } from '#api/object.ts';
import { refId } from '../world/routes.ts';
import type { World } from '../world/world.ts';

export type Decision = 'Approved' | 'Rejected' | 'Undecided';

/** What the owners decided on `subscription` to `api` on `plan`. Rejected beats Approved. */
export function decisionOnSubscription(
  subscription: Subscription,
  api: ApiService,
  plan: string | undefined,
  world: World,
): Decision {
  const asked = world.approvals.by('subscription', keyOf(subscription));
  return decide(
    [...asked]
      .flatMap((id) => world.approvals.get(id) ?? [])
      .filter((approval) => {
        const { subscriptionRef, plan: decidedPlan } = approval.spec;
        return (
          isAbout(approval, api) &&
          (subscriptionRef?.uid === undefined || subscriptionRef.uid === subscription.metadata.uid) &&
          (decidedPlan === undefined || decidedPlan === plan)
        );
      }),
    world,
  );
}

/** What the owners decided on publishing `api`. */
export function decisionOnPublishing(api: ApiService, world: World): Decision {
  const about = [...world.approvals.by('api', keyOf(api))].flatMap((id) => world.approvals.get(id) ?? []);
  return decide(
    about.filter((approval) => approval.spec.subscriptionRef === undefined),
    world,
  );
}

/** Approvals count only in the ApiService's own namespace, where its owners decide who may write them. */
function isAbout(approval: Approval, api: ApiService): boolean {
  return approval.metadata.namespace === api.metadata.namespace && approval.spec.apiRef.name === api.metadata.name;
}

function decide(approvals: readonly Approval[], world: World): Decision {
  const decisions = approvals.filter((approval) => counts(approval, world)).map((approval) => approval.spec.decision);
  if (decisions.includes('Rejected')) return 'Rejected';
  return decisions.includes('Approved') ? 'Approved' : 'Undecided';
}

/**
 * Whether an Approval counts: it was found good before, or it was never found bad and the admission policy, which lets
 * only approvers write one, was in force when it was created.
 */
export function counts(approval: Approval, world: Pick<World, 'approvalPolicySince'>): boolean {
  if (approval.metadata.deletionTimestamp !== undefined) return false;
  const accepted = conditionOf(approval.status?.conditions, 'Accepted');
  if (accepted?.status === 'True') return true;
  // Found bad once, it stays so: the policy may have been weakened meanwhile and be as old as ever.
  if (accepted?.reason === 'PolicyMissing') return false;
  const since = world.approvalPolicySince;
  // Within the same second nobody can tell which came first.
  return since !== undefined && since < (approval.metadata.creationTimestamp ?? '');
}

/** Id of the Subscription that an Approval speaks of; undefined when it is about publishing. */
export function decidedSubscription(approval: Approval): string | undefined {
  const { subscriptionRef } = approval.spec;
  return subscriptionRef === undefined ? undefined : refId(subscriptionRef, approval);
}

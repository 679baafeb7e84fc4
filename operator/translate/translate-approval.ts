import type { Approval } from '#api/generated/approval.ts';
import { idOf } from '#api/object.ts';
import type { World } from '../world/world.ts';
import { counts, decidedSubscription } from './approvals.ts';
import type { Outcome, Problem } from './outcome.ts';
import { verdict } from './outcome.ts';

/** An Approval compiles to nothing; it unlocks. Its status says whether it counts and what it is about. */
export function translateApproval(approval: Approval, world: World): Outcome {
  return {
    observations: [
      verdict(approval, 'Accepted', policyProblem(approval, world)),
      verdict(approval, 'ResolvedRefs', refProblem(approval, world)),
    ],
    compiled: new Map(),
    status: {},
  };
}

function policyProblem(approval: Approval, world: World): Problem | undefined {
  if (counts(approval, world)) return undefined;
  return {
    reason: 'PolicyMissing',
    message:
      'It was created while the admission policy for Approvals was not in force, so nobody can tell who wrote it: install the policy, delete this Approval and create it again',
  };
}

function refProblem(approval: Approval, world: World): Problem | undefined {
  const api = idOf(approval.metadata.namespace ?? '', approval.spec.apiRef.name);
  if (world.apiServices.get(api) === undefined) {
    return { reason: 'ApiNotFound', message: `ApiService "${api}" does not exist; the Approval counts once it does` };
  }
  const subscription = decidedSubscription(approval);
  if (subscription === undefined || world.subscriptions.get(subscription) !== undefined) return undefined;
  return {
    reason: 'SubscriptionNotFound',
    message: `Subscription "${subscription}" does not exist; the Approval counts once it does`,
  };
}

import type { Approval } from '#api/generated/approval.ts';
import { translateApproval } from '../../translate/translate-approval.ts';
import type { KindController } from '../reconciler.ts';

/** An Approval unlocks by being there: the objects that it speaks of are woken by the change itself. */
export const approvalController: KindController<Approval> = {
  kind: 'Approval',
  acknowledged: false,
  readyPolicy: [
    { type: 'ReconcileFailed', healthyWhen: 'False' },
    { type: 'Accepted', healthyWhen: 'True' },
    { type: 'ResolvedRefs', healthyWhen: 'True' },
  ],
  get: (env, id) => env.world.approvals.get(id),
  visit: async (env, approval) => {
    const { observations, compiled, status } = translateApproval(approval, env.world);
    return { observations, compiled, fields: status };
  },
  gone: async () => ({}),
};

import type { Observation } from '#api/conditions.ts';
import { coreKinds, type ResourceKind } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { enumerate, observe } from '../../translate/outcome.ts';
import type { Scene } from './fleet-step.ts';

/** What RBAC cannot say: who writes compiled objects and acknowledges them, and how far the operator's own rights reach. */
const guarding = [
  ...['compiled-namespaces', 'compiled-secrets', 'gateway-leases'],
  ...['operator-namespaces', 'operator-role-bindings', 'tenant-tokens'],
] as const;

interface PolicyObject extends KubeObject {
  readonly spec?: { readonly failurePolicy?: string; readonly validationActions?: readonly string[] };
}

/** Warns of admission policies that are not there, or do not refuse. The one for Approvals is followed by a watch. */
export async function lookForPolicies({ env, gateway, signal }: Scene): Promise<readonly Observation[]> {
  if (!env.inCluster) return [];
  const names = guarding.map((name) => `${env.operator.clusterPrefix}-${name}`);
  const read = (kind: ResourceKind, name: string) =>
    env.store.get<PolicyObject>(kind, { namespace: '', name }, { signal });
  const inForce = await Promise.all(
    names.map(async (name) => {
      const policy = await read(coreKinds.ValidatingAdmissionPolicy, name);
      const binding = await read(coreKinds.ValidatingAdmissionPolicyBinding, name);
      const refuses = policy !== undefined && policy.spec?.failurePolicy !== 'Ignore';
      return refuses && binding?.spec?.validationActions?.includes('Deny') === true;
    }),
  );
  const missing = names.filter((_, index) => !inForce[index]);
  if (missing.length === 0) return [];
  const message = `What RBAC cannot forbid is not forbidden now: the admission policies ${enumerate(missing, guarding.length)} are not installed, or do not deny. Install them: upgrade the chart, or apply manifests/base/rights/policies`;
  return [observe(gateway, 'Warning', 'True', { reason: 'PolicyMissing', message })];
}

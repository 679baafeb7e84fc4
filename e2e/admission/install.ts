import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from '#tools/controlplane/control-plane.ts';
import { type Answer, apiUser } from './api-user.ts';

const enforcedTimeoutMs = 30_000;

/**
 * Installs CRDs and manifests as an administrator would, and waits until the policies bite: the API server reads
 * them a moment after they are written, and a test that comes too early passes where it should be refused.
 */
export async function installManifests(cluster: ControlPlane): Promise<void> {
  await cluster.installCrds('crds');
  await cluster.kubectl(['apply', '--server-side', '--recursive', '-f', 'manifests/base/rights']);
  const admin = apiUser(cluster.kubeconfig);
  try {
    await untilRefused('simpul-approvals', () => admin.send('POST', approvals, foreignApproval));
    await untilRefused('simpul-compiled-secrets', () => admin.send('POST', secrets, compiledSecret));
  } finally {
    await admin.close();
  }
}

/** Repeats a request that must not have an effect (`dryRun=All`) until that policy refuses it. */
export async function untilRefused(policy: string, send: () => Promise<Answer>): Promise<void> {
  const deadline = performance.now() + enforcedTimeoutMs;
  for (;;) {
    const answer = await send();
    if (answer.body.message?.includes(`ValidatingAdmissionPolicy '${policy}'`) === true) return;
    if (performance.now() > deadline)
      assert.fail(`policy ${policy} is not enforced: ${answer.code} ${answer.body.message ?? ''}`);
    await delay(50);
  }
}

/** Waits until RBAC lets a group do something in every namespace, such as `create secrets`. */
export async function untilAllowed(cluster: ControlPlane, group: string, what: string): Promise<void> {
  const deadline = performance.now() + enforcedTimeoutMs;
  const question = ['auth', 'can-i', ...what.split(' '), '--all-namespaces', '--as=probe', `--as-group=${group}`];
  while (!(await cluster.kubectl(question).then(isYes, () => false))) {
    if (performance.now() > deadline) assert.fail(`group ${group} may not ${what}`);
    await delay(50);
  }
}

const isYes = (answer: string) => answer.trim() === 'yes';

const approvals = '/apis/simpul.id/v1alpha1/namespaces/default/approvals?dryRun=All';
const secrets = '/api/v1/namespaces/default/secrets?dryRun=All';

const foreignApproval = {
  apiVersion: 'simpul.id/v1alpha1',
  kind: 'Approval',
  metadata: { name: 'probe' },
  spec: { apiRef: { name: 'probe' }, decision: 'Approved', decidedBy: 'somebody-else' },
};

const compiledSecret = {
  ...{ apiVersion: 'v1', kind: 'Secret', type: 'simpul.id/compiled' },
  metadata: { name: 'probe' },
};

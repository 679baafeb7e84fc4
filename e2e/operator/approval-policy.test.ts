import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { certificateUser } from '#e2e/admission/api-user.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation } from './harness.ts';
import { apiGateway, approval, keyedApi, subscription, tenant } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

const manifest = fileURLToPath(new URL('../../manifests/base/rights/policies/approvals.yaml', import.meta.url));
const binding = ['validatingadmissionpolicybinding', 'simpul-approvals'];

/** One application for a plan that must be approved. */
const apply = (name: string) => subscription('consumer', name, [{ name: 'api', namespace: 'provider', plan: 'gold' }]);
const yes = (name: string) => approval('provider', name, 'api', { subscriptionRef: { name, namespace: 'consumer' } });

describe('Approvals and the policy that guards them', () => {
  let installation: Installation;
  let operator: OperatorProgram;
  let gateway: GatewayProgram;

  before(async () => {
    installation = await Installation.start();
    operator = await installation.startOperator();
    const members = [
      { kind: 'User', name: 'ratna', role: 'Approver' },
      { kind: 'User', name: 'budi', role: 'Publisher' },
    ];
    const owners = [tenant('provider', { paths: ['/provider'], members }), tenant('consumer')];
    await installation.apply(apiGateway(), ...owners);
    gateway = await installation.startGateway('public-1');
    await installation.untilReady(...owners);
    await installation.apply(
      keyedApi('provider', 'api', { plans: { gold: { approval: 'Manual' } }, backendUrl: installation.backend }),
      ...['by-ratna', 'before', 'during', 'after', 'ignored'].map(apply),
    );
  });
  after(() => installation?.stop());

  const isRefused = {
    status: 'False',
    reason: 'PolicyMissing',
    message: /policy for Approvals.*create it again/,
  } as const;
  const waits = { status: 'False', reason: 'PendingApproval' } as const;
  const policyInForce = async (inForce: boolean): Promise<void> => {
    const budi = await certificateUser(installation.cluster, 'cluster-admin', ['system:masters']);
    const path = '/apis/simpul.id/v1alpha1/namespaces/provider/approvals?dryRun=All';
    const foreign = approval('provider', 'probe', 'api', { decidedBy: 'somebody-else' });
    await until(`the API server ${inForce ? 'knows' : 'forgot'} the policy`, async () => {
      return ((await budi.send('POST', path, foreign)).code === 403) === inForce;
    });
    await budi.close();
  };

  test('an Approver decides, a Publisher does not', async () => {
    const path = '/apis/simpul.id/v1alpha1/namespaces/provider/approvals';
    for (const [name, code] of [
      ['budi', 403],
      ['ratna', 201],
    ] as const) {
      const user = await certificateUser(installation.cluster, name);
      await until(
        `${name} is answered ${code}`,
        async () => (await user.send('POST', path, yes('by-ratna'))).code === code,
      );
      await user.close();
    }
    await installation.untilReady(apply('by-ratna'), yes('by-ratna'));
  });

  test('without the policy a new one does not count and says so; what was agreed to before stays', async () => {
    await installation.apply(yes('before'));
    await installation.untilReady(apply('before'), yes('before'));
    await installation.cluster.kubectl(['delete', ...binding]);
    await policyInForce(false);
    await installation.apply(yes('during'));
    await installation.untilCondition(yes('during'), 'Ready', isRefused);
    await installation.untilCondition(apply('during'), 'Ready', waits);
    await installation.untilReady(apply('before'), yes('before'));
    await gateway.untilStatus(200, '/provider/api', { key: await installation.keyIn('consumer', 'before-main') });
  });

  test('an operator that starts without the policy thinks the same', async () => {
    await operator.stop();
    operator = await (await installation.startOperator()).untilWorking();
    await installation.untilReady(apply('before'), yes('before'));
    await installation.untilCondition(yes('during'), 'Ready', isRefused);
    await installation.untilCondition(apply('during'), 'Ready', waits);
  });

  test('with the policy back new ones count, and those of the time between have to be made again', async () => {
    await installation.cluster.kubectl(['apply', '--server-side', '-f', manifest]);
    await policyInForce(true);
    // The API server writes times in whole seconds: within one nobody can tell what came first.
    const { metadata } = JSON.parse(await installation.cluster.kubectl(['get', ...binding, '-o', 'json']));
    await until('the second is over', () => Date.now() >= Date.parse(metadata.creationTimestamp) + 1000);
    await installation.apply(yes('after'));
    await installation.untilReady(apply('after'), yes('after'));
    await installation.untilCondition(apply('during'), 'Ready', waits);
    await installation.remove(yes('during'));
    await installation.apply(yes('during'));
    await installation.untilReady(apply('during'), yes('during'));
  });

  test('one that was made while the policy only warned never counts, though the policy is as old as ever', async () => {
    await installation.cluster.kubectl([
      'patch',
      ...binding,
      '--type=merge',
      '-p',
      '{"spec":{"validationActions":["Warn"]}}',
    ]);
    await policyInForce(false);
    await installation.apply(yes('ignored'));
    await installation.untilCondition(yes('ignored'), 'Ready', isRefused);
    await installation.cluster.kubectl([
      'patch',
      ...binding,
      '--type=merge',
      '-p',
      '{"spec":{"validationActions":["Deny"]}}',
    ]);
    await policyInForce(true);
    await operator.stop();
    operator = await (await installation.startOperator()).untilWorking();
    await installation.untilCondition(yes('ignored'), 'Ready', isRefused);
    await installation.untilCondition(apply('ignored'), 'Ready', waits);
    assert.equal(
      (await gateway.call('/provider/api', { key: await installation.keyIn('consumer', 'ignored-main') })).status,
      403,
    );
  });
});

test('a policy that is gone, or only warns, is told by the ApiGateway until it is back', async (context) => {
  const installation = await Installation.start();
  context.after(() => installation.stop());
  const { kubectl } = installation.cluster;
  await installation.startOperator();
  await installation.apply(apiGateway());
  await installation.startGateway('public-1');
  await installation.untilReady(apiGateway());
  await kubectl(['delete', 'validatingadmissionpolicy', 'simpul-tenant-tokens']);
  const audit = JSON.stringify({ spec: { validationActions: ['Audit'] } });
  const gentle = ['validatingadmissionpolicybinding', 'simpul-gateway-leases', '--type=merge', '-p', audit];
  await kubectl(['patch', ...gentle]);
  // Nobody tells of them, so it is told at the next visit; an edit brings that on.
  await installation.apply(apiGateway('public', { replicas: 3 }));
  await installation.untilCondition(apiGateway(), 'Warning', {
    status: 'True',
    reason: 'PolicyMissing',
    message: /policies "simpul-gateway-leases" and "simpul-tenant-tokens" are not installed, or do not deny/,
  });
  await installation.untilReady(apiGateway());
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', 'manifests/base/rights/policies']);
  await installation.apply(apiGateway('public', { replicas: 4 }));
  await until('the warning is gone', async () => {
    const { status } = (await installation.get(apiGateway())) ?? {};
    return status?.conditions?.every(({ type }) => type !== 'Warning');
  });
});

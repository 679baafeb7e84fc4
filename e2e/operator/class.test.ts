import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { coreKinds } from '#api/kinds.ts';
import { parseId } from '#api/object.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import { Installation } from './harness.ts';
import { apiGateway, namespace, tenant } from './objects.ts';
import { OperatorProgram } from './operator-program.ts';

let installation: Installation;

before(async () => {
  installation = await Installation.start();
  await (await installation.startOperator()).untilWorking();
  await installation.apply(apiGateway(), tenant('banten'));
  await installation.untilReady(tenant('banten'));
});
after(() => installation?.stop());

test('a second installation with the class of the first says so and touches nothing, until it takes over', async (context) => {
  const { cluster, admin } = installation;
  await installation.apply(namespace('rival-system'));
  // All rights: what keeps it from writing is its own decision.
  const rival = new OperatorProgram(cluster.kubeconfig, ['--namespace=rival-system']);
  context.after(() => rival.kill());
  const said = await rival.said('that the class is taken', ({ lack }) => lack);
  assert.equal(
    said,
    'the installation in namespace "simpul-system" looks after the class "simpul": ApiGateway "simpul-system/public" is its own',
  );
  assert.equal((await rival.page('/readyz'))?.status, 503);
  const lease = { namespace: 'rival-system', name: 'simpul-operator' };
  assert.equal(await admin.get(coreKinds.Lease, lease), undefined);
  assert.equal(await admin.get(coreKinds.Secret, { ...lease, name: 'simpul-pepper' }), undefined);

  const made = compiledNamespaceOf({ metadata: parseId('simpul-system/public') });
  const advice = await rival.said(
    'what to do',
    ({ msg }) => /(kubectl label namespace .* --overwrite)$/.exec(msg)?.[1],
  );
  assert.equal(advice, `kubectl label namespace ${made} simpul.id/installation=rival-system --overwrite`);
});

test('another class is no matter', async (context) => {
  await installation.apply(namespace('other-system'));
  const flags = ['--namespace=other-system', '--class-name=other'];
  const other = new OperatorProgram(installation.cluster.kubeconfig, flags);
  context.after(() => other.kill());
  await other.untilWorking();
});

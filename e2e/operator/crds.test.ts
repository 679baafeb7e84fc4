import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parse, stringify } from 'yaml';
import type { CustomResourceDefinition, StructuralSchema } from '#api/crd.ts';
import { coreKinds } from '#api/kinds.ts';
import { Installation } from './harness.ts';
import { tenant } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';

let installation: Installation;
let operator: OperatorProgram;

before(async () => {
  installation = await Installation.start();
});
after(() => installation?.stop());

const waits = 'the operator does nothing yet: install the CRDs of version';

/** Waits until the operator says what it misses. */
async function untilMissing(what: RegExp): Promise<void> {
  await operator.said(String(what), ({ msg, lack }) => (msg.startsWith(waits) && what.test(String(lack))) || undefined);
}

async function apply(crd: object): Promise<void> {
  await installation.cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], stringify(crd));
}

/** The CRD as the release before would have it: without these fields of the spec. */
function older(file: string, without: readonly string[]): CustomResourceDefinition {
  const crd = parse(readFileSync(file, 'utf8')) as CustomResourceDefinition;
  const properties = crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec']?.properties as Record<
    string,
    StructuralSchema
  >;
  for (const field of without) delete properties[field];
  return { ...crd, metadata: { ...crd.metadata, annotations: { 'simpul.id/version': '0.0.1' } } };
}

test('without a CRD the operator says which, and what to do; it touches nothing, and begins when it is there', async () => {
  const { cluster, admin } = installation;
  await cluster.kubectl(['delete', 'crd', 'tenants.simpul.id', 'approvals.simpul.id']);
  operator = await installation.startOperator();
  await untilMissing(/^tenants\.simpul\.id is missing; approvals\.simpul\.id is missing$/);
  const page = await operator.page('/readyz');
  assert.deepEqual(
    [page?.status, page?.text.trim()],
    [503, 'tenants.simpul.id is missing; approvals.simpul.id is missing'],
  );
  assert.equal((await operator.page('/healthz'))?.status, 200, 'a restart would not help');
  await cluster.kubectl(['apply', '--server-side', '-f', 'crds/tenants.yaml']);
  await untilMissing(/^approvals\.simpul\.id is missing$/);
  const untouched = [
    await admin.get(coreKinds.Lease, { namespace: 'simpul-system', name: 'simpul-operator' }),
    await admin.get(coreKinds.Secret, { namespace: 'simpul-system', name: 'simpul-pepper' }),
  ];
  assert.deepEqual(untouched, [undefined, undefined]);
  await cluster.kubectl(['apply', '--server-side', '-f', 'crds/approvals.yaml']);
  await operator.untilWorking();
  await installation.apply(tenant('banten'));
  await installation.untilReady(tenant('banten'));
  await operator.stop();
});

test('with an older CRD it says what that lacks and where it is from, and leaves everything as it is', async () => {
  await apply(older('crds/tenants.yaml', ['suspended', 'network']));
  const before = await installation.get(tenant('banten'));
  operator = await installation.startOperator();
  await untilMissing(
    /^tenants\.simpul\.id is older than this operator \(it came with 0\.0\.1, this is \d+\.\d+\.\d+[^)]*\): it lacks spec\.[a-z]+/,
  );
  await installation.apply(tenant('lebak'));
  assert.equal((await operator.page('/readyz'))?.status, 503);
  const { status } = (await installation.get(tenant('lebak'))) ?? assert.fail('it is gone');
  assert.deepEqual(status, { observedGeneration: -1 }, 'no more than the CRD begins with');
  assert.deepEqual(await installation.get(tenant('banten')), before);
  await installation.cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', 'crds/tenants.yaml']);
  await installation.untilReady(tenant('lebak'));
  await operator.stop();
});

test('a newer CRD, which has more fields, is fine', async () => {
  const crd = parse(readFileSync('crds/tenants.yaml', 'utf8')) as CustomResourceDefinition;
  const properties = crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec']?.properties as Record<
    string,
    object
  >;
  properties['ofTheFuture'] = { type: 'string' };
  await apply(crd);
  operator = await installation.startOperator();
  await operator.untilWorking();
});

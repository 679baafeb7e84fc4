import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ResourceKind } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';
import type { Scene } from './fleet-step.ts';
import { lookForPolicies } from './policies.ts';

type Shipped = KubeObject & { readonly spec?: object };

const shipped = globSync('manifests/base/rights/policies/*.yaml').flatMap((file) =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Shipped),
);

/** What an ApiGateway says when these are all policies and bindings that there are. */
async function said(present: readonly Shipped[], inCluster = true): Promise<string | undefined> {
  const get = ({ kind }: ResourceKind, { name }: ObjectKey) =>
    Promise.resolve(present.find((object) => object.kind === kind && object.metadata.name === name));
  const gateway = { metadata: { name: 'public', namespace: 'simpul-system' } } as ApiGateway;
  const env = { store: { get }, inCluster, operator: { clusterPrefix: 'simpul' } };
  const scene = { env, gateway, signal: new AbortController().signal } as unknown as Scene;
  const [warning] = await lookForPolicies(scene);
  return warning?.message;
}

const change = (kind: string, name: string, spec: object): readonly Shipped[] =>
  shipped.map((object) => (object.kind === kind && object.metadata.name === name ? { ...object, spec } : object));
const without = (kind: string, name: string): readonly Shipped[] =>
  shipped.filter((object) => object.kind !== kind || object.metadata.name !== name);
const policy = 'ValidatingAdmissionPolicy';
const binding = 'ValidatingAdmissionPolicyBinding';

test('every policy that is shipped is looked for, but the one for Approvals, which is watched', async () => {
  const message = (await said([])) ?? '';
  const names = new Set(shipped.map(({ metadata }) => metadata.name));
  assert.deepEqual(
    [...names].filter((name) => !message.includes(`"${name}"`)),
    ['simpul-approvals'],
  );
});

const cases: readonly [name: string, present: readonly Shipped[], missing: RegExp | undefined][] = [
  ['as shipped', shipped, undefined],
  ['a policy is gone', without(policy, 'simpul-tenant-tokens'), /policies "simpul-tenant-tokens" are not/],
  ['a binding is gone', without(binding, 'simpul-gateway-leases'), /policies "simpul-gateway-leases" are not/],
  [
    'a policy lets pass what it cannot judge',
    change(policy, 'simpul-compiled-secrets', { failurePolicy: 'Ignore' }),
    /policies "simpul-compiled-secrets" are not/,
  ],
  [
    'a binding only warns',
    change(binding, 'simpul-operator-namespaces', { validationActions: ['Warn', 'Audit'] }),
    /policies "simpul-operator-namespaces" are not/,
  ],
];
for (const [name, present, missing] of cases) {
  test(`admission policies: ${name}`, async () => {
    const message = await said(present);
    if (missing === undefined) assert.equal(message, undefined);
    else assert.match(message ?? '', missing);
  });
}

test('without a cluster there are none to look for', async () => {
  assert.equal(await said([], false), undefined);
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { type ApiUser, serviceAccountUser } from './api-user.ts';
import { installManifests, untilRefused } from './install.ts';
import { applyAll, compiledNamespace, type Grantee, namespace, roleBinding, tenantNamespace } from './objects.ts';

// What a compromised operator could not do, although RBAC has to give it all Namespaces and all RoleBindings.

let cluster: ControlPlane;
let operator: ApiUser;

before(async () => {
  cluster = await startControlPlane();
  await installManifests(cluster);
  operator = await serviceAccountUser(cluster, 'simpul-system', 'simpul-operator');
  await applyAll(cluster, [namespace('plain'), tenantNamespace('banten'), compiledNamespace('compiled')]);
  await applyAll(cluster, [
    roleBinding('plain', 'view', { group: 'somebody' }),
    roleBinding('banten', 'view', { group: 'somebody' }),
    roleBinding('plain', 'simpul-tenant-viewer', { group: 'left-behind' }), // from before the label went away
  ]);
  const probe = namespace('kube-probe');
  await untilRefused('simpul-operator-namespaces', () => operator.send('POST', `${namespaces}?dryRun=All`, probe));
  const binding = roleBinding('plain', 'simpul-operator-tenant', itself);
  const inPlain = `${roleBindings('plain')}?dryRun=All`;
  await untilRefused('simpul-operator-role-bindings', () => operator.send('POST', inPlain, binding));
});
after(async () => {
  await operator?.close();
  await cluster?.stop();
});

const namespaces = '/api/v1/namespaces';
const roleBindings = (inNamespace: string) =>
  `/apis/rbac.authorization.k8s.io/v1/namespaces/${inNamespace}/rolebindings`;
const apply = '?fieldManager=test&force=true';
const itself: Grantee = { account: 'simpul-operator', namespace: 'simpul-system' };

describe('namespaces', () => {
  const tenant = { 'simpul.id/tenant': 'banten' };
  const compiledFor = { 'simpul.id/compiled-for': 'simpul-system.public' };
  const cases: readonly { does: string; name: string; labels?: Record<string, string>; code: number; why?: RegExp }[] =
    [
      { does: 'makes one for a Tenant', name: 'new-tenant', labels: tenant, code: 201 },
      { does: 'makes a compiled one', name: 'new-compiled', labels: compiledFor, code: 201 },
      { does: 'makes none without its labels', name: 'new-plain', labels: {}, code: 403, why: /carries neither label/ },
      { does: 'makes none of a reserved name', name: 'kube-x', labels: tenant, code: 403, why: /is reserved/ },
      { does: 'changes one of a Tenant', name: 'banten', labels: { ...tenant, more: 'yes' }, code: 200 },
      {
        does: 'claims none',
        name: 'plain',
        labels: tenant,
        code: 403,
        why: /a cluster administrator sets simpul.id\/tenant/,
      },
      {
        does: 'passes none on to another Tenant',
        ...{ name: 'banten', labels: { 'simpul.id/tenant': 'tangerang' }, code: 403, why: /never moves a namespace/ },
      },
      {
        does: 'turns none into a compiled one',
        ...{ name: 'banten', labels: { ...tenant, ...compiledFor }, code: 403, why: /never moves a namespace/ },
      },
      { does: 'changes no reserved one', name: 'kube-system', labels: tenant, code: 403, why: /is reserved/ },
      { does: 'changes not the default one', name: 'default', labels: tenant, code: 403, why: /is reserved/ },
      { does: 'changes not its own', name: 'simpul-system', labels: tenant, code: 403, why: /is reserved/ },
    ];
  for (const { does, name, labels, code, why } of cases) {
    test(does, async () => {
      const answer = await operator.send('PATCH', `${namespaces}/${name}${apply}`, namespace(name, labels));
      assert.equal(answer.code, code, answer.body.message);
      if (why !== undefined) assert.match(answer.body.message ?? '', why);
    });
  }

  const deletions: readonly { does: string; name: string; code: number; why?: RegExp }[] = [
    { does: 'deletes a compiled one', name: 'new-compiled', code: 200 },
    { does: 'deletes none of a Tenant', name: 'banten', code: 403, why: /holds no compiled objects/ },
    { does: 'deletes no other', name: 'plain', code: 403, why: /carries neither label/ },
    { does: 'deletes no reserved one', name: 'kube-node-lease', code: 403, why: /is reserved/ },
  ];
  for (const { does, name, code, why } of deletions) {
    test(does, async () => {
      const answer = await operator.send('DELETE', `${namespaces}/${name}`);
      assert.equal(answer.code, code, answer.body.message);
      if (why !== undefined) assert.match(answer.body.message ?? '', why);
    });
  }
});

describe('role bindings', () => {
  const people: Grantee = { group: 'penerbit' };
  const gateway: Grantee = { account: 'simpul-gateway', namespace: 'compiled' };
  const notSo = /the operator may not bind/;
  const cases: readonly { does: string; role: string; to: Grantee; where: string; code: number; why?: RegExp }[] = [
    { does: 'a Tenant role to people', role: 'simpul-tenant-publisher', to: people, where: 'banten', code: 201 },
    { does: 'its own role to itself', role: 'simpul-operator-tenant', to: itself, where: 'banten', code: 201 },
    { does: 'its compiled role to itself', role: 'simpul-operator-compiled', to: itself, where: 'compiled', code: 201 },
    { does: "the gateway's to the gateway", role: 'simpul-gateway', to: gateway, where: 'compiled', code: 201 },
    {
      does: 'not its own role where no Tenant is',
      ...{ role: 'simpul-operator-tenant', to: itself, where: 'plain', code: 403, why: notSo },
    },
    {
      does: 'not its own role in kube-system',
      ...{ role: 'simpul-operator-tenant', to: itself, where: 'kube-system', code: 403, why: /is reserved/ },
    },
    {
      does: 'not its own role to others',
      ...{ role: 'simpul-operator-tenant', to: people, where: 'banten', code: 403, why: notSo },
    },
    {
      does: 'no Tenant role to a ServiceAccount by kind',
      ...{ role: 'simpul-tenant-approver', to: itself, where: 'banten', code: 403, why: notSo },
    },
    {
      does: "not the gateway's to the gateway of another fleet",
      ...{ role: 'simpul-gateway', to: { account: 'simpul-gateway', namespace: 'other' }, where: 'compiled' },
      ...{ code: 403, why: notSo },
    },
    {
      does: "not the gateway's in a Tenant's namespace",
      ...{ role: 'simpul-gateway', to: { account: 'simpul-gateway', namespace: 'banten' }, where: 'banten' },
      ...{ code: 403, why: notSo },
    },
    // These two are RBAC's own: `bind` is limited to shipped roles.
    {
      does: 'not a role of others',
      ...{ role: 'cluster-admin', to: people, where: 'banten', code: 403, why: /attempting to grant RBAC permissions/ },
    },
    {
      does: 'not the organiser',
      ...{
        role: 'simpul-organiser',
        to: people,
        where: 'banten',
        code: 403,
        why: /attempting to grant RBAC permissions/,
      },
    },
  ];
  for (const [index, { does, role, to, where, code, why }] of cases.entries()) {
    test(does, async () => {
      const binding = { ...roleBinding(where, role, to), metadata: { namespace: where, name: `case-${index}` } };
      const answer = await operator.send('PATCH', `${roleBindings(where)}/case-${index}${apply}`, binding);
      assert.equal(answer.code, code, answer.body.message);
      if (why !== undefined) assert.match(answer.body.message ?? '', why);
    });
  }

  test('it takes away what it gave', async () => {
    assert.equal((await operator.send('DELETE', `${roleBindings('banten')}/case-0`)).code, 200);
  });
  test('also where the label is gone', async () => {
    const url = `${roleBindings('plain')}/left-behind-simpul-tenant-viewer`;
    assert.equal((await operator.send('DELETE', url)).code, 200);
  });
  for (const where of ['plain', 'banten']) {
    test(`it leaves alone what others bound in ${where}`, async () => {
      const answer = await operator.send('DELETE', `${roleBindings(where)}/somebody-view`);
      assert.equal(answer.code, 403);
      assert.match(answer.body.message ?? '', notSo);
    });
  }
});

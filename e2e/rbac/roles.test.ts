import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiUser, certificateUser, serviceAccountUser } from '#e2e/admission/api-user.ts';
import { installManifests, untilAllowed } from '#e2e/admission/install.ts';
import { applyAll, clusterRoleBinding, roleBinding, tenantNamespace } from '#e2e/admission/objects.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { allowedOf, describeQuestion, type Question } from './access-review.ts';
import {
  clusterScoped,
  type ResourceName,
  type RoleRow,
  resources,
  roleTable,
  type Verb,
  verbs,
} from './role-table.ts';

// Every role x verb x kind, in the namespace where the role is bound, in another one and in the whole cluster: what is
// allowed and what is not, as the API server answers to users with client certificates.

const home = 'banten';
const elsewhere = 'tangerang';
const resourceNames = Object.keys(resources) as ResourceName[];
const organiser = roleTable.find((row) => row.member === undefined)!;
const builtIns = ['view', 'edit', 'admin'] as const;

let cluster: ControlPlane;
const users = new Map<string, ApiUser>();
const userOf = (role: string) => users.get(role)!;

before(async () => {
  cluster = await startControlPlane({ controllerManager: true });
  await installManifests(cluster);
  const roles = [...roleTable.map((row) => row.clusterRole), ...builtIns];
  await applyAll(cluster, [
    tenantNamespace(home),
    tenantNamespace(elsewhere),
    ...roles.filter((role) => role !== organiser.clusterRole).map((role) => roleBinding(home, role, { group: role })),
    clusterRoleBinding(organiser.clusterRole, organiser.clusterRole),
    clusterRoleBinding('admin', 'everywhere-admin'),
  ]);
  for (const role of [...roles, 'everywhere-admin'])
    users.set(role, await certificateUser(cluster, `a-${role}`, [role]));
  await untilAllowed(cluster, 'everywhere-admin', 'list approvals.simpul.id'); // view -> edit -> admin are filled in turn
});
after(async () => {
  await Promise.all([...users.values()].map((user) => user.close()));
  await cluster?.stop();
});

/** The cross product. In a namespace: the namespaced kinds; in the whole cluster: all kinds. */
function questionsIn(namespace?: string): Question[] {
  const asked = resourceNames.filter((resource) => namespace === undefined || !clusterScoped.has(resource));
  return asked.flatMap((resource) =>
    verbs.map((verb) => ({ verb, resource: resources[resource], ...(namespace === undefined ? {} : { namespace }) })),
  );
}

function expectedIn(row: RoleRow, namespace?: string): string[] {
  const isAllowed = (resource: string, verb: string) =>
    (row.allowed[resource as ResourceName] ?? []).includes(verb as Verb);
  return questionsIn(namespace)
    .filter(({ resource, verb }) => isAllowed(nameOf(resource), verb))
    .map(describeQuestion);
}

function nameOf(resource: string): string {
  return resourceNames.find((name) => resources[name] === resource)!;
}

for (const row of roleTable) {
  describe(row.clusterRole, () => {
    for (const namespace of [home, elsewhere, undefined]) {
      test(`in ${namespace ?? 'the whole cluster'}`, async () => {
        const applies = row === organiser || namespace === home;
        const allowed = await allowedOf(userOf(row.clusterRole), questionsIn(namespace));
        assert.deepEqual(allowed.map(describeQuestion), applies ? expectedIn(row, namespace) : []);
      });
    }
  });
}

/** Kinds that people ask about by hand. */
const byHand = [
  ...(['tenants', 'apigateways', 'keymanagers', 'apiservices', 'subscriptions', 'approvals'] as const),
  ...(['secrets', 'configmaps'] as const),
];

for (const row of roleTable) {
  test(`kubectl auth can-i answers a ${row.clusterRole} by the same table`, async () => {
    const wanted = byHand.flatMap((kind) => {
      const rights = row.allowed[kind] ?? [];
      return (['list', 'create', 'delete'] as const).map(
        (verb) => `${verb} ${kind}: ${rights.includes(verb) ? 'yes' : 'no'}`,
      );
    });
    const answers = byHand.map(async (kind) => {
      const said: string[] = [];
      for (const verb of ['list', 'create', 'delete']) said.push(`${verb} ${kind}: ${await canI(row, verb, kind)}`);
      return said;
    });
    assert.deepEqual((await Promise.all(answers)).flat(), wanted);
  });
}

/** `yes` or `no`; kubectl ends with 1 for `no`, and says nothing else. */
async function canI({ clusterRole }: RoleRow, verb: string, kind: ResourceName): Promise<string> {
  const [group = '', resource = ''] = resources[kind].split('/');
  const what = group === '' ? resource : `${resource}.${group}`;
  const where = clusterScoped.has(kind) ? [] : ['-n', home];
  const args = ['auth', 'can-i', verb, what, ...where, '--kubeconfig', userOf(clusterRole).kubeconfig];
  return await cluster.kubectl(args).then(
    (text) => text.trim(),
    (error: Error) => (/: (Warning:.*)?$/.test(error.message) ? 'no' : error.message),
  );
}

/** Our kinds in a namespace, with their status: what the built-in roles must not get by accident. */
const ours = questionsIn(home).filter(({ resource }) => resource.startsWith('simpul.id/'));
const reads = ['apigateways', 'keymanagers', 'apiservices', 'subscriptions', 'approvals'].flatMap((plural) =>
  ['get', 'list', 'watch'].map((verb) => `${verb} simpul.id/${plural} in ${home}`),
);
for (const role of builtIns) {
  test(`the built-in ${role} reads our kinds and writes none`, async () => {
    const allowed = await allowedOf(userOf(role), ours);
    assert.deepEqual(allowed.map(describeQuestion), reads);
  });
}

test('the built-in admin reads Secrets: the namespace of an institution is no place for those who must not see keys', async () => {
  const asked = [{ verb: 'get', resource: '/secrets', namespace: home }];
  assert.equal((await allowedOf(userOf('admin'), asked)).length, 1);
});

test('the operator has no Secret outside of where a role is bound to it', async () => {
  const operator = await serviceAccountUser(cluster, 'simpul-system', 'simpul-operator');
  users.set('operator', operator);
  const asked = [home, 'kube-system', 'simpul-system', undefined].flatMap((namespace) =>
    verbs.map((verb) => ({ verb, resource: '/secrets', ...(namespace === undefined ? {} : { namespace }) })),
  );
  const pepper = { verb: 'get', resource: '/secrets', namespace: 'simpul-system', name: 'simpul-pepper' };
  const tokenKeys = (verb: string) => ({ ...pepper, verb, name: 'simpul-token-keys' });
  const allowed = await allowedOf(operator, [...asked, pepper, ...['get', 'patch', 'delete'].map(tokenKeys)]);
  // It lists and watches those that ApiGateways and KeyManagers refer to (simpul-operator-references).
  assert.deepEqual(allowed.map(describeQuestion), [
    'list /secrets in simpul-system',
    'watch /secrets in simpul-system',
    'create /secrets in simpul-system',
    'get /secrets "simpul-pepper" in simpul-system',
    'get /secrets "simpul-token-keys" in simpul-system',
    'patch /secrets "simpul-token-keys" in simpul-system',
  ]);
});

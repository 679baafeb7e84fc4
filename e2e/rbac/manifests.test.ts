import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { type Manifest, type PolicyRule, readManifests } from './granted-roles.ts';
import { roleTable } from './role-table.ts';

const manifests = readManifests('manifests/base/rights');
const roles = manifests.filter(({ object }) => object.kind === 'ClusterRole' || object.kind === 'Role');
const named = (kind: string) => manifests.filter(({ object }) => object.kind === kind).map(({ object }) => object);

describe('what no shipped role may hold', () => {
  const rulesOf = (object: Manifest): readonly PolicyRule[] => object.rules ?? [];
  const all = roles.flatMap(({ file, object }) => rulesOf(object).map((rule) => ({ file, rule })));

  test('a wildcard', () => {
    const wild = all.filter(({ rule }) =>
      [...rule.apiGroups, ...rule.resources, ...rule.verbs].some((w) => w.includes('*')),
    );
    assert.deepEqual(wild, []);
  });
  test('escalate, impersonate or a token of a ServiceAccount', () => {
    const bad = all.filter(
      ({ rule }) =>
        rule.verbs.some((verb) => ['escalate', 'impersonate'].includes(verb)) ||
        rule.resources.some((resource) => resource === 'serviceaccounts/token'),
    );
    assert.deepEqual(bad, []);
  });
  test('roles, or bind on a role that is not named and shipped', () => {
    const shipped = named('ClusterRole').map((role) => role.metadata.name);
    for (const { file, rule } of all.filter((entry) => entry.rule.resources.some((r) => /^(cluster)?roles$/.test(r)))) {
      assert.deepEqual(rule.verbs, ['bind'], file);
      assert.ok((rule.resourceNames ?? []).length > 0, file);
      assert.deepEqual(
        rule.resourceNames?.filter((name) => !shipped.includes(name)),
        [],
        file,
      );
      assert.ok(!rule.resourceNames?.includes('simpul-organiser'), file);
    }
  });
  test('the status of our kinds, except for the operator', () => {
    const writers = all.filter(({ rule }) => rule.resources.some((resource) => resource.endsWith('/status')));
    assert.deepEqual(
      writers.map(({ file, rule }) => [file, rule.verbs]),
      [['operator/cluster-role.yaml', ['patch']]],
    );
  });
});

test('the operator may bind the role of every member, and no others of people', () => {
  const operator = named('ClusterRole').find((role) => role.metadata.name === 'simpul-operator');
  const bound = operator?.rules?.find((rule) => rule.verbs.includes('bind'))?.resourceNames ?? [];
  const members = roleTable.filter((row) => row.member !== undefined).map((row) => row.clusterRole);
  assert.deepEqual(bound.filter((name) => name.startsWith('simpul-tenant-')).sort(), members.sort());
});

test('every member role of a Tenant has a shipped ClusterRole', () => {
  const crd = readFileSync('crds/tenants.yaml', 'utf8');
  assert.match(crd, new RegExp(`enum: \\[${roleTable.flatMap((row) => row.member ?? []).join(', ')}\\]`));
});

test('every policy fails closed, and is bound once, to deny', () => {
  const policies = named('ValidatingAdmissionPolicy');
  const bindings = named('ValidatingAdmissionPolicyBinding');
  assert.ok(policies.length > 0);
  for (const policy of policies) {
    assert.equal((policy['spec'] as { failurePolicy: string }).failurePolicy, 'Fail', policy.metadata.name);
  }
  assert.deepEqual(
    bindings.map(({ metadata, spec }) => ({ name: metadata.name, spec })),
    policies.map(({ metadata: { name } }) => ({ name, spec: { policyName: name, validationActions: ['Deny'] } })),
  );
});

test('every file says why', () => {
  const bare = [...new Set(manifests.map(({ file }) => file))].filter((file) => {
    const isBinding = file.endsWith('-binding.yaml');
    return !isBinding && !readFileSync(join('manifests/base/rights', file), 'utf8').startsWith('# ');
  });
  assert.deepEqual(bare, []);
});

describe('on a real API server', () => {
  let cluster: ControlPlane;
  before(async () => {
    cluster = await startControlPlane({ controllerManager: true });
    await cluster.installCrds('crds');
  });
  after(() => cluster?.stop());

  test('all pass a server-side dry run with strict fields, once their namespace exists', async () => {
    await cluster.kubectl(['apply', '--server-side', '-f', 'manifests/base/rights/namespace.yaml']);
    const args = [
      'apply',
      '--server-side',
      '--dry-run=server',
      '--validate=strict',
      '--recursive',
      '-f',
      'manifests/base/rights',
    ];
    const said = await cluster.kubectl(args);
    assert.equal(said.trim().split('\n').length, manifests.length);
  });

  test('one apply of the folder installs them, and a second changes nothing', async () => {
    const args = ['apply', '--server-side', '--recursive', '-f', 'manifests/base/rights'];
    await cluster.kubectl(args);
    const before = await versions();
    await cluster.kubectl(args);
    assert.deepEqual(await versions(), before);
  });

  test('every example of the guides is accepted', async () => {
    const objects = ['docs/roles.md', 'docs/approvals.md'].flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/(?:<<EOF|```yaml)\n(.*?)\n(?:EOF|```)/gs)].map((match) => match[1]!),
    );
    assert.equal(objects.length, 4);
    await cluster.kubectl(['create', 'namespace', 'banten']);
    const args = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'];
    await cluster.kubectl(args, objects.join('\n---\n'));
  });

  test('no expression of a policy draws a warning of the type checker', async () => {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const list = JSON.parse(await cluster.kubectl(['get', 'validatingadmissionpolicies', '-o', 'json'])) as {
        items: { metadata: { name: string }; status?: { typeChecking?: { expressionWarnings?: unknown[] } } }[];
      };
      const checked = list.items.filter(({ status }) => status?.typeChecking !== undefined);
      const warnings = checked.flatMap(({ metadata, status }) =>
        (status?.typeChecking?.expressionWarnings ?? []).map((warning) => ({ policy: metadata.name, warning })),
      );
      assert.deepEqual(warnings, []);
      if (checked.length === named('ValidatingAdmissionPolicy').length) return;
      assert.ok(performance.now() < deadline, `only ${checked.length} policies are type-checked`);
      await delay(100);
    }
  });

  /** What an apply that changes nothing leaves as it is. `generation` is not counted for RBAC, so the version has to do. */
  async function versions(): Promise<string> {
    const columns = 'custom-columns=N:.metadata.name,V:.metadata.resourceVersion';
    const kinds = 'clusterroles,clusterrolebindings,validatingadmissionpolicybindings';
    const args = ['get', kinds, '-l', 'app.kubernetes.io/part-of=simpul', '--no-headers', '-o', columns];
    const own = ['get', 'roles,rolebindings', '-n', 'simpul-system', '--no-headers', '-o', columns];
    return `${await cluster.kubectl(args)}${await cluster.kubectl(own)}`;
  }
});

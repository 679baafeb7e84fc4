import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiUser, serviceAccountUser } from '#e2e/admission/api-user.ts';
import { installManifests } from '#e2e/admission/install.ts';
import { applyAll, tenantNamespace } from '#e2e/admission/objects.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { compareAuditWithRules } from './audit.ts';
import { type GrantedRole, operatorRoles } from './granted-roles.ts';

const username = 'system:serviceaccount:simpul-system:simpul-operator';

describe('comparing an audit log with rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simpul-audit-'));
  after(() => rmSync(folder, { recursive: true }));

  const secrets: GrantedRole = {
    ...{ kind: 'ClusterRole', name: 'reader' },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'patch', 'create'] }],
  };
  const named: GrantedRole = {
    ...{ kind: 'Role', name: 'named' },
    rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'], resourceNames: ['a', 'b'] }],
  };
  const binder: GrantedRole = {
    ...{ kind: 'ClusterRole', name: 'binder' },
    rules: [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'], verbs: ['create'] },
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['bind'], resourceNames: ['x'] },
    ],
  };
  const allowedBy = (role: string) => ({
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': `RBAC: allowed by RoleBinding "b/ns" of ${role} to ServiceAccount "simpul-operator/simpul-system"`,
  });
  const byReader = allowedBy('ClusterRole "reader"');
  const secret = { resource: 'secrets', namespace: 'banten', name: 'k', apiVersion: 'v1' };
  const bindings = { resource: 'rolebindings', apiGroup: 'rbac.authorization.k8s.io', namespace: 'banten' };
  const event = (fields: object) => ({ user: { username }, requestURI: '/', responseStatus: { code: 200 }, ...fields });

  const cases: readonly {
    name: string;
    roles: readonly GrantedRole[];
    events: readonly object[];
    missing?: readonly string[];
    unused?: readonly string[];
    refused?: readonly string[];
  }[] = [
    {
      name: 'nothing done: every right is unused',
      ...{ roles: [secrets], events: [] },
      unused: [
        'ClusterRole reader: get /secrets',
        'ClusterRole reader: patch /secrets',
        'ClusterRole reader: create /secrets',
      ],
    },
    {
      name: 'an apply that created has used patch and create',
      roles: [secrets],
      events: [
        event({ verb: 'get', objectRef: secret, annotations: byReader }),
        event({ verb: 'patch', objectRef: secret, annotations: byReader, responseStatus: { code: 201 } }),
      ],
    },
    {
      name: 'an apply that changed has used patch alone, and a right counts also when nothing was found',
      roles: [secrets],
      events: [
        event({ verb: 'get', objectRef: secret, annotations: byReader, responseStatus: { code: 404 } }),
        event({ verb: 'patch', objectRef: secret, annotations: byReader }),
      ],
      unused: ['ClusterRole reader: create /secrets'],
    },
    {
      name: 'what others do, or what another role allows, does not count',
      roles: [secrets],
      events: [
        event({ verb: 'get', objectRef: secret, annotations: byReader, user: { username: `${username}-2` } }),
        event({ verb: 'get', objectRef: secret, annotations: allowedBy('Role "reader"') }),
        event({ verb: 'patch', objectRef: secret, annotations: byReader, responseStatus: { code: 201 } }),
      ],
      unused: ['ClusterRole reader: get /secrets'],
    },
    {
      name: 'names count one by one',
      roles: [named],
      events: [
        event({
          ...{ verb: 'get', objectRef: { apiGroup: 'apps', resource: 'deployments', name: 'a' } },
          annotations: allowedBy('Role "named"'),
        }),
      ],
      unused: ['Role named: get apps/deployments "b"'],
    },
    {
      name: 'a RoleBinding has used bind on its role',
      roles: [binder],
      events: [
        event({
          ...{ verb: 'create', objectRef: bindings, annotations: allowedBy('ClusterRole "binder"') },
          ...{ requestObject: { roleRef: { kind: 'ClusterRole', name: 'x' } }, responseStatus: { code: 201 } },
        }),
      ],
    },
    {
      name: 'what RBAC refused is missing, each once: a request, a path, create within apply, bind within a RoleBinding',
      roles: [],
      events: [
        ...[1, 2].map(() =>
          event({
            ...{ verb: 'patch', objectRef: { apiGroup: 'simpul.id', resource: 'tenants', subresource: 'status' } },
            annotations: { 'authorization.k8s.io/decision': 'forbid' },
          }),
        ),
        event({
          verb: 'get',
          requestURI: '/metrics',
          annotations: { 'authorization.k8s.io/decision': 'forbid' },
        }),
        event({
          ...{ verb: 'patch', objectRef: secret, annotations: byReader },
          responseStatus: { code: 403, message: 'secrets is forbidden: User "x" cannot create resource "secrets"' },
        }),
        event({
          ...{ verb: 'create', objectRef: bindings, annotations: allowedBy('ClusterRole "binder"') },
          requestObject: { roleRef: { kind: 'ClusterRole', name: 'cluster-admin' } },
          responseStatus: { code: 403, message: 'user "x" is attempting to grant RBAC permissions not currently held' },
        }),
      ],
      missing: [
        'bind rbac.authorization.k8s.io/clusterroles "cluster-admin"',
        'create /secrets "k" in banten',
        'get /metrics',
        'patch simpul.id/tenants/status',
      ],
    },
    {
      name: 'what a policy refused stands apart',
      roles: [],
      events: [
        event({
          ...{ verb: 'delete', objectRef: { resource: 'namespaces', name: 'banten' }, annotations: byReader },
          responseStatus: { code: 403, message: "ValidatingAdmissionPolicy 'p' with binding 'p' denied request: no" },
        }),
      ],
      refused: ['delete /namespaces "banten": p'],
    },
  ];
  for (const [index, { name, roles, events, missing = [], unused = [], refused = [] }] of cases.entries()) {
    test(name, async () => {
      const file = join(folder, `${index}.log`);
      writeFileSync(file, events.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      assert.deepEqual(await compareAuditWithRules(file, roles, username), { missing, unused, refused });
    });
  }
});

describe('on a real audit log', () => {
  let cluster: ControlPlane;
  let operator: ApiUser;
  before(async () => {
    cluster = await startControlPlane({ auditLog: true });
    await installManifests(cluster);
    await applyAll(cluster, [tenantNamespace('banten')]);
    operator = await serviceAccountUser(cluster, 'simpul-system', 'simpul-operator');
  });
  after(async () => {
    await operator?.close();
    await cluster?.stop();
  });

  test('it tells apart what was used, missing and refused', async () => {
    const rbac = 'rbac.authorization.k8s.io';
    const binding = (name: string) => ({
      ...{ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name, namespace: 'banten' } },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: 'simpul-operator', namespace: 'simpul-system' }],
    });
    const rolebindings = `/apis/${rbac}/v1/namespaces/banten/rolebindings`;
    const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
    const apply = '?fieldManager=test&force=true';
    const codes = [
      await operator.send('PATCH', `${rolebindings}/own${apply}`, {
        ...binding('simpul-operator-tenant'),
        metadata: { name: 'own' },
      }),
      await operator.send('PATCH', `${rolebindings}/more${apply}`, {
        ...binding('cluster-admin'),
        metadata: { name: 'more' },
      }),
      await operator.send('GET', '/api/v1/namespaces/banten/secrets'),
      await operator.send('GET', '/api/v1/namespaces/kube-system/secrets'),
      await operator.send('GET', `${policies}?fieldSelector=metadata.name%3Dsimpul-approvals`),
      await operator.send('DELETE', '/api/v1/namespaces/banten'),
    ].map((answer) => answer.code);
    assert.deepEqual(codes, [201, 403, 200, 403, 200, 403]);

    const { missing, unused, refused } = await comparisonOnceLogged('delete /namespaces "banten"');
    assert.deepEqual(missing, [
      'bind rbac.authorization.k8s.io/clusterroles "cluster-admin"',
      'list /secrets in kube-system',
    ]);
    assert.deepEqual(refused, ['delete /namespaces "banten": simpul-operator-namespaces']);
    const used = [
      `ClusterRole simpul-operator: patch ${rbac}/rolebindings`,
      `ClusterRole simpul-operator: create ${rbac}/rolebindings`,
      `ClusterRole simpul-operator: bind ${rbac}/clusterroles "simpul-operator-tenant"`,
      'ClusterRole simpul-operator-tenant: list /secrets',
      'ClusterRole simpul-operator: list admissionregistration.k8s.io/validatingadmissionpolicies "simpul-approvals"',
    ];
    const all = (await compareAuditWithRules('/dev/null', operatorRoles(), username)).unused;
    assert.deepEqual(all.filter((cell) => !unused.includes(cell)).sort(), used.sort());
  });

  /** The API server writes its log a moment after it has answered. */
  async function comparisonOnceLogged(refusal: string) {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const comparison = await compareAuditWithRules(cluster.auditLog!, operatorRoles(), username);
      if (comparison.refused.some((text) => text.startsWith(refusal))) return comparison;
      assert.ok(performance.now() < deadline, `not in the audit log: ${refusal}`);
      await delay(50);
    }
  }
});

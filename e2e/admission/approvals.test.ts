import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { type ApiUser, certificateUser } from './api-user.ts';
import { installManifests } from './install.ts';
import { applyAll, clusterRole, roleBinding, tenantNamespace } from './objects.ts';

/** Each user is in one group of the same name; `grants` says what that group may do. */
const users = ['budi', 'wati', 'penerbit', 'penulis', 'satu-api', 'tetangga', 'pemulih'] as const;
type User = (typeof users)[number];

const grants: readonly (readonly [namespace: string, user: User, role: string])[] = [
  ['banten', 'budi', 'simpul-tenant-approver'],
  ['banten', 'wati', 'simpul-tenant-approver'],
  ['banten', 'wati', 'writes-approvals'],
  ['banten', 'penerbit', 'simpul-tenant-publisher'],
  ['banten', 'penulis', 'writes-approvals'],
  ['banten', 'satu-api', 'writes-approvals'],
  ['banten', 'satu-api', 'approves-situs'],
  ['tangerang', 'tetangga', 'simpul-tenant-approver'],
  ['banten', 'tetangga', 'writes-approvals'],
  ['banten', 'pemulih', 'simpul-tenant-approver'],
  ['banten', 'pemulih', 'restores-approvals'],
];

const roles = [
  clusterRole('writes-approvals', {
    ...{ apiGroups: ['simpul.id'], resources: ['approvals'] },
    verbs: ['get', 'create', 'update', 'patch', 'delete'],
  }),
  clusterRole('restores-approvals', { apiGroups: ['simpul.id'], resources: ['approvals'], verbs: ['restore'] }),
  clusterRole('approves-situs', {
    ...{ apiGroups: ['simpul.id'], resources: ['apiservices'] },
    ...{ verbs: ['approve'], resourceNames: ['situs'] },
  }),
];

let cluster: ControlPlane;
const as = {} as Record<User, ApiUser>;

before(async () => {
  cluster = await startControlPlane({ auditLog: true });
  await installManifests(cluster);
  await applyAll(cluster, [
    tenantNamespace('banten'),
    tenantNamespace('tangerang'),
    ...roles,
    ...grants.map(([namespace, user, role]) => roleBinding(namespace, role, { group: user })),
  ]);
  for (const user of users) as[user] = await certificateUser(cluster, user, [user]);
});
after(async () => {
  await Promise.all(Object.values(as).map((user) => user.close()));
  await cluster?.stop();
});

const path = '/apis/simpul.id/v1alpha1/namespaces/banten/approvals';

function approval(name: string, spec: object = {}) {
  return {
    ...{ apiVersion: 'simpul.id/v1alpha1', kind: 'Approval', metadata: { name } },
    spec: { apiRef: { name: 'situs' }, decision: 'Approved', ...spec },
  };
}

describe('who may write an Approval', () => {
  const cases: readonly { name: string; user: User; spec?: object; code: number; message?: RegExp }[] = [
    { name: 'an approver', user: 'budi', code: 201 },
    { name: 'an approver who names themself', user: 'budi', spec: { decidedBy: 'budi' }, code: 201 },
    { name: 'an approver who rejects', user: 'budi', spec: { decision: 'Rejected' }, code: 201 },
    {
      name: 'not an approver who names another',
      ...{ user: 'budi', spec: { decidedBy: 'wati' }, code: 403 },
      message: /'simpul-approvals'.*decidedBy is "wati", but the request comes from "budi": give your own user name/,
    },
    { name: 'not a publisher', user: 'penerbit', code: 403, message: /cannot create resource "approvals"/ },
    {
      name: 'not one who may write Approvals without the verb approve',
      ...{ user: 'penulis', code: 403 },
      message:
        /'simpul-approvals'.*user "penulis" may not approve ApiService "situs" in namespace "banten": .*Approver/,
    },
    {
      name: 'not an approver of another namespace',
      ...{ user: 'tetangga', code: 403, message: /user "tetangga" may not approve/ },
    },
    { name: 'an approver of this one API', user: 'satu-api', code: 201 },
    {
      name: 'not an approver of another API',
      ...{ user: 'satu-api', spec: { apiRef: { name: 'penduduk' } }, code: 403 },
      message: /user "satu-api" may not approve ApiService "penduduk"/,
    },
  ];
  for (const [index, { name, user, spec, code, message }] of cases.entries()) {
    test(name, async () => {
      const answer = await as[user].send('POST', path, approval(`case-${index}`, spec));
      assert.equal(answer.code, code, answer.body.message);
      if (message !== undefined) assert.match(answer.body.message ?? '', message);
    });
  }

  test('one who may restore them signs for another, but only what is marked as restored', async () => {
    const restored = (name: string, annotations: object) => {
      const made = approval(name, { decidedBy: 'wati' });
      return { ...made, metadata: { name, annotations } };
    };
    const mark = { 'simpul.id/restored-at': '2026-11-22T00:00:00Z' };
    const cases: readonly (readonly [user: User, annotations: object, code: number])[] = [
      ['pemulih', mark, 201],
      ['pemulih', { note: 'a' }, 403],
      ['budi', mark, 403],
      ['penulis', mark, 403],
    ];
    for (const [index, [user, annotations, code]] of cases.entries()) {
      const answer = await as[user].send('POST', path, restored(`restored-${index}`, annotations));
      assert.equal(answer.code, code, answer.body.message);
    }
  });

  test('no way around it by server-side apply', async () => {
    const answer = await as.penulis.send('PATCH', `${path}/applied?fieldManager=test`, approval('applied'));
    assert.equal(answer.code, 403);
    assert.match(answer.body.message ?? '', /'simpul-approvals'/);
  });
});

describe('what may change afterwards', () => {
  before(async () => {
    const answer = await as.budi.send('POST', path, approval('made', { decidedBy: 'budi' }));
    assert.equal(answer.code, 201, answer.body.message);
  });
  const labelled = { ...approval('made', { decidedBy: 'budi' }), metadata: { name: 'made', labels: { note: 'a' } } };
  const url = `${path}/made?fieldManager=test&force=true`;

  test('the spec never, not even by an approver with the right to update', async () => {
    const answer = await as.wati.send('PATCH', url, approval('made', { decision: 'Rejected', decidedBy: 'budi' }));
    assert.equal(answer.code, 422);
    assert.match(answer.body.message ?? '', /an Approval cannot be changed: delete it and create another/);
  });
  test('a label, by another approver', async () => {
    assert.equal((await as.wati.send('PATCH', url, labelled)).code, 200);
  });
  test('nothing, by one without the verb approve', async () => {
    const answer = await as.penulis.send('PATCH', url, {
      ...labelled,
      metadata: { name: 'made', labels: { note: 'b' } },
    });
    assert.equal(answer.code, 403);
    assert.match(answer.body.message ?? '', /user "penulis" may not approve/);
  });
  test('an approver withdraws it', async () => {
    assert.equal((await as.budi.send('DELETE', `${path}/made`)).code, 200);
  });
});

test('the audit log says who decided what, without bodies', async () => {
  const spec = { subscriptionRef: { name: 'dasbor', namespace: 'tangerang' }, plan: 'mitra' };
  assert.equal((await as.budi.send('POST', path, approval('audited', spec))).code, 201);
  const decision = await auditedDecision('audited');
  assert.equal(decision, 'budi: Approved banten/situs for tangerang/dasbor');
});

test('the audit log tells a publication apart', async () => {
  assert.equal((await as.budi.send('POST', path, approval('published'))).code, 201);
  assert.equal(await auditedDecision('published'), 'budi: Approved banten/situs for publication');
});

/** The API server writes its audit log a moment after it has answered. */
async function auditedDecision(name: string): Promise<string | undefined> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const lines = readFileSync(cluster.auditLog!, 'utf8').split('\n').slice(0, -1);
    for (const line of lines.filter((text) => text.includes('simpul-approvals/decision'))) {
      const event = JSON.parse(line);
      if (event.objectRef.name === name || event.responseObject?.metadata?.name === name) {
        return `${event.user.username}: ${event.annotations['simpul-approvals/decision']}`;
      }
    }
    await delay(50);
  }
  return undefined;
}

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { type ApiUser, apiUser, certificateUser } from './api-user.ts';
import { installManifests, untilRefused } from './install.ts';
import { applyAll, clusterRole, namespace, roleBinding, tenantNamespace } from './objects.ts';

type Name = 'consumer' | 'requester' | 'administrator';

const secrets = (inNamespace = 'tangerang') => `/api/v1/namespaces/${inNamespace}/secrets`;
const serviceAccount = (name: string) => ({
  ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'tangerang' } },
});
const token = (name: string, account: string) => ({
  ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token' },
  metadata: { name, annotations: { 'kubernetes.io/service-account.name': account } },
});
const plain = (name: string, type: string) => ({ apiVersion: 'v1', kind: 'Secret', type, metadata: { name } });

let cluster: ControlPlane;
const as = {} as Record<Name, ApiUser>;

before(async () => {
  cluster = await startControlPlane({ controllerManager: true });
  await installManifests(cluster);
  await applyAll(cluster, [
    tenantNamespace('tangerang'),
    namespace('elsewhere'),
    serviceAccount('pipeline'),
    serviceAccount('pejabat'),
    clusterRole('requests-pipeline-tokens', {
      ...{ apiGroups: [''], resources: ['serviceaccounts/token'] },
      ...{ verbs: ['create'], resourceNames: ['pipeline'] },
    }),
    roleBinding('tangerang', 'simpul-tenant-consumer', { group: 'consumer' }, { group: 'requester' }),
    roleBinding('elsewhere', 'simpul-tenant-consumer', { group: 'consumer' }),
    roleBinding('tangerang', 'requests-pipeline-tokens', { group: 'requester' }),
  ]);
  as.consumer = await certificateUser(cluster, 'consumer', ['consumer']);
  as.requester = await certificateUser(cluster, 'requester', ['requester']);
  as.administrator = apiUser(cluster.kubeconfig);
  const probe = token('probe', 'pipeline');
  await untilRefused('simpul-tenant-tokens', () => as.consumer.send('POST', `${secrets()}?dryRun=All`, probe));
});
after(async () => {
  await Promise.all(Object.values(as).map((user) => user.close()));
  await cluster?.stop();
});

describe('who may have a Secret with the token of a ServiceAccount', () => {
  const cases: readonly { name: string; user: Name; inNamespace?: string; account: string; code: number }[] = [
    { name: 'no consumer', user: 'consumer', account: 'pejabat', code: 403 },
    { name: 'one who may ask for that token', user: 'requester', account: 'pipeline', code: 201 },
    { name: 'not one who may ask for another', user: 'requester', account: 'pejabat', code: 403 },
    { name: 'a cluster administrator', user: 'administrator', account: 'pejabat', code: 201 },
    { name: 'as before where no Tenant is', user: 'consumer', inNamespace: 'elsewhere', account: 'pejabat', code: 201 },
  ];
  for (const [index, { name, user, inNamespace, account, code }] of cases.entries()) {
    test(name, async () => {
      const answer = await as[user].send('POST', secrets(inNamespace), token(`case-${index}`, account));
      assert.equal(answer.code, code, answer.body.message);
      if (code !== 403) return;
      assert.match(
        answer.body.message ?? '',
        new RegExp(`'simpul-tenant-tokens'.*may not ask for tokens.*"${account}"`),
      );
    });
  }
});

for (const type of ['Opaque', 'simpul.id/api-key']) {
  test(`a consumer writes a Secret of type ${type}`, async () => {
    const answer = await as.consumer.send('POST', secrets(), plain(`key-${type.length}`, type));
    assert.equal(answer.code, 201, answer.body.message);
  });
}

describe('a token Secret that exists', () => {
  const url = `${secrets()}/existing`;
  before(async () => {
    assert.equal((await as.administrator.send('POST', secrets(), token('existing', 'pipeline'))).code, 201);
  });

  test('is filled in by Kubernetes', async () => {
    const deadline = performance.now() + 30_000;
    let data: unknown;
    while (data === undefined && performance.now() < deadline) {
      data = (await as.administrator.send('GET', url)).body['data'];
      await delay(50);
    }
    assert.ok(data !== undefined, 'the controller manager wrote no token');
  });
  test('is not turned to another ServiceAccount', async () => {
    const applied = `${url}?fieldManager=test&force=true`;
    const answer = await as.consumer.send('PATCH', applied, token('existing', 'pejabat'));
    assert.equal(answer.code, 403);
    assert.match(answer.body.message ?? '', /may not ask for tokens of ServiceAccount "pejabat"/);
  });
});

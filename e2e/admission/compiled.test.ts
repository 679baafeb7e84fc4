import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { type ApiUser, apiUser, certificateUser, serviceAccountUser } from './api-user.ts';
import { installManifests, untilAllowed, untilRefused } from './install.ts';
import { applyAll, clusterRoleBinding, compiledNamespace, namespace, roleBinding } from './objects.ts';

type Name = 'operator' | 'namesake' | 'gateway' | 'editor' | 'administrator';

const compiled = 'simpul-gw-public';
let cluster: ControlPlane;
const as = {} as Record<Name, ApiUser>;

before(async () => {
  cluster = await startControlPlane({ controllerManager: true });
  await installManifests(cluster);
  as.operator = await serviceAccountUser(cluster, 'simpul-system', 'simpul-operator');
  await applyAll(cluster, [
    namespace('elsewhere'),
    compiledNamespace(compiled),
    roleBinding(compiled, 'simpul-operator-compiled', { account: 'simpul-operator', namespace: 'simpul-system' }),
    roleBinding(compiled, 'simpul-gateway', { account: 'simpul-gateway', namespace: compiled }),
    clusterRoleBinding('edit', 'penyunting'),
  ]);
  as.namesake = await serviceAccountUser(cluster, 'elsewhere', 'simpul-operator');
  as.gateway = await serviceAccountUser(cluster, compiled, 'simpul-gateway');
  as.editor = await certificateUser(cluster, 'editor', ['penyunting']);
  as.administrator = apiUser(cluster.kubeconfig);
  await untilAllowed(cluster, 'penyunting', 'create secrets'); // the controller manager fills the built-in `edit`
  const probe = secret('probe', 'Opaque');
  await untilRefused('simpul-compiled-namespaces', () =>
    as.administrator.send('POST', `${secrets()}?dryRun=All`, probe),
  );
  await untilRefused('simpul-gateway-leases', () =>
    as.administrator.send('POST', `${leases}?dryRun=All`, lease('probe')),
  );
});
after(async () => {
  await Promise.all(Object.values(as).map((user) => user.close()));
  await cluster?.stop();
});

const secrets = (inNamespace = compiled) => `/api/v1/namespaces/${inNamespace}/secrets`;
const leases = `/apis/coordination.k8s.io/v1/namespaces/${compiled}/leases`;

function secret(name: string, type: string, value = 'v1') {
  const data = { [dataKeys[type] ?? 'compiled.json']: Buffer.from(values[type] ?? value).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', type, metadata: { name }, data };
}
const dataKeys: Record<string, string> = { 'kubernetes.io/dockerconfigjson': '.dockerconfigjson' };
const values: Record<string, string> = { 'kubernetes.io/dockerconfigjson': '{"auths":{}}' };

function lease(name: string, holderIdentity = name) {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec: { holderIdentity } };
}

const byCompiledSecrets = /'simpul-compiled-secrets'.*only the operator .*simpul.id\/source/;

describe('who may write a Secret', () => {
  const cases: readonly {
    name: string;
    user: Name;
    type: string;
    inNamespace?: string;
    code: number;
    message?: RegExp;
  }[] = [
    { name: 'the operator a compiled one', user: 'operator', type: 'simpul.id/compiled', code: 201 },
    { name: 'the operator any other', user: 'operator', type: 'Opaque', code: 201 },
    {
      name: 'no editor a compiled one',
      ...{ user: 'editor', type: 'simpul.id/compiled', code: 403, message: byCompiledSecrets },
    },
    {
      name: 'no editor a compiled one elsewhere',
      ...{
        user: 'editor',
        type: 'simpul.id/compiled',
        inNamespace: 'elsewhere',
        code: 403,
        message: byCompiledSecrets,
      },
    },
    {
      name: 'no cluster administrator a compiled one',
      ...{ user: 'administrator', type: 'simpul.id/compiled', code: 403, message: byCompiledSecrets },
    },
    {
      name: "nobody who merely has the operator's name",
      ...{ user: 'namesake', type: 'simpul.id/compiled', code: 403, message: /cannot create resource "secrets"/ },
    },
    {
      name: 'no gateway',
      ...{ user: 'gateway', type: 'simpul.id/compiled', code: 403, message: /cannot create resource "secrets"/ },
    },
    {
      name: 'no editor another one in a compiled namespace',
      ...{ user: 'editor', type: 'Opaque', code: 403 },
      message: /'simpul-compiled-namespaces'.*its pods read every Secret there: put this Secret into another namespace/,
    },
    { name: 'an editor one for pulling images', user: 'editor', type: 'kubernetes.io/dockerconfigjson', code: 201 },
    { name: 'an editor any other elsewhere', user: 'editor', type: 'Opaque', inNamespace: 'elsewhere', code: 201 },
  ];
  for (const [index, { name, user, type, inNamespace, code, message }] of cases.entries()) {
    test(name, async () => {
      const answer = await as[user].send('POST', secrets(inNamespace), secret(`case-${index}`, type));
      assert.equal(answer.code, code, answer.body.message);
      if (message !== undefined) assert.match(answer.body.message ?? '', message);
    });
  }
});

describe('what becomes of a compiled Secret', () => {
  const url = `${secrets()}/kept`;
  const applied = `${url}?fieldManager=test&force=true`;
  before(async () => {
    const answer = await as.operator.send('PATCH', applied, secret('kept', 'simpul.id/compiled'));
    assert.equal(answer.code, 201, answer.body.message);
  });

  for (const user of ['editor', 'administrator'] as const) {
    test(`${user} does not change it`, async () => {
      const answer = await as[user].send('PATCH', applied, secret('kept', 'simpul.id/compiled', 'forged'));
      assert.equal(answer.code, 403);
      assert.match(answer.body.message ?? '', byCompiledSecrets);
    });
    test(`${user} does not delete it`, async () => {
      const answer = await as[user].send('DELETE', url);
      assert.equal(answer.code, 403);
      assert.match(answer.body.message ?? '', byCompiledSecrets);
    });
    test(`${user} does not delete it among others`, async () => {
      assert.equal((await as[user].send('DELETE', secrets())).code, 403);
      assert.equal((await as.administrator.send('GET', url)).code, 200);
    });
  }
  test('the operator changes it', async () => {
    const answer = await as.operator.send('PATCH', applied, secret('kept', 'simpul.id/compiled', 'v2'));
    assert.equal(answer.code, 200, answer.body.message);
  });
  test('the operator deletes it', async () => {
    assert.equal((await as.operator.send('DELETE', url)).code, 200);
  });
});

describe('who acknowledges', () => {
  const url = `${leases}/pod-1?fieldManager=test&force=true`;
  test('the gateway writes its Lease and renews it', async () => {
    assert.equal((await as.gateway.send('PATCH', url, lease('pod-1'))).code, 201);
    assert.equal((await as.gateway.send('PATCH', url, lease('pod-1', 'renewed'))).code, 200);
  });
  for (const user of ['editor', 'administrator'] as const) {
    test(`${user} forges no Lease`, async () => {
      const answer = await as[user].send('PATCH', url, lease('pod-1', 'forged'));
      assert.equal(answer.code, 403);
      assert.match(answer.body.message ?? '', /'simpul-gateway-leases'.*nothing else writes Leases here/);
    });
  }
  test('nor does the operator', async () => {
    const answer = await as.operator.send('PATCH', url, lease('pod-1', 'forged'));
    assert.match(answer.body.message ?? '', /cannot patch resource "leases"/);
  });
  test('the operator removes the Lease of a dead pod', async () => {
    assert.equal((await as.operator.send('DELETE', `${leases}/pod-1`)).code, 200);
  });
});

test('a compiled namespace goes with all that is in it', async () => {
  const doomed = 'simpul-gw-doomed';
  await applyAll(cluster, [
    compiledNamespace(doomed),
    roleBinding(doomed, 'simpul-operator-compiled', { account: 'simpul-operator', namespace: 'simpul-system' }),
  ]);
  for (const name of ['one', 'two', 'three']) {
    const answer = await as.operator.send('POST', secrets(doomed), secret(name, 'simpul.id/compiled'));
    assert.equal(answer.code, 201, answer.body.message);
  }
  assert.equal((await as.operator.send('DELETE', `/api/v1/namespaces/${doomed}`)).code, 200);
  await cluster.kubectl(['wait', '--for=delete', `namespace/${doomed}`, '--timeout=100s']);
});

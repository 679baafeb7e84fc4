import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { type ApiUser, certificateUser } from '#e2e/admission/api-user.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation } from './harness.ts';
import { apiGateway, apiService, keyedApi, namespace, subscription, tenant, type Written } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

let installation: Installation;
let gateway: GatewayProgram;
let operator: OperatorProgram;

before(async () => {
  installation = await Installation.start({ controllerManager: true });
  operator = await installation.startOperator();
  await installation.apply(apiGateway());
  gateway = await installation.startGateway('public-1');
});
after(() => installation?.stop());

async function bindingsIn(name: string): Promise<string[]> {
  const bindings = await installation.list(coreKinds.RoleBinding, name);
  return bindings.map(({ metadata }) => metadata.name).sort();
}

describe('the namespace of a Tenant', () => {
  test('is made when there is none, and labelled', async () => {
    await installation.apply(tenant('made'));
    await installation.untilReady(tenant('made'));
    const made = await installation.get(namespace('made'));
    assert.equal(made?.metadata.labels?.['simpul.id/tenant'], 'made');
    assert.equal(made?.metadata.labels?.['app.kubernetes.io/managed-by'], 'simpul');
    assert.equal((await installation.get(tenant('made')))?.status?.['namespace'], 'made');
  });

  test('is adopted when it carries the label, and stays as it is', async () => {
    const adopted = namespace('adopted', { 'simpul.id/tenant': 'adopter', team: 'data' });
    await installation.apply(adopted, tenant('adopter', { namespace: 'adopted' }));
    await installation.untilReady(tenant('adopter'));
    const found = await installation.get(adopted);
    assert.deepEqual(found?.metadata.labels, {
      'kubernetes.io/metadata.name': 'adopted',
      'simpul.id/tenant': 'adopter',
      team: 'data',
    });
  });

  test('is not taken without the label, and taken as soon as its owner adds it', async () => {
    await installation.apply(namespace('foreign'), tenant('foreign'));
    const refused = { status: 'False', reason: 'NamespaceNotOwned', message: /simpul\.id\/tenant=foreign/ } as const;
    await installation.untilCondition(tenant('foreign'), 'Ready', refused);
    assert.deepEqual(await bindingsIn('foreign'), []);
    await installation.apply(namespace('foreign', { 'simpul.id/tenant': 'foreign' }));
    await installation.untilReady(tenant('foreign'));
  });

  for (const reserved of ['kube-system', 'kube-new', 'default', 'openshift-x', 'simpul-system']) {
    test(`is never ${reserved}`, async () => {
      const greedy = tenant(`wants-${reserved}`, { namespace: reserved });
      await installation.apply(greedy);
      const refused = { status: 'False', reason: 'NamespaceReserved', message: new RegExp(`"${reserved}"`) } as const;
      await installation.untilCondition(greedy, 'Accepted', refused);
      assert.ok(!(await bindingsIn(reserved)).includes('simpul-operator') || reserved === 'simpul-system');
    });
  }

  test('is never one of compiled objects', async () => {
    const found = await installation.get(apiGateway());
    const greedy = tenant('wants-compiled', { namespace: found?.status?.['compiledNamespace'] });
    await installation.apply(greedy);
    await installation.untilCondition(greedy, 'Accepted', { status: 'False', reason: 'NamespaceReserved' });
  });

  test('belongs to one Tenant alone', async () => {
    await installation.apply(tenant('made-too', { namespace: 'made' }));
    const refused = { status: 'False', reason: 'NamespaceInUse', message: /Tenant "made"/ } as const;
    await installation.untilCondition(tenant('made-too'), 'Accepted', refused);
  });

  test('stays for life: another one is refused, and what there was goes on', async () => {
    await installation.apply(tenant('made', { namespace: 'elsewhere' }));
    const refused = { status: 'False', reason: 'NamespaceChanged', message: /"made"/ } as const;
    await installation.untilCondition(tenant('made'), 'Accepted', refused);
    assert.equal(await installation.get(namespace('elsewhere')), undefined);
    await installation.apply(tenant('made'));
    await installation.untilReady(tenant('made'));
  });
});

describe('members of a Tenant', () => {
  const members = [
    { kind: 'User', name: 'siti', role: 'Publisher' },
    { kind: 'Group', name: 'pimpinan', role: 'Approver' },
  ];
  let siti: ApiUser;
  before(async () => {
    siti = await certificateUser(installation.cluster, 'siti');
  });
  after(() => siti?.close());

  const mayWrite = async (): Promise<boolean> => {
    const path = '/apis/simpul.id/v1alpha1/namespaces/members/apiservices?dryRun=All';
    const { code } = await siti.send('POST', path, apiService('members', 'trial'));
    assert.ok(code === 201 || code === 403, `answered ${code}`);
    return code === 201;
  };

  test('have their rights as long as the Tenant names them', async () => {
    await installation.apply(tenant('members'));
    await installation.untilReady(tenant('members'));
    assert.equal(await mayWrite(), false);
    await installation.apply(tenant('members', { members }));
    await until('siti may publish', mayWrite);
    assert.deepEqual(await bindingsIn('members'), [
      'simpul-operator',
      'simpul-tenant-approver',
      'simpul-tenant-publisher',
    ]);
    await installation.apply(tenant('members', { members: members.slice(1) }));
    await until('siti may not publish any more', async () => !(await mayWrite()));
    assert.deepEqual(await bindingsIn('members'), ['simpul-operator', 'simpul-tenant-approver']);
  });

  test('get their RoleBinding back when somebody deletes or changes it', async () => {
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { namespace: 'members', name: 'simpul-tenant-approver' },
    };
    const before = await installation.get(binding);
    await installation.remove(binding);
    await until('the RoleBinding is back', async () => {
      const now = await installation.get(binding);
      return now !== undefined && now.metadata.uid !== before?.metadata.uid;
    });
    await installation.cluster.kubectl([
      ...['patch', 'rolebinding', 'simpul-tenant-approver', '-n', 'members', '--type=json'],
      ...['-p', '[{"op":"replace","path":"/subjects/0/name","value":"others"}]'],
    ]);
    await until('the RoleBinding names its group again', async () =>
      JSON.stringify(await installation.get(binding)).includes('"pimpinan"'),
    );
  });
});

describe('a suspended Tenant', () => {
  test('answers 403 as provider and as consumer, until it is not suspended any more', async () => {
    const { backend } = installation;
    await installation.apply(
      ...[tenant('provider', { paths: ['/provider'] }), tenant('consumer', { paths: ['/consumer'] })],
    );
    await installation.untilReady(tenant('provider'), tenant('consumer'));
    const open = apiService('consumer', 'open', { backendUrl: backend });
    const keyed = keyedApi('provider', 'keyed', { backendUrl: backend });
    const sub = subscription('consumer', 'app', [{ name: 'keyed', namespace: 'provider' }]);
    await installation.apply(open, keyed, sub);
    await installation.untilReady(open, keyed, sub);
    const key = await installation.keyIn('consumer', 'app-main');
    await gateway.untilStatus(200, '/provider/keyed', { key });
    await gateway.untilStatus(200, '/consumer/open');

    await installation.apply(tenant('consumer', { paths: ['/consumer'], suspended: true }));
    await gateway.untilStatus(403, '/provider/keyed', { key });
    await gateway.untilStatus(403, '/consumer/open');
    await installation.apply(tenant('consumer', { paths: ['/consumer'] }));
    await gateway.untilStatus(200, '/provider/keyed', { key });
    await gateway.untilStatus(200, '/consumer/open');
  });
});

describe('a deleted Tenant', () => {
  const config = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'kept', name: 'precious' } };

  async function withContent(owner: Written, name: string): Promise<KubeObject> {
    await installation.apply(owner);
    await installation.untilReady(owner);
    const api = apiService(name, 'api', { backendUrl: installation.backend });
    await installation.apply(api);
    await installation.untilReady(api);
    await gateway.untilStatus(200, `/${name}/api`);
    return api;
  }

  test('leaves an adopted namespace and all that is in it, though deletionPolicy is Delete', async () => {
    await installation.apply(namespace('kept', { 'simpul.id/tenant': 'keeper' }), config);
    const owner = tenant('keeper', { namespace: 'kept', paths: ['/kept'], deletionPolicy: 'Delete' });
    const api = await withContent(owner, 'kept');
    await installation.remove(owner);
    await gateway.untilStatus(404, '/kept/api');
    await installation.untilCondition(api, 'Ready', { status: 'False', reason: 'TenantNotFound' });
    await until('its RoleBindings are collected', async () => (await bindingsIn('kept')).length === 0);
    assert.equal((await installation.get(namespace('kept')))?.metadata.deletionTimestamp, undefined);
    assert.ok(await installation.get(config));
  });

  test('leaves the namespace that was made for it when deletionPolicy is Retain', async () => {
    const owner = tenant('retained', { paths: ['/retained'] });
    await withContent(owner, 'retained');
    await installation.remove(owner);
    await gateway.untilStatus(404, '/retained/api');
    await until('its RoleBindings are collected', async () => (await bindingsIn('retained')).length === 0);
    assert.equal((await installation.get(namespace('retained')))?.metadata.deletionTimestamp, undefined);
  });

  test('takes the namespace that was made for it along when deletionPolicy is Delete', async () => {
    const owner = tenant('taken', { paths: ['/taken'], deletionPolicy: 'Delete' });
    await withContent(owner, 'taken');
    await installation.remove(owner);
    await installation.untilGone(namespace('taken'));
    await gateway.untilStatus(404, '/taken/api');
  });

  test('gets what it had when it is created again', async () => {
    const owner = tenant('retained', { paths: ['/retained'] });
    await installation.apply(owner);
    await installation.untilReady(owner, apiService('retained', 'api'));
    await gateway.untilStatus(200, '/retained/api');
  });
});

describe('claims of Tenants', () => {
  const cases: readonly {
    readonly name: string;
    readonly first: object;
    readonly second: object;
    readonly freed: object;
    readonly says: RegExp;
  }[] = [
    {
      name: 'one host',
      first: { hosts: ['a.example.go.id', 'b.example.go.id'] },
      second: { hosts: ['b.example.go.id'] },
      freed: { hosts: ['a.example.go.id'] },
      says: /host "b\.example\.go\.id".*Tenant "first-0"/,
    },
    {
      name: 'one path',
      first: { paths: ['/one'] },
      second: { paths: ['/one'] },
      freed: { paths: ['/other'] },
      says: /path "\/one".*Tenant "first-1"/,
    },
    {
      name: 'a path under another',
      first: { paths: ['/deep'] },
      second: { paths: ['/deep/er'] },
      freed: { paths: ['/deeper'] },
      says: /path "\/deep\/er".*Tenant "first-2"/,
    },
  ];
  for (const [index, { name, first, second, freed, says }] of cases.entries()) {
    test(`on ${name}: the first keeps it, and the other gets it once it is free`, async () => {
      await installation.apply(tenant(`first-${index}`, first));
      await installation.untilReady(tenant(`first-${index}`));
      await installation.apply(tenant(`second-${index}`, second));
      const refused = { status: 'False', reason: 'ClaimConflict', message: says } as const;
      await installation.untilCondition(tenant(`second-${index}`), 'Accepted', refused);
      await installation.apply(tenant(`first-${index}`, freed));
      await installation.untilReady(tenant(`second-${index}`));
    });
  }

  test('who is served keeps what it has when it asks for more than it can get', async () => {
    const { backend } = installation;
    await installation.apply(tenant('served', { paths: ['/served'] }));
    await installation.untilReady(tenant('served'));
    const api = apiService('served', 'api', { backendUrl: backend });
    await installation.apply(api);
    await gateway.untilStatus(200, '/served/api');
    const greedy = tenant('served', { paths: ['/served', '/one'] });
    await installation.apply(greedy);
    await installation.untilCondition(greedy, 'Accepted', { status: 'False', reason: 'ClaimConflict' });
    await gateway.untilStatus(200, '/served/api');
    // Freed by a change, not by a deletion: whoever has an older claim still waits for the newer one.
    await installation.apply(tenant('second-1', { paths: ['/two'] }));
    await installation.untilReady(greedy, api);
  });

  test('a deleted Tenant frees its claims', async () => {
    await installation.apply(tenant('late', { hosts: ['a.example.go.id'] }));
    await installation.untilCondition(tenant('late'), 'Accepted', { status: 'False', reason: 'ClaimConflict' });
    await installation.remove(tenant('first-0'));
    await installation.untilReady(tenant('late'));
  });
});

test('an operator that begins without its own RoleBinding in the namespace of a Tenant makes it again', async () => {
  await installation.apply(tenant('unread'));
  await installation.untilReady(tenant('unread'));
  await operator.stop();
  await installation.cluster.kubectl(['delete', 'rolebinding', 'simpul-operator', '-n', 'unread']);
  operator = await (await installation.startOperator()).untilWorking();
  await installation.apply(tenant('unread', { displayName: 'Baru' }));
  await installation.untilReady(tenant('unread'));
  assert.deepEqual(await bindingsIn('unread'), ['simpul-operator']);
});

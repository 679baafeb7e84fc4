import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { Approval } from '#api/generated/approval.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import type { SimpulKindName } from '#api/kinds.ts';
import { apiVersion } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { dependentsOf, dependentsOfNamespace, needsVisit } from './dependents.ts';
import { World } from './world.ts';

function meta(id: string, more: object = {}): KubeObject['metadata'] {
  const [namespace, name] = id.includes('/') ? id.split('/') : [undefined, id];
  return {
    name: name ?? '',
    uid: `uid-${id}`,
    generation: 1,
    ...(namespace === undefined ? {} : { namespace }),
    ...more,
  };
}

const gatewayRef = { name: 'public', namespace: 'simpul-system' };
const keyRef = { name: 'keys', namespace: '' };

const tenant: Tenant = {
  ...{ apiVersion, kind: 'Tenant', metadata: meta('banten') },
  spec: { className: 'simpul', displayName: 'B', deletionPolicy: 'Retain', suspended: false, hosts: ['a.id'] },
};
const gateway: ApiGateway = {
  ...{ apiVersion, kind: 'ApiGateway', metadata: meta('simpul-system/public') },
  spec: {
    ...{ className: 'simpul', replicas: 1, workers: 1, listeners: [], tenants: { from: 'All' } },
    ...{ timeZone: 'Asia/Jakarta', maxRequestBytes: '1Mi', drainDelay: '5s' },
  },
};
const keyManager: KeyManager = {
  ...{ apiVersion, kind: 'KeyManager', metadata: meta('banten/keys') },
  spec: { type: 'ApiKey' },
} as KeyManager;
const api: ApiService = {
  ...{ apiVersion, kind: 'ApiService', metadata: meta('banten/situs') },
  spec: {
    ...{ displayName: 'S', version: '1', lifecycle: 'Published', visibility: 'Public', basePath: '/situs' },
    ...{
      gatewayRefs: [gatewayRef],
      backend: { endpoints: [], timeout: '1s', connectTimeout: '1s', protocol: 'HTTP1', loadBalancing: 'RoundRobin' },
    },
    authentication: { mode: 'Required', keyManagerRefs: [keyRef] },
  },
} as ApiService;
const twin: ApiService = { ...api, metadata: meta('banten/kembar') };
const old: ApiService = {
  ...{ ...api, metadata: meta('banten/lama') },
  spec: { ...api.spec, basePath: '/lama', deprecation: { successorRef: { name: 'situs', namespace: '' } } },
};
const subscription: Subscription = {
  ...{ apiVersion, kind: 'Subscription', metadata: meta('tangerang/izin') },
  spec: {
    application: { displayName: 'I' },
    apis: [{ name: 'situs', namespace: 'banten' }],
    credentials: [{ name: 'utama' }],
  },
};
const sameKey: Subscription = { ...subscription, metadata: meta('tangerang/lain') };
const approval: Approval = {
  ...{ apiVersion, kind: 'Approval', metadata: meta('banten/ya') },
  spec: { apiRef: { name: 'situs' }, decision: 'Approved', subscriptionRef: { name: 'izin', namespace: 'tangerang' } },
};

function aWorld(): World {
  const world = new World({ className: 'simpul', installationNamespace: 'simpul-system', pepper: '' });
  world.tenants.put(tenant);
  world.apiGateways.put(gateway);
  world.keyManagers.put(keyManager);
  for (const each of [api, twin, old]) world.apiServices.put(each);
  for (const each of [subscription, sameKey]) world.subscriptions.put(each);
  world.approvals.put(approval);
  for (const name of ['izin-utama', 'lain-utama']) {
    const metadata = { namespace: 'tangerang', name, resourceVersion: '1' };
    world.keySecrets.put({ metadata, ownerUid: '', keys: [{ name: 'api-key', hash: 'same', weak: false }] });
  }
  return world;
}

/** The object with another spec. */
function changed<T extends KubeObject & { readonly spec: object }>(object: T, spec: object): T {
  return { ...object, spec: { ...object.spec, ...spec } };
}

const rival = ['ApiService banten/kembar'];
const users = ['Subscription tangerang/izin', 'Subscription tangerang/lain'];
const cases: readonly {
  readonly name: string;
  readonly kind: SimpulKindName;
  readonly before?: KubeObject;
  readonly after?: KubeObject;
  readonly wakes: readonly string[];
}[] = [
  {
    name: 'a Tenant that lets go of a host: Tenants that wait',
    ...{ kind: 'Tenant', before: tenant, after: changed(tenant, { hosts: [] }), wakes: ['Tenant banten'] },
  },
  {
    name: 'a Tenant that gets another label: all in its namespace, because a gateway may admit it by that',
    ...{ kind: 'Tenant', before: tenant, after: { ...tenant, metadata: meta('banten', { labels: { a: 'b' } }) } },
    wakes: ['ApiService banten/kembar', 'ApiService banten/lama', 'ApiService banten/situs'],
  },
  {
    name: 'a Tenant with another ceiling: its ApiServices, and what else is in its namespace',
    ...{ kind: 'Tenant', before: tenant, after: changed(tenant, { ceilings: { timeout: '1m' } }) },
    wakes: ['ApiService banten/kembar', 'ApiService banten/lama', 'ApiService banten/situs'],
  },
  {
    name: 'an ApiGateway with another default: its ApiServices',
    ...{ kind: 'ApiGateway', before: gateway, after: changed(gateway, { defaults: { timeout: '1m' } }) },
    wakes: ['ApiService banten/kembar', 'ApiService banten/lama', 'ApiService banten/situs'],
  },
  {
    name: 'a Tenant with other members: nobody',
    ...{ kind: 'Tenant', before: tenant, after: changed(tenant, { members: [] }), wakes: [] },
  },
  {
    name: 'an ApiGateway that appears: all that it must be told',
    ...{ kind: 'ApiGateway', after: gateway },
    wakes: [
      'ApiService banten/kembar',
      'ApiService banten/lama',
      'ApiService banten/situs',
      'KeyManager banten/keys',
      ...users,
      'Tenant banten',
    ],
  },
  {
    name: 'an ApiGateway that admits others: its ApiServices',
    ...{ kind: 'ApiGateway', before: gateway, after: changed(gateway, { tenants: { from: 'Selector' } }) },
    wakes: ['ApiService banten/kembar', 'ApiService banten/lama', 'ApiService banten/situs'],
  },
  {
    name: 'an ApiGateway with other replicas: nobody',
    ...{ kind: 'ApiGateway', before: gateway, after: changed(gateway, { replicas: 3 }), wakes: [] },
  },
  {
    name: 'a KeyManager that goes: who names it',
    ...{ kind: 'KeyManager', before: keyManager },
    wakes: ['ApiService banten/kembar', 'ApiService banten/lama', 'ApiService banten/situs'],
  },
  {
    name: 'an ApiService that moves: whom it succeeds, and who wants its route',
    ...{ kind: 'ApiService', before: api, after: changed(api, { basePath: '/baru' }) },
    wakes: [...rival, 'ApiService banten/lama'],
  },
  {
    name: 'an ApiService that offers other plans: its Subscriptions',
    ...{ kind: 'ApiService', before: api, after: changed(api, { plans: { a: { approval: 'Manual' } } }) },
    wakes: [...rival, ...users],
  },
  {
    name: 'an ApiService that goes: all that look at it, also who waited behind it for the route',
    ...{ kind: 'ApiService', before: api },
    wakes: [...rival, 'ApiService banten/lama', 'Approval banten/ya', ...users],
  },
  {
    name: 'a Subscription that goes: Approvals of it, and who waited behind it for the key',
    ...{ kind: 'Subscription', before: subscription },
    wakes: ['Approval banten/ya', 'Subscription tangerang/lain'],
  },
  {
    name: 'an Approval of a Subscription: that one',
    ...{ kind: 'Approval', after: approval, wakes: ['Subscription tangerang/izin'] },
  },
  {
    name: 'an Approval of publishing: the ApiService',
    ...{
      kind: 'Approval',
      before: { ...approval, spec: { apiRef: { name: 'situs' }, decision: 'Approved' } } as Approval,
    },
    wakes: ['ApiService banten/situs'],
  },
];

describe('who looks again after a change', () => {
  for (const { name, kind, before, after, wakes } of cases) {
    test(name, () => {
      const found = dependentsOf(kind, { before, after }, aWorld()).map((wake) => `${wake.kind} ${wake.id}`);
      assert.deepEqual([...new Set(found)].sort(), [...wakes].sort());
    });
  }

  test('a namespace: the Tenants that want it, and the ApiGateway that it was made for', () => {
    const annotations = { 'simpul.id/gateway': 'simpul-system/public' };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'banten', annotations } };
    assert.deepEqual(dependentsOfNamespace(namespace, aWorld()), [
      { kind: 'Tenant', id: 'banten' },
      { kind: 'ApiGateway', id: 'simpul-system/public' },
    ]);
  });
});

describe('whether a changed object is looked at', () => {
  const visits: readonly {
    readonly name: string;
    readonly after: KubeObject | undefined;
    readonly expected: boolean;
  }[] = [
    {
      name: 'another status',
      after: { ...api, metadata: meta('banten/situs', { resourceVersion: '2' }) },
      expected: false,
    },
    { name: 'another spec', after: { ...api, metadata: meta('banten/situs', { generation: 2 }) }, expected: true },
    {
      name: 'another label',
      after: { ...api, metadata: meta('banten/situs', { labels: { a: 'b' } }) },
      expected: true,
    },
    {
      name: 'another object of the name',
      after: { ...api, metadata: meta('banten/situs', { uid: 'x' }) },
      expected: true,
    },
    { name: 'gone', after: undefined, expected: true },
  ];
  for (const { name, after, expected } of visits) {
    test(name, () => assert.equal(needsVisit({ before: api, after }), expected));
  }
});

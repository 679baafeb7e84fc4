import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { coreKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { conditionOf, type Expected, Installation } from './harness.ts';
import {
  type ApiSpec,
  apiGateway,
  apiService,
  approval,
  keyedApi,
  keyManager,
  publicGatewayRef,
  subscription,
  tenant,
} from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

let installation: Installation;
let operator: OperatorProgram;
let gateway: GatewayProgram;
let backendUrl: string;

const a = tenant('a', { paths: ['/a', '/shared'], hosts: ['api.a.go.id'] });
const b = tenant('b', { paths: ['/b'], hosts: ['api.b.go.id'] });

before(async () => {
  installation = await Installation.start();
  backendUrl = installation.backend;
  operator = await installation.startOperator();
  await installation.apply(apiGateway(), a, b);
  gateway = await installation.startGateway('public-1');
  await installation.untilReady(a, b);
});
after(() => installation?.stop());

/** Applies an ApiService of Tenant a that is served, and waits until it is. */
async function served(name: string, spec: ApiSpec = {}): Promise<KubeObject> {
  const api = apiService('a', name, { backendUrl, ...spec });
  await installation.apply(api);
  await installation.untilReady(api);
  return api;
}

describe('a new ApiService that may not be', () => {
  const cases: Readonly<Record<string, { spec: ApiSpec; says: Expected; type?: 'Accepted' | 'ResolvedRefs' }>> = {
    'claims the host of another Tenant': {
      spec: { hosts: ['api.b.go.id'] },
      says: { reason: 'HostNotClaimed', message: /"api\.b\.go\.id".*spec\.hosts/ },
    },
    'claims a path outside of its Tenant': {
      spec: { basePath: '/b/x' },
      says: { reason: 'PathNotClaimed', message: /"\/b\/x".*"\/a" and "\/shared"/ },
    },
    'claims a path that only begins like its own': { spec: { basePath: '/ab' }, says: { reason: 'PathNotClaimed' } },
    'points at the metadata address': {
      spec: { backendUrl: 'http://169.254.169.254/latest' },
      says: { reason: 'BackendNotAllowed', message: /169\.254\.169\.254/ },
    },
    'points at loopback in IPv6 form': {
      spec: { backendUrl: 'http://[::1]:80/' },
      says: { reason: 'BackendNotAllowed' },
    },
    'points at the metadata address in disguise': {
      spec: { backendUrl: 'http://[::ffff:169.254.169.254]/' },
      says: { reason: 'BackendNotAllowed' },
    },
    'points at the metadata address as one number': {
      spec: { backendUrl: 'http://2852039166/' },
      says: { reason: 'BackendNotAllowed' },
    },
    'names itself as its successor': {
      spec: { lifecycle: 'Deprecated', deprecation: { successorRef: { name: 'bad' } } },
      says: { reason: 'SelfReference' },
    },
    'has a day that no calendar knows': {
      spec: { lifecycle: 'Deprecated', deprecation: { sunset: '2027-02-30' } },
      says: { reason: 'InvalidValue', message: /2027-02-30/ },
    },
    'names a gateway that does not exist': {
      spec: { gatewayRefs: [{ name: 'none', namespace: 'simpul-system' }] },
      says: { reason: 'GatewayNotFound', message: /simpul-system\/none/ },
      type: 'ResolvedRefs',
    },
    'names a KeyManager that does not exist': {
      spec: { authentication: { mode: 'Required', keyManagerRefs: [{ name: 'none' }] } },
      says: { reason: 'KeyManagerNotFound' },
      type: 'ResolvedRefs',
    },
    'names a KeyManager of another Tenant': {
      spec: { authentication: { mode: 'Required', keyManagerRefs: [{ name: 'keys', namespace: 'b' }] } },
      says: { reason: 'TenantNotAllowed' },
      type: 'ResolvedRefs',
    },
  };
  before(() => installation.apply(keyManager('b', 'keys')));
  for (const [name, { spec, says, type = 'Accepted' }] of Object.entries(cases)) {
    test(`${name}: says why and is not served`, async () => {
      const bad = apiService('a', 'bad', spec);
      await installation.apply(bad);
      await installation.untilCondition(bad, type, { status: 'False', ...says });
      await installation.untilCondition(bad, 'Ready', { status: 'False', ...says });
      assert.equal(await installation.compiledOf('ApiService/a/bad'), undefined);
      await installation.remove(bad);
    });
  }

  test('stands outside of every Tenant', async () => {
    const stray = apiService('default', 'stray');
    await installation.apply(stray);
    await installation.untilCondition(stray, 'Ready', { status: 'False', reason: 'TenantNotFound' });
  });
});

describe('an ApiService that was good', () => {
  test('goes on as it was while its new spec is wrong', async () => {
    await served('good');
    await gateway.untilStatus(200, '/a/good');
    const before = await installation.compiledOf('ApiService/a/good');
    const wrong = apiService('a', 'good', { backendUrl: 'http://169.254.169.254/' });
    await installation.apply(wrong);
    await installation.untilCondition(wrong, 'Accepted', { status: 'False', reason: 'BackendNotAllowed' });
    const after = await installation.compiledOf('ApiService/a/good');
    assert.equal(after?.secret.metadata.resourceVersion, before?.secret.metadata.resourceVersion);
    assert.equal((await gateway.call('/a/good')).status, 200);
    const shown = await installation.get(wrong);
    assert.equal(conditionOf(shown, 'Programmed')?.status, 'False', 'the new generation is served nowhere');
    await installation.apply(apiService('a', 'good', { basePath: '/a/better', backendUrl }));
    await gateway.untilStatus(200, '/a/better');
    await gateway.untilStatus(404, '/a/good');
  });

  test('stops where its gateway admits its Tenant no more, and comes back', async () => {
    const labelled = { tenants: { from: 'Selector', selector: { matchLabels: { class: 'trusted' } } } };
    await installation.apply(apiGateway('picky', labelled), tenant('a', a.spec, { class: 'trusted' }));
    const picky = await installation.startGateway('picky-1', { gateway: 'simpul-system/picky' });
    const both = { gatewayRefs: [publicGatewayRef, { name: 'picky', namespace: 'simpul-system' }] };
    const api = await served('both', both);
    await picky.untilStatus(200, '/a/both');

    await installation.apply(a);
    await picky.untilStatus(404, '/a/both');
    await installation.untilCondition(api, 'Ready', { status: 'False', reason: 'TenantNotAllowed', message: /picky/ });
    assert.equal((await gateway.call('/a/both')).status, 200, 'the other gateway serves on');

    await installation.apply(tenant('a', a.spec, { class: 'trusted' }));
    await picky.untilStatus(200, '/a/both');
    await installation.untilReady(api);

    await installation.apply(
      apiGateway('picky', { tenants: { from: 'Selector', selector: { matchLabels: { class: 'x' } } } }),
    );
    await picky.untilStatus(404, '/a/both');
    await installation.remove(apiGateway('picky'), api);
    await installation.apply(a);
  });

  test('is gone from the gateways when it is deleted', async () => {
    const api = await served('short');
    await gateway.untilStatus(200, '/a/short');
    await installation.remove(api);
    await gateway.untilStatus(404, '/a/short');
    assert.equal(await installation.compiledOf('ApiService/a/short'), undefined);
  });
});

describe('two ApiServices on one route', () => {
  const first = (): KubeObject & { spec?: object } =>
    apiService('a', 'first', { basePath: '/shared/x', backendUrl: `${backendUrl}/first` });
  const second = (): KubeObject =>
    apiService('a', 'second', { basePath: '/shared/x', backendUrl: `${backendUrl}/second` });
  const taken = (by: string): Expected => ({
    ...{ status: 'False', reason: 'RouteConflict' },
    message: new RegExp(`ApiService "a/${by}".*"/shared/x".*"simpul-system/public"`),
  });

  test('who is served keeps it; the other is told who, and gets it once it is free', async () => {
    await installation.apply(first());
    await installation.untilReady(first());
    await installation.apply(second());
    await installation.untilCondition(second(), 'Accepted', taken('first'));
    assert.match((await gateway.call('/shared/x')).text, /first/);
    await installation.remove(first());
    await installation.untilReady(second());
    await until('the second answers', async () => /second/.test((await gateway.call('/shared/x')).text));
  });

  test('the one that is created again, as from Git, does not take it back though its name comes first', async () => {
    await installation.apply(first());
    await installation.untilCondition(first(), 'Accepted', taken('second'));
    assert.match((await gateway.call('/shared/x')).text, /second/);
    // Both deleted and created again, as when a folder moves: the one that was served has to wait for its turn like all.
    await installation.remove(second());
    await installation.untilReady(first());
    await installation.apply(second());
    await installation.untilCondition(second(), 'Accepted', taken('first'));
  });

  test('who is served keeps it when the operator starts anew, though the other is older and was first', async () => {
    await installation.remove(first(), second());
    await installation.apply(first());
    await installation.untilReady(first());
    await installation.apply(apiService('a', 'first', { basePath: '/shared/y', backendUrl }));
    await installation.apply(second());
    await installation.untilReady(second());
    await installation.apply(first());
    await installation.untilCondition(first(), 'Accepted', taken('second'));
    await operator.stop();
    await installation.apply(apiService('a', 'aaa', { basePath: '/shared/x', backendUrl }));
    operator = await (await installation.startOperator()).untilWorking();
    await installation.untilCondition(apiService('a', 'aaa'), 'Accepted', taken('second'));
    await installation.untilCondition(first(), 'Accepted', taken('second'));
    assert.match((await gateway.call('/shared/x')).text, /second/);
    await installation.remove(apiService('a', 'aaa'), first(), second());
    await gateway.untilStatus(404, '/shared/x');
  });

  test('a change of path frees the old one', async () => {
    await installation.apply(first());
    await installation.untilReady(first());
    await installation.apply(second());
    await installation.untilCondition(second(), 'Accepted', taken('first'));
    await installation.apply(apiService('a', 'first', { basePath: '/shared/y', backendUrl }));
    await installation.untilReady(first(), second());
    await installation.apply(first());
    await installation.untilCondition(first(), 'Accepted', taken('second'));
    await until('the first answers where it did, until it gets what it asks for', async () => {
      return (await gateway.call('/shared/y')).status === 200;
    });
    await installation.remove(first(), second());
  });

  test('exactly one of twenty that come at once is served', async () => {
    const crowd = Array.from({ length: 20 }, (_, i) => apiService('a', `crowd-${i}`, { basePath: '/shared/crowd' }));
    await Promise.all(crowd.map((api) => installation.apply(api)));
    const accepted = async (): Promise<string[]> => {
      const seen = await Promise.all(crowd.map((api) => installation.get(api)));
      if (seen.some((api) => conditionOf(api, 'Accepted') === undefined)) return [];
      return seen.flatMap((api) => (conditionOf(api, 'Accepted')?.status === 'True' ? [api?.metadata.name ?? ''] : []));
    };
    await until('all have an answer', async () => (await accepted()).length === 1);
    const compiled = await installation.compiled();
    const sources = compiled.map(({ metadata }) => metadata.annotations?.['simpul.id/source'] ?? '');
    assert.equal(sources.filter((source) => source.includes('/crowd-')).length, 1);
    for (const api of crowd) await installation.remove(api);
  });
});

describe('lifecycle', () => {
  test('each state answers as it says', async () => {
    const successor = await served('v2');
    const states: readonly [ApiSpec, number, RegExp][] = [
      [{ lifecycle: 'Published' }, 200, /backend/],
      [{ lifecycle: 'Blocked', blockedReason: 'Perbaikan basis data' }, 503, /Perbaikan basis data/],
      [{ lifecycle: 'Retired', deprecation: { successorRef: { name: 'v2' } } }, 410, /\/a\/v2/],
      [
        {
          lifecycle: 'Deprecated',
          deprecation: { since: '2026-01-01', sunset: '2027-06-30', successorRef: { name: 'v2' } },
        },
        200,
        /backend/,
      ],
    ];
    for (const [spec, status, body] of states) {
      const api = await served('v1', spec);
      const answer = await gateway.untilStatus(status, '/a/v1');
      assert.match(answer.text, body, JSON.stringify(spec));
      await installation.untilReady(api);
    }
    const { headers } = await until('the headers of deprecation', async () => {
      const answer = await gateway.call('/a/v1');
      return answer.headers['deprecation'] !== undefined && answer;
    });
    assert.equal(headers['deprecation'], '@1767225600');
    assert.equal(headers['sunset'], 'Wed, 30 Jun 2027 00:00:00 GMT');
    assert.equal(headers['link'], '</a/v2>; rel="successor-version"');
    await installation.remove(successor);
  });

  test('two that succeed each other are odd, but fine', async () => {
    const one = apiService('a', 'one', { lifecycle: 'Deprecated', deprecation: { successorRef: { name: 'two' } } });
    const two = apiService('a', 'two', { lifecycle: 'Deprecated', deprecation: { successorRef: { name: 'one' } } });
    await installation.apply(one);
    await installation.untilCondition(one, 'ResolvedRefs', {
      status: 'False',
      reason: 'ApiNotFound',
      message: /a\/two/,
    });
    await installation.apply(two);
    await installation.untilReady(one, two);
    await installation.remove(one, two);
  });

  test('a Draft is for its own namespace, until it is published', async () => {
    const draft = keyedApi('a', 'draft', { lifecycle: 'Draft', backendUrl });
    const inside = subscription('a', 'inside', [{ name: 'draft', namespace: 'a' }]);
    const outside = subscription('b', 'outside', [{ name: 'draft', namespace: 'a' }]);
    await installation.apply(draft, inside, outside);
    await installation.untilReady(draft, inside);
    await installation.untilCondition(outside, 'Ready', { status: 'False', reason: 'ApiNotPublished' });
    await gateway.untilStatus(200, '/a/draft', { key: await installation.keyIn('a', 'inside-main') });
    await installation.apply(keyedApi('a', 'draft', { lifecycle: 'Published', backendUrl }));
    await installation.untilReady(outside);
    await gateway.untilStatus(200, '/a/draft', { key: await installation.keyIn('b', 'outside-main') });
    await installation.remove(draft, inside, outside);
  });

  test('publishing waits for its Approval where the Tenant wants that', async () => {
    const strict = tenant('strict', { paths: ['/strict'], approvals: { publish: 'Required' } });
    const api = keyedApi('strict', 'api', { backendUrl });
    const caller = subscription('b', 'caller', [{ name: 'api', namespace: 'strict' }]);
    const yes = approval('strict', 'yes', 'api');
    await installation.apply(strict);
    await installation.untilReady(strict);
    await installation.apply(api, caller);
    await installation.untilCondition(api, 'Approved', { status: 'False', reason: 'PendingApproval' });
    const key = await installation.keyIn('b', 'caller-main');
    await until(
      'the gateway knows it as a Draft',
      async () => (await gateway.call('/strict/api', { key })).status === 403,
    );
    await installation.apply(yes);
    await installation.untilReady(api, yes);
    await gateway.untilStatus(200, '/strict/api', { key });
    await installation.apply(approval('strict', 'no', 'api', { decision: 'Rejected' }));
    await installation.untilCondition(api, 'Approved', { status: 'False', reason: 'Rejected' });
    await until('it is a Draft again', async () => (await gateway.call('/strict/api', { key })).status === 403);
    await installation.remove(approval('strict', 'no', 'api'));
    await gateway.untilStatus(200, '/strict/api', { key });
    await installation.remove(yes);
    await installation.untilCondition(api, 'Approved', { status: 'False', reason: 'PendingApproval' });
    await installation.apply(tenant('strict', { paths: ['/strict'] }));
    await installation.untilReady(api);
  });
});

describe('Events', () => {
  test('tell each turn once, with the reason of the condition', async () => {
    const api = apiService('a', 'eventful', { basePath: '/b/x', backendUrl });
    const told = async (): Promise<string[]> => {
      const events = await installation.list(coreKinds.Event, 'a');
      return events
        .filter((event) => JSON.stringify(event).includes('"eventful"'))
        .map((event) => event as unknown as { type: string; reason: string; series?: { count: number } })
        .map(({ type, reason, series }) => `${type} ${reason} ${series?.count ?? 1}`);
    };
    await installation.apply(api);
    await until('the refusal is told', async () => (await told()).includes('Warning PathNotClaimed 1'));
    await installation.apply(apiService('a', 'eventful', { backendUrl }));
    await until('the success is told', async () => (await told()).includes('Normal Succeeded 1'));
    await installation.apply(apiService('a', 'eventful', { backendUrl, description: 'changed, and still good' }));
    await installation.untilReady(api);
    assert.deepEqual((await told()).sort(), ['Normal Succeeded 1', 'Warning PathNotClaimed 1']);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { type Expected, Installation } from './harness.ts';
import { apiGateway, approval, keyedApi, subscription, tenant, type Wanted } from './objects.ts';
import { until } from './waiting.ts';

let installation: Installation;
let gateway: GatewayProgram;

const plans = { free: { approval: 'Automatic' }, gold: { approval: 'Manual' } };
const provider = tenant('provider', { paths: ['/provider'] });
const consumer = tenant('consumer');
const stranger = tenant('stranger');
const open: Wanted = { name: 'open', namespace: 'provider' };

before(async () => {
  installation = await Installation.start({ controllerManager: true });
  await installation.startOperator();
  await installation.apply(apiGateway(), provider, consumer, stranger);
  gateway = await installation.startGateway('public-1');
  await installation.untilReady(provider, consumer, stranger);
  await installation.apply(
    api('open'),
    api('planned', { plans }),
    api('listed', { visibility: 'Tenants', visibleTo: ['consumer'] }),
  );
});
after(() => installation?.stop());

function api(name: string, spec: object = {}): KubeObject {
  return keyedApi('provider', name, { backendUrl: installation.backend, ...spec });
}

/** What the status says of each API and credential. */
async function states(object: KubeObject): Promise<Record<string, string>> {
  const { apis = [], credentials = [] } = ((await installation.get(object))?.status ?? {}) as {
    apis?: readonly { name: string; state: string }[];
    credentials?: readonly { name: string; state: string }[];
  };
  return Object.fromEntries([...apis, ...credentials].map(({ name, state }) => [name, state]));
}

async function keyIn(name: string): Promise<string> {
  return await installation.keyIn('consumer', name);
}

describe('what a Subscription may ask for', () => {
  const cases: Readonly<Record<string, { from?: string; wants: Wanted; says: Expected; state?: string }>> = {
    'an API that does not exist': {
      wants: { name: 'none', namespace: 'provider' },
      says: { reason: 'ApiNotFound', message: /"provider\/none" does not exist/ },
    },
    'an API that it may not see': {
      ...{ from: 'stranger', wants: { name: 'listed', namespace: 'provider' } },
      says: { reason: 'NotVisible', message: /Tenant "stranger"/ },
    },
    'an API with plans, and none named': {
      wants: { name: 'planned', namespace: 'provider' },
      says: { reason: 'PlanRequired', message: /free, gold/ },
    },
    'a plan that does not exist': {
      wants: { name: 'planned', namespace: 'provider', plan: 'silver' },
      says: { reason: 'PlanNotFound', message: /no plan "silver".*free, gold/ },
    },
    'a plan where there are none': {
      wants: { ...open, plan: 'free' },
      says: { reason: 'PlanNotFound', message: /has none/ },
    },
  };
  const grantsOf = async (from: string): Promise<unknown[] | undefined> => {
    const told = await installation.compiledOf(`Subscription/${from}/bad`);
    return (told?.content as { readonly grants?: unknown[] } | undefined)?.grants;
  };
  for (const [name, { from = 'consumer', wants, says }] of Object.entries(cases)) {
    test(`${name}: refused, and told why`, async () => {
      const bad = subscription(from, 'bad', [wants]);
      await installation.apply(bad);
      await installation.untilCondition(bad, 'Ready', { status: 'False', ...says });
      assert.equal((await states(bad))[wants.name], 'Refused');
      // Gateways know the key, so that its caller is told more than that it is unknown, and let it in nowhere. The Secret
      // of the Subscription that had this name before goes first, and an API that does not exist has no gateway.
      if (wants.name !== 'none') await until('gateways know the key', async () => (await grantsOf(from))?.length === 0);
      else assert.equal(await grantsOf(from), undefined);
      await installation.remove(bad);
    });
  }

  test('an API that is not there yet: access begins once it is', async () => {
    const early = subscription('consumer', 'early', [{ name: 'late', namespace: 'provider' }]);
    await installation.apply(early);
    await installation.untilCondition(early, 'Ready', { status: 'False', reason: 'ApiNotFound' });
    await installation.apply(api('late'));
    await installation.untilReady(early);
    await gateway.untilStatus(200, '/provider/late', { key: await keyIn('early-main') });
  });

  test('one bad request beside a good one: the good one works', async () => {
    const mixed = subscription('consumer', 'mixed', [open, { name: 'none', namespace: 'provider' }]);
    await installation.apply(mixed);
    await installation.untilCondition(mixed, 'Ready', { status: 'False', reason: 'ApiNotFound' });
    await gateway.untilStatus(200, '/provider/open', { key: await keyIn('mixed-main') });
    assert.deepEqual(await states(mixed), { open: 'Active', none: 'Refused', main: 'Active' });
    await installation.remove(mixed);
  });

  test('a plan that is removed: the Subscription says so and is let in no more', async () => {
    const onFree = subscription('consumer', 'on-free', [{ name: 'brief', namespace: 'provider', plan: 'free' }]);
    await installation.apply(api('brief', { plans }), onFree);
    await installation.untilReady(onFree);
    const key = await keyIn('on-free-main');
    await gateway.untilStatus(200, '/provider/brief', { key });
    await installation.apply(api('brief', { plans: { gold: plans.gold } }));
    await installation.untilCondition(onFree, 'Ready', { status: 'False', reason: 'PlanNotFound' });
    await until('it is not let in', async () =>
      [401, 403].includes((await gateway.call('/provider/brief', { key })).status),
    );
    await installation.apply(api('brief', { plans }));
    await installation.untilReady(onFree);
    await gateway.untilStatus(200, '/provider/brief', { key });
  });

  test('visibility that is withdrawn ends access', async () => {
    const seen = subscription('consumer', 'seen', [{ name: 'listed', namespace: 'provider' }]);
    await installation.apply(seen);
    await installation.untilReady(seen);
    const key = await keyIn('seen-main');
    await gateway.untilStatus(200, '/provider/listed', { key });
    await installation.apply(api('listed', { visibility: 'Private' }));
    await installation.untilCondition(seen, 'Ready', { status: 'False', reason: 'NotVisible' });
    await until('it is not let in', async () =>
      [401, 403].includes((await gateway.call('/provider/listed', { key })).status),
    );
  });

  test('a deprecated API keeps who was there, and takes nobody new', async () => {
    const old = subscription('consumer', 'old', [{ name: 'ageing', namespace: 'provider' }]);
    await installation.apply(api('ageing'), old);
    await installation.untilReady(old);
    await installation.apply(
      api('ageing', { lifecycle: 'Deprecated', deprecation: { since: '2026-01-01', successorRef: { name: 'open' } } }),
    );
    await installation.untilReady(api('ageing'));
    const fresh = subscription('consumer', 'fresh', [{ name: 'ageing', namespace: 'provider' }]);
    await installation.apply(fresh);
    const refused = { status: 'False', reason: 'ApiDeprecated', message: /use ApiService "provider\/open"/ } as const;
    await installation.untilCondition(fresh, 'Ready', refused);
    await installation.untilReady(old);
    await gateway.untilStatus(200, '/provider/ageing', { key: await keyIn('old-main') });
    await installation.remove(fresh);
  });
});

describe('approval', () => {
  const about = (name: string, more: object = {}): object => ({
    subscriptionRef: { name, namespace: 'consumer', ...more },
  });
  const golden = (name: string): KubeObject =>
    subscription('consumer', name, [{ name: 'planned', namespace: 'provider', plan: 'gold' }]);
  const waits: Expected = { status: 'False', reason: 'PendingApproval', message: /Plan "gold".*namespace "provider"/ };

  test('a plan that asks for it waits; Approved lets in; Rejected beats it', async () => {
    const asking = golden('asking');
    await installation.apply(asking);
    await installation.untilCondition(asking, 'Ready', waits);
    const key = await keyIn('asking-main');
    await gateway.untilStatus(403, '/provider/planned', { key });
    const yes = approval('provider', 'asking-yes', 'planned', about('asking'));
    const no = approval('provider', 'asking-no', 'planned', { ...about('asking'), decision: 'Rejected' });
    await installation.apply(yes);
    await installation.untilReady(asking, yes);
    await gateway.untilStatus(200, '/provider/planned', { key });
    await installation.apply(no);
    await installation.untilCondition(asking, 'Ready', { status: 'False', reason: 'Rejected' });
    await gateway.untilStatus(403, '/provider/planned', { key });
    await installation.remove(no);
    await gateway.untilStatus(200, '/provider/planned', { key });
    await installation.remove(yes);
    await installation.untilCondition(asking, 'Ready', waits);
  });

  test('Rejected ends also a plan that needs no approval', async () => {
    const easy = subscription('consumer', 'easy', [{ name: 'planned', namespace: 'provider', plan: 'free' }]);
    await installation.apply(easy);
    await installation.untilReady(easy);
    await installation.apply(approval('provider', 'easy-no', 'planned', { ...about('easy'), decision: 'Rejected' }));
    await installation.untilCondition(easy, 'Ready', { status: 'False', reason: 'Rejected' });
  });

  test('for another plan, from another namespace or for another API it does not count', async () => {
    const asking = golden('strict');
    const wrong = [
      approval('provider', 'strict-plan', 'planned', { ...about('strict'), plan: 'free' }),
      approval('provider', 'strict-api', 'open', about('strict')),
      approval('consumer', 'strict-namespace', 'planned', about('strict')),
      approval('provider', 'strict-uid', 'planned', about('strict', { uid: '00000000-0000-0000-0000-000000000000' })),
    ];
    await installation.apply(asking, ...wrong);
    for (const each of wrong) await installation.untilCondition(each, 'Accepted', { status: 'True' });
    await installation.untilCondition(asking, 'Ready', waits);
    assert.deepEqual(await states(asking), { planned: 'PendingApproval', main: 'Active' });
  });

  test('pinned to a uid it counts for that Subscription only, not for one that takes its name', async () => {
    const pinned = golden('pinned');
    await installation.apply(pinned);
    const { uid } = (await installation.get(pinned))?.metadata ?? {};
    await installation.apply(approval('provider', 'pinned-yes', 'planned', about('pinned', { uid })));
    await installation.untilReady(pinned);
    await keyIn('pinned-main');
    await installation.remove(pinned);
    await installation.untilGone({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'consumer', name: 'pinned-main' },
    });
    await installation.apply(pinned);
    await installation.untilCondition(pinned, 'Ready', waits);
  });
});

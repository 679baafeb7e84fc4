import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Caller } from './caller.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { conditionOf, Installation, type Seen } from './harness.ts';
import { apiGateway, keyedApi, subscription, tenant } from './objects.ts';
import { until } from './waiting.ts';

const owner = tenant('owner', { paths: ['/owner'] });
const consumer = tenant('consumer');
const apis = [{ name: 'keyed', namespace: 'owner' }];
const path = '/owner/keyed';

describe('etcd is restored to a state in which what was revoked since is still in force', () => {
  let installation: Installation;
  /** One of a single process, one of two workers. */
  let elders: readonly GatewayProgram[];
  let late: GatewayProgram;
  const keys = { removed: '', kept: '', deleted: '' };
  const withBoth = subscription('consumer', 'app', apis, { credentials: [{ name: 'main' }, { name: 'next' }] });
  const withOne = subscription('consumer', 'app', apis, { credentials: [{ name: 'next' }] });
  const deleted = subscription('consumer', 'left', apis);

  before(async () => {
    installation = await Installation.start();
    await installation.keepOperator();
    await installation.apply(apiGateway(), owner, consumer);
    elders = [
      await installation.startGateway('elder'),
      await installation.startGateway('elder-of-two', { workers: 2 }),
    ];
    const keyed = keyedApi('owner', 'keyed', { backendUrl: installation.backend });
    await installation.apply(keyed, withBoth, deleted);
    await installation.untilReady(apiGateway(), owner, consumer, keyed, withBoth, deleted);
    keys.removed = await installation.keyIn('consumer', 'app-main');
    keys.kept = await installation.keyIn('consumer', 'app-next');
    keys.deleted = await installation.keyIn('consumer', 'left-main');
    for (const gateway of elders) {
      for (const key of Object.values(keys)) await gateway.untilStatus(200, path, { key });
    }
  });
  after(() => installation?.stop());

  const statuses = async (gateway: GatewayProgram): Promise<Record<string, number>> => {
    const asked = Object.entries(keys).map(async ([name, key]) => [name, (await gateway.call(path, { key })).status]);
    return Object.fromEntries(await Promise.all(asked)) as Record<string, number>;
  };
  const refused = { removed: 401, kept: 200, deleted: 401 };
  const served = { removed: 200, kept: 200, deleted: 200 };

  test('gateways that were there refuse it without a gap, and the ApiGateway says so', async (context) => {
    const snapshot = await installation.cluster.etcd.snapshot();
    await installation.apply(withOne);
    await installation.remove(deleted);
    for (const gateway of elders) {
      await gateway.untilStatus(401, path, { key: keys.removed });
      await gateway.untilStatus(401, path, { key: keys.deleted });
    }
    const callers = elders.flatMap((gateway) =>
      [keys.removed, keys.deleted].map((key) => new Caller(() => gateway.call(path, { key }))),
    );
    context.after(() => Promise.all(callers.map((caller) => caller.stop())));
    await installation.cluster.restoreEtcd(snapshot);
    const said = await installation.untilCondition(apiGateway(), 'StateRolledBack', {
      status: 'True',
      reason: 'StateRolledBack',
      message:
        /"main" of Subscription "consumer\/(app|left)".*kubectl patch apigateways\.simpul\.id public -n simpul-system/,
    });
    assert.deepEqual(
      [conditionOf(said, 'Ready')?.status, conditionOf(said, 'Ready')?.reason],
      ['False', 'StateRolledBack'],
    );
    await until('all of it is told', async () => {
      const told = withheldOf(await installation.get(apiGateway()));
      return told.length === 3 && told;
    });
    assert.deepEqual(withheldOf(await installation.get(apiGateway())), [
      'the access of Subscription "consumer/left" to ApiService "owner/keyed"',
      'the credential "main" of Subscription "consumer/app"',
      'the credential "main" of Subscription "consumer/left"',
    ]);
    assert.deepEqual(await installation.get(withBoth).then((found) => found?.spec?.['credentials']), [
      { name: 'main' },
      { name: 'next' },
    ]);
    for (const gateway of elders) {
      assert.deepEqual(await statuses(gateway), refused);
      assert.match(gateway.output, /StateRolledBack/);
      assert.match((await gateway.adminPage('/metrics'))?.text ?? '', /^simpul_gateway_state_rolled_back 1$/m);
    }
    const counts = await Promise.all(callers.map((caller) => caller.stop()));
    context.diagnostic(JSON.stringify(counts));
    for (const count of counts) assert.deepEqual(Object.keys(count), ['401']);
  });

  test('so do gateways that begin later, also when all that saw it are gone', async () => {
    late = await installation.startGateway('late');
    assert.deepEqual(await statuses(late), refused);
    for (const gateway of elders) await gateway.stop();
    const latest = await installation.startGateway('latest');
    assert.deepEqual(await statuses(latest), refused);
    await latest.stop();
  });

  test('what is revoked meanwhile goes, and what is made is served', async () => {
    const fresh = subscription('consumer', 'fresh', apis);
    await installation.apply(fresh);
    const key = await installation.keyIn('consumer', 'fresh-main');
    await late.untilStatus(200, path, { key });
    await installation.remove(fresh);
    await late.untilStatus(401, path, { key });
  });

  test('the organiser confirms the state, and it rules', async () => {
    const { status } = (await installation.get(apiGateway())) ?? {};
    const { noticedAt } = (status?.['rolledBack'] ?? {}) as { readonly noticedAt?: string };
    const patch = JSON.stringify({ spec: { stateConfirmedAt: noticedAt } });
    await installation.cluster.kubectl([
      'patch',
      'apigateways.simpul.id',
      'public',
      '-n',
      'simpul-system',
      '--type',
      'merge',
      '-p',
      patch,
    ]);
    await late.untilStatus(200, path, { key: keys.removed });
    assert.deepEqual(await statuses(late), served);
    await installation.untilReady(apiGateway());
    const confirmed = await installation.get(apiGateway());
    assert.deepEqual(
      [conditionOf(confirmed, 'StateRolledBack'), confirmed?.status?.['rolledBack']],
      [undefined, undefined],
    );
    assert.match((await late.adminPage('/metrics'))?.text ?? '', /^simpul_gateway_state_rolled_back 0$/m);
    assert.deepEqual(await statuses(await installation.startGateway('last')), served);
  });
});

function withheldOf(gateway: Seen | undefined): string[] {
  const rolledBack = gateway?.status?.['rolledBack'] as { withheld?: readonly { what: string }[] } | undefined;
  return (rolledBack?.withheld ?? []).map(({ what }) => what).sort();
}

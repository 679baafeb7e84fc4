import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { isStoreError } from '#kube/store-error.ts';
import { readAudit } from './audit-log.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation, type Seen } from './harness.ts';
import {
  apiGateway,
  apiService,
  approval,
  brought,
  keyedApi,
  keyManager,
  secret,
  strongKey,
  subscription,
  tenant,
} from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

let installation: Installation;
let operator: OperatorProgram;
let gateway: GatewayProgram;

const plans = { free: { approval: 'Automatic' }, gold: { approval: 'Manual' } };
const owner = tenant('owner', { paths: ['/owner'] });
const caller = tenant('caller', {});
const keys = keyManager('owner', 'keys', { apiKey: { header: 'X-Kunci' } });
const open = apiService('owner', 'open');
const keyed = keyedApi('owner', 'keyed', {
  plans,
  authentication: { mode: 'Required', keyManagerRefs: [{ name: 'keys' }] },
});
const free = subscription('caller', 'free', [{ name: 'keyed', namespace: 'owner', plan: 'free' }], {
  credentials: [{ name: 'main' }, brought('spare', 'spare-key')],
});
const gold = subscription('caller', 'gold', [{ name: 'keyed', namespace: 'owner', plan: 'gold' }]);
const yes = approval('owner', 'gold-keyed', 'keyed', { subscriptionRef: { name: 'gold', namespace: 'caller' } });
const own = [apiGateway(), owner, caller, keys, open, keyed, free, gold, yes];

before(async () => {
  installation = await Installation.start({ auditLog: true });
  operator = await installation.startOperator();
  await installation.apply(apiGateway());
  gateway = await installation.startGateway('public-1');
  await installation.apply(owner, caller);
  await installation.untilReady(owner, caller);
  await installation.apply(secret('caller', 'spare-key', { 'api-key': strongKey('spare') }), ...own.slice(3));
  await installation.untilReady(...own);
});
after(() => installation?.stop());

/** Name and version of everything that the operator may write. */
async function versions(): Promise<Record<string, string>> {
  const kinds = [...Object.values(simpulKinds), coreKinds.RoleBinding, coreKinds.ServiceAccount, coreKinds.Secret];
  const lists = await Promise.all(kinds.map((kind) => installation.list(kind)));
  const entries = lists.flat().map((object): [string, string] => {
    return [`${object.kind ?? ''} ${keyOf(object)} ${object.metadata.uid}`, object.metadata.resourceVersion ?? ''];
  });
  return Object.fromEntries(entries);
}

/** The shown versions without those of objects that begin with one of `kinds`. */
function without(shown: Record<string, string>, ...kinds: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(shown).filter(([name]) => !kinds.some((kind) => name.startsWith(kind))));
}

describe('an unchanged world', () => {
  test('causes no write when the operator starts anew', async () => {
    const before = await versions();
    await operator.stop();
    operator = await (await installation.startOperator()).untilWorking();
    assert.equal(await operator.metric('simpul_operator_status_writes_total'), 0);
    assert.equal(await operator.metric('simpul_operator_compiled_writes_total'), 0);
    assert.deepEqual(await versions(), before);
  });

  // A whole minute, with pods: e2e/node/installation.e2e.ts; five minutes, with 60,000 objects: make bench-control-plane.
  test('causes no write while nothing happens, except for Leases', async () => {
    await installation.untilReady(apiGateway());
    const begin = new Date().toISOString();
    const before = await versions();
    await delay(15_000); // the promise is about a time in which nothing happens
    assert.deepEqual(await versions(), before);
    const { auditLog = '' } = installation.cluster;
    const writes = (await readAudit(auditLog))
      .filter(({ stageTimestamp, verb }) => stageTimestamp > begin && /create|update|patch|delete/.test(verb))
      .filter(
        ({ user, objectRef }) => /:simpul-(operator|gateway)$/.test(user.username) && objectRef?.resource !== 'leases',
      );
    assert.deepEqual(writes, []);
  });

  test('causes no write but the count of ready pods when a gateway starts anew', async () => {
    const before = await versions();
    await gateway.kill();
    gateway = await installation.startGateway('public-1');
    await installation.untilReady(apiGateway());
    assert.deepEqual(without(await versions(), 'ApiGateway'), without(before, 'ApiGateway'));
  });
});

const wrongs: Readonly<Record<string, (found: Seen) => Promise<void>>> = {
  'other data': (found) => installation.apply(edited(found, { data: recoded(found, { hosts: ['evil.example'] }) })),
  'data that is no JSON': (found) => installation.apply(edited(found, { data: { 'compiled.json': 'bm9uc2Vuc2U=' } })),
  'data that is no compiled object': (found) =>
    installation.apply(edited(found, { data: recoded(found, { contract: 99 }) })),
  'another content hash': (found) => installation.apply(edited(found, { hash: '0'.repeat(64) })),
  'no data at all': async ({ metadata: { name, namespace = '' } }) => {
    const patch = JSON.stringify([{ op: 'remove', path: '/data' }]);
    await installation.cluster.kubectl(['patch', 'secret', name, '-n', namespace, '--type=json', '-p', patch]);
  },
  'nothing there': (found) => installation.remove({ ...found, apiVersion: 'v1', kind: 'Secret' }),
};

describe('compiled objects', () => {
  const refuse = async (action: Promise<unknown>): Promise<void> => {
    await assert.rejects(
      action,
      (error) => isStoreError(error, 'Forbidden') && /simpul-compiled-secrets/.test(error.message),
    );
  };

  test('are one for each source', async () => {
    const sources = (await installation.compiled()).map(({ metadata }) => metadata.annotations?.['simpul.id/source']);
    assert.deepEqual(sources.sort(), [
      'ApiGateway/simpul-system/public',
      'ApiService/owner/keyed',
      'ApiService/owner/open',
      'KeyManager/owner/keys',
      'Subscription/caller/free',
      'Subscription/caller/gold',
      'Tenant/caller',
      'Tenant/owner',
    ]);
  });

  test('are written by nobody but the operator', async () => {
    for (const found of await installation.compiled()) {
      await refuse(installation.remove({ ...found, apiVersion: 'v1', kind: 'Secret' }));
      await refuse(installation.apply(edited(found, {})));
    }
  });

  describe('that somebody changed without the policy', () => {
    before(async () => {
      await installation.cluster.kubectl(['delete', 'validatingadmissionpolicybinding', 'simpul-compiled-secrets']);
      await until('the policy is no more', async () => {
        const [found] = await installation.compiled();
        return await installation.admin
          .apply(edited(found!, {}), { fieldManager: 'test', force: true, dryRun: true })
          .then(
            () => true,
            () => false,
          );
      });
    });

    for (const [what, hurt] of Object.entries(wrongs)) {
      test(`come back: ${what}`, async () => {
        const good = await installation.compiledOf('ApiService/owner/keyed');
        assert.ok(good);
        await hurt(good.secret);
        await untilRestored(good.secret);
      });
    }

    test('come back also when the operator was away', async () => {
      const sources = ['ApiService/owner/keyed', 'ApiService/owner/open', 'Tenant/owner', 'KeyManager/owner/keys'];
      const found = await Promise.all(
        [...sources, 'Subscription/caller/free', 'Subscription/caller/gold'].map((source) =>
          installation.compiledOf(source),
        ),
      );
      const good = found.flatMap((one) => (one === undefined ? [] : [one.secret]));
      assert.equal(good.length, Object.keys(wrongs).length);
      await operator.stop();
      for (const [index, hurt] of Object.values(wrongs).entries()) await hurt(good[index]!);
      operator = await installation.startOperator();
      for (const secret of good) await untilRestored(secret);
      await until('nothing is refused', async () => {
        const page = await gateway.adminPage('/metrics');
        return page !== undefined && !/^simpul_gateway_\S*refused\S* [1-9]/m.test(page.text);
      });
    });
  });
});

async function untilRestored(good: Seen): Promise<void> {
  let last: Seen | undefined;
  const look = async (): Promise<boolean> => {
    last = await installation.get({ ...good, apiVersion: 'v1', kind: 'Secret' });
    return (
      last?.metadata.resourceVersion !== good.metadata.resourceVersion &&
      last?.data?.['compiled.json'] === good.data?.['compiled.json'] &&
      last?.metadata.annotations?.['simpul.id/content-hash'] === good.metadata.annotations?.['simpul.id/content-hash']
    );
  };
  await until('it is as it was', look, { seen: () => last });
}

function edited(found: Seen, { data, hash }: { data?: Record<string, string>; hash?: string }): KubeObject {
  const { name, namespace = '' } = found.metadata;
  const annotations = { 'simpul.id/edited': 'yes', ...(hash === undefined ? {} : { 'simpul.id/content-hash': hash }) };
  const base = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'simpul.id/compiled',
    metadata: { name, namespace, annotations },
  };
  return data === undefined ? base : { ...base, ...{ data } };
}

/** The data of `found` with some fields changed. */
function recoded(found: Seen, change: object): Record<string, string> {
  const content = JSON.parse(Buffer.from(found.data?.['compiled.json'] ?? '', 'base64').toString('utf8'));
  return { 'compiled.json': Buffer.from(JSON.stringify({ ...content, ...change })).toString('base64') };
}

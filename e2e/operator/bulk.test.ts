import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { simpulKinds } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { conditionOf, Installation, type Seen } from './harness.ts';
import { type ApiSpec, apiGateway, apiService, tenant } from './objects.ts';
import type { OperatorProgram } from './operator-program.ts';
import { until } from './waiting.ts';

const owner = tenant('owner', { paths: ['/owner'] });
const good = 1_000;

/** What is wrong with the bad ones, in turn, and the reason that they must give. */
const faults: readonly { readonly spec: ApiSpec; readonly reason: string }[] = [
  { spec: { basePath: '/elsewhere' }, reason: 'PathNotClaimed' },
  { spec: { hosts: ['api.other.go.id'] }, reason: 'HostNotClaimed' },
  { spec: { backendUrl: 'http://169.254.169.254/' }, reason: 'BackendNotAllowed' },
  { spec: { basePath: '/owner/good-0000' }, reason: 'RouteConflict' },
  { spec: { gatewayRefs: [{ name: 'none', namespace: 'simpul-system' }] }, reason: 'GatewayNotFound' },
];

/** Runs `action` for all of `items`, 32 at a time. */
async function forAll<T>(items: readonly T[], action: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await action(item);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}

describe('100 invalid ApiServices among 1,000 valid ones', () => {
  let installation: Installation;
  let operator: OperatorProgram;
  let gateway: GatewayProgram;
  const all = new Map<string, string>();

  before(async () => {
    installation = await Installation.start();
    operator = await installation.startOperator();
    await installation.apply(apiGateway(), owner);
    gateway = await installation.startGateway('public-1');
    await installation.untilReady(owner);
    const first = apiService('owner', 'good-0000', { backendUrl: installation.backend });
    await installation.apply(first);
    await installation.untilReady(first);
    all.set('good-0000', 'Succeeded');
  });
  after(() => installation?.stop());

  function mixed(): KubeObject[] {
    const objects: KubeObject[] = [];
    for (let i = 1; i < good; i += 1) {
      const name = `good-${String(i).padStart(4, '0')}`;
      objects.push(apiService('owner', name, { backendUrl: installation.backend }));
      all.set(name, 'Succeeded');
      const fault = faults[(i / 10) % faults.length];
      if (i % 10 !== 0 || fault === undefined) continue;
      objects.push(apiService('owner', `bad-${i}`, fault.spec));
      all.set(`bad-${i}`, fault.reason);
    }
    objects.push(apiService('owner', 'bad-0', faults[0]?.spec));
    all.set('bad-0', faults[0]?.reason ?? '');
    return objects;
  }

  const isDone = (api: Seen): boolean => conditionOf(api, 'Ready')?.reason === all.get(api.metadata.name);

  test('the valid ones are Ready and served, the others say why', async (context) => {
    const begin = performance.now();
    await forAll(mixed(), (api) => installation.apply(api));
    assert.equal(all.size, good + 100);
    context.diagnostic(`applied after ${Math.round(performance.now() - begin)} ms`);
    let apis: Seen[] = [];
    const look = async (): Promise<boolean> => {
      apis = await installation.list(simpulKinds.ApiService);
      return apis.length === all.size && apis.every(isDone);
    };
    const seen = (): unknown =>
      apis
        .filter((api) => !isDone(api))
        .slice(0, 3)
        .map(({ metadata, status }) => [metadata.name, status]);
    await until('every ApiService has its verdict', look, { seen, withinMs: 150_000 });
    context.diagnostic(`all decided after ${Math.round(performance.now() - begin)} ms`);
    const names = [...all].filter(([, reason]) => reason === 'Succeeded').map(([name]) => name);
    await forAll(names, async (name) => assert.equal((await gateway.call(`/owner/${name}`)).status, 200, name));
    const written = await operator.metric('simpul_operator_status_writes_total', 'kind="ApiService"');
    context.diagnostic(`${(written / all.size).toFixed(2)} status writes for each`);
    assert.ok(written / all.size <= 2.1);
  });

  test('and when the invalid ones are hurried through all their faults, no valid one is touched', async () => {
    const before = await versions();
    const bad = [...all].filter(([, reason]) => reason !== 'Succeeded').map(([name]) => name);
    await forAll(bad, async (name) => {
      for (const { spec } of faults) await installation.apply(apiService('owner', name, spec));
    });
    const last = faults.at(-1)?.reason ?? '';
    for (const name of bad) await installation.untilCondition(apiService('owner', name), 'Ready', { reason: last });
    assert.deepEqual(await versions(), before);
  });

  /** Versions of the valid ones and of everything that is compiled. */
  async function versions(): Promise<Record<string, string>> {
    const apis = await installation.list(simpulKinds.ApiService);
    const valid = apis.filter(({ metadata }) => metadata.name.startsWith('good-'));
    const found = [...valid, ...(await installation.compiled())];
    return Object.fromEntries(found.map(({ metadata }) => [metadata.name, metadata.resourceVersion ?? '']));
  }
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '#e2e/operator/waiting.ts';
import { NodeCluster } from './cluster.ts';
import { measureCalls } from './measured-calls.ts';
import { ScaledFleet } from './scaled-fleet.ts';

describe('an ApiGateway whose pods the load decides', () => {
  let cluster: NodeCluster;

  before(async () => {
    cluster = await NodeCluster.open();
  });
  after(async () => {
    await cluster?.close();
  });

  /** Calls all the time. */
  const callersOf = async (fleet: ScaledFleet, name: string, rate: number) =>
    await cluster.startCaller(name, {
      ...{ path: `/banten/${fleet.name}/1`, origin: await cluster.origin(fleet.name) },
      ...{ count: 1, rate },
    });

  test('it has more when they are busy, fewer when not; no call fails, and the operator leaves their number alone', async (t) => {
    await using stack = new AsyncDisposableStack();
    const fleet = new ScaledFleet(cluster, 'sibuk');
    stack.defer(() => fleet.remove());
    await fleet.start({ minReplicas: 1, maxReplicas: 3, cpuPercent: 6 });
    const began = performance.now();
    const { generation } = (await fleet.deployment()).metadata;
    const few = await callersOf(fleet, 'sepi', 20);
    stack.defer(() => few.remove());
    const many = await callersOf(fleet, 'padat', 500);
    stack.defer(() => many.remove());

    await fleet.untilPods(3);
    const grown = performance.now();
    await until('the ApiGateway says so', async () => (await fleet.autoscaled()).startsWith('True Autoscaled'));
    const used = (await fleet.scaler()).currentMetrics?.[0]?.containerResource?.current.averageValue ?? '';
    assert.match(used, /^[1-9]\d*m?$/);

    // A write of the operator, which puts an edit right, is none of the number that it did not choose.
    const edit = JSON.stringify({ spec: { strategy: { rollingUpdate: { maxSurge: 3 } } } });
    await fleet.kubectl('patch', `deployment/${fleet.name}`, '-p', edit);
    await until('the edit is put right', async () => {
      const { rollingUpdate } = (await fleet.deployment()).spec.strategy;
      return rollingUpdate.maxSurge === 1;
    });
    assert.deepEqual((await many.end()).failures, []);

    await fleet.untilPods(1);
    const shrunk = performance.now();
    assert.deepEqual((await few.end()).failures, []);
    const [up, down] = [fleet.steps.slice(0, fleet.steps.indexOf(3)), fleet.steps.slice(fleet.steps.indexOf(3))];
    assert.deepEqual(
      up,
      up.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      down,
      down.toSorted((a, b) => b - a),
    );
    // All changes of the Deployment are these steps, the edit, and what put it right: nobody else wrote the number.
    const changes = (await fleet.deployment()).metadata.generation - generation;
    assert.equal(changes, fleet.steps.length - 1 + 2);
    const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(0);
    t.diagnostic(
      `3 pods of ${used} CPU each after ${seconds(began, grown)} s, 1 again ${seconds(grown, shrunk)} s later; steps ${fleet.steps.join(', ')}`,
    );
  });

  test('it has more when many calls are under way, as soon as custom.metrics.k8s.io tells how many', async (t) => {
    if (!cluster.target.isOwn) return t.skip('it serves custom.metrics.k8s.io from beside the node of make cluster');
    await using stack = new AsyncDisposableStack();
    const fleet = new ScaledFleet(cluster, 'antre');
    stack.defer(() => fleet.remove());
    const says = async (what: RegExp) => {
      let said = '';
      const look = async () => {
        said = await fleet.autoscaled();
        return what.test(said);
      };
      await until(`the ApiGateway says ${what}`, look, { seen: () => said });
    };
    // 6 calls a second that take 2 s each are 12 under way.
    const faultInjection = { until: new Date(Date.now() + 3_600_000).toISOString(), delay: '2s' };
    await fleet.start({ minReplicas: 1, maxReplicas: 3, cpuPercent: 100, callsInFlight: 4 }, { faultInjection });
    const callers = await callersOf(fleet, 'lama', 6);
    stack.defer(() => callers.remove());

    await says(/^False MetricUnavailable: custom\.metrics\.k8s\.io does not answer/);
    const measured = stack.use(await measureCalls(cluster));
    await says(/^False MetricUnavailable: .* cannot read simpul_gateway_calls_in_flight/);
    assert.equal((await fleet.deployment()).spec.replicas, 1);
    measured.findPods();
    await fleet.untilPods(3);
    await says(/^True Autoscaled/);
    const { currentMetrics, conditions } = await fleet.scaler();
    assert.deepEqual(
      currentMetrics?.map(({ type }) => type),
      ['ContainerResource', 'Pods'],
    );
    assert.equal(conditions?.find(({ type }) => type === 'ScalingActive')?.status, 'True');
    assert.deepEqual((await callers.end()).failures, []);
    t.diagnostic(`3 pods of ${currentMetrics?.[1]?.pods?.current.averageValue} calls under way each`);
  });
});

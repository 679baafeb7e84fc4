import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parseId } from '#api/object.ts';
import { compiledNamespaceOf } from '#operator/resources/gateway.ts';
import { Installation } from './harness.ts';
import { apiGateway } from './objects.ts';
import { until } from './waiting.ts';

const namespace = compiledNamespaceOf({ metadata: parseId('simpul-system/public') });
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name: 'public' } };
const autoscaler = {
  ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  metadata: { namespace, name: 'public' },
};
/** An aggregated API without a Service is one of the API server's own, and so always available. */
const customMetrics = {
  ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' },
  metadata: { name: 'v1beta1.custom.metrics.k8s.io' },
  spec: { group: 'custom.metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
};
const autoscaling = { minReplicas: 2, maxReplicas: 6, callsInFlight: 200 };

/** Kubernetes' own controller looks at the HorizontalPodAutoscaler; nothing in this cluster measures pods. */
describe('a fleet that the load scales', () => {
  let installation: Installation;

  before(async () => {
    installation = await Installation.start({ controllerManager: true });
    await installation.startOperator([
      ...['--gateway-image=localhost/gateway:1', '--lease-duration=4s', '--renew-deadline=3s', '--retry-period=500ms'],
    ]);
    await installation.apply(apiGateway('public', { replicas: 3 }));
    await until('there are 3', async () => (await replicas()) === 3);
  });
  after(() => installation?.stop());

  const replicas = async () => (await installation.get(deployment))?.spec?.['replicas'];
  const metricTypes = async () => {
    const metrics = (await installation.get(autoscaler))?.spec?.['metrics'] as { type: string }[] | undefined;
    return metrics?.map(({ type }) => type).sort();
  };
  const scale = (count: number) =>
    installation.cluster.kubectl(['scale', 'deployment', 'public', '-n', namespace, `--replicas=${count}`]);

  test('keeps the number that it has when autoscaling begins', async () => {
    await installation.apply(apiGateway('public', { replicas: 3, autoscaling }));
    await until('there is an autoscaler', () => installation.get(autoscaler));
    await installation.untilCondition(apiGateway(), 'Autoscaled', { status: 'False', reason: 'MetricUnavailable' });
    assert.equal(await replicas(), 3);
  });

  test('is told that nobody measures calls, and which adapter is missing; CPU alone decides', async () => {
    assert.deepEqual(await metricTypes(), ['ContainerResource']);
    await installation.untilCondition(apiGateway(), 'Autoscaled', { status: 'False', reason: 'MetricUnavailable' });
  });

  test('asks for calls as soon as custom.metrics.k8s.io answers', async () => {
    await installation.apply(customMetrics);
    await installation.apply(apiGateway('public', { replicas: 3, autoscaling, drainDelay: '11s' }));
    await until('calls are asked for', async () => (await metricTypes())?.join() === 'ContainerResource,Pods');
  });

  test('says what the autoscaler says when the cluster measures nothing', async () => {
    const expected = { status: 'False', reason: 'MetricUnavailable', message: /FailedGet/ } as const;
    await installation.untilCondition(apiGateway(), 'Autoscaled', expected);
  });

  test('leaves the number to who scales it, within bounds', async () => {
    await scale(5);
    await installation.apply(apiGateway('public', { replicas: 3, autoscaling, workers: 2 }));
    await until('the edit is in the pods', async () =>
      JSON.stringify(await installation.get(deployment)).includes('SIMPUL_WORKERS'),
    );
    assert.equal(await replicas(), 5);
    await scale(0);
    await until('none at all is put right', async () => (await replicas()) === 2);
  });

  test('has its fixed number again without autoscaling, and no autoscaler', async () => {
    await installation.apply(apiGateway('public', { replicas: 3 }));
    await until('there are 3', async () => (await replicas()) === 3);
    await installation.untilGone(autoscaler);
    await until('nothing is said of autoscaling', async () => {
      const conditions = (await installation.get(apiGateway()))?.status?.conditions ?? [];
      return conditions.every(({ type }) => type !== 'Autoscaled');
    });
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { buildAutoscaler } from './autoscaler.ts';
import { buildDeployment } from './gateway-deployment.ts';

const image = { name: 'gateway:1', pullSecrets: [] };
const spec = { minReplicas: 2, maxReplicas: 10, cpuPercent: 70, callsInFlight: 200 };

function gatewayOf(more: object = {}): ApiGateway {
  const listeners = [{ name: 'http', protocol: 'HTTP', port: 8080 }];
  return {
    metadata: { name: 'public', namespace: 'simpul-system' },
    spec: { replicas: 3, workers: 1, listeners, autoscaling: spec, ...more },
  } as unknown as ApiGateway;
}

const cpuOf: readonly { readonly workers: number; readonly cpuPercent: number; readonly value: string }[] = [
  { workers: 1, cpuPercent: 70, value: '700m' },
  { workers: 1, cpuPercent: 100, value: '1' },
  { workers: 4, cpuPercent: 75, value: '3' },
  { workers: 3, cpuPercent: 50, value: '1500m' },
];
for (const { workers, cpuPercent, value } of cpuOf) {
  test(`${cpuPercent} % of ${workers} workers are ${value}, as the API server writes it`, () => {
    const built = JSON.stringify(buildAutoscaler(gatewayOf({ workers }), { ...spec, cpuPercent }, true));
    assert.ok(built.includes(`"averageValue":"${value}"`), built);
  });
}

test('calls count only where the cluster measures them', () => {
  const types = (customMetrics: boolean) =>
    JSON.stringify(buildAutoscaler(gatewayOf(), spec, customMetrics)).match(/"type":"(Pods|ContainerResource)"/g)
      ?.length;
  assert.equal(types(true), 2);
  assert.equal(types(false), 1);
});

const counts: readonly { readonly name: string; readonly has: number | undefined; readonly gets: number }[] = [
  { name: 'a fleet that begins has the fewest', has: undefined, gets: 2 },
  { name: 'what the autoscaler chose stays', has: 7, gets: 7 },
  { name: 'none at all would end the autoscaling', has: 0, gets: 2 },
  { name: 'more than the most is cut', has: 11, gets: 10 },
];
for (const { name, has, gets } of counts) {
  test(name, () => {
    const { metadata } = gatewayOf();
    const current = {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...metadata, resourceVersion: '5' } },
      spec: { replicas: has ?? 0 },
    };
    const built = buildDeployment(gatewayOf(), image, has === undefined ? undefined : current);
    assert.equal(built.spec?.replicas, gets);
    assert.equal(
      built.metadata.resourceVersion,
      has === undefined ? undefined : '5',
      'the write holds for what was read',
    );
  });
}

test('without autoscaling the number is the one of the spec, whatever is there', () => {
  const current = { ...buildDeployment(gatewayOf(), image), spec: { replicas: 9 } };
  const built = buildDeployment(gatewayOf({ autoscaling: undefined }), image, current);
  assert.equal(built.spec?.replicas, 3);
  assert.equal('resourceVersion' in built.metadata, false);
});

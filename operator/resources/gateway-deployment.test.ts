import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { buildDeployment } from './gateway-deployment.ts';

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly resources: { readonly requests: object; readonly limits: object };
}

function containerOf(workers: number): Container {
  const gateway = {
    metadata: { name: 'public', namespace: 'simpul-system' },
    spec: { replicas: 2, workers, listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }] },
  } as unknown as ApiGateway;
  const deployment = buildDeployment(gateway, 'gateway:1');
  const { spec } = deployment as unknown as { spec: { template: { spec: { containers: Container[] } } } };
  return spec.template.spec.containers[0] ?? assert.fail('no container');
}

test('a pod of one process is not told of workers, and has one CPU', () => {
  const { env, resources } = containerOf(1);
  assert.equal(
    env.some(({ name }) => name === 'SIMPUL_WORKERS'),
    false,
  );
  assert.deepEqual(resources, { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '640Mi' } });
});

test('each worker brings its CPU and its memory', () => {
  const { env, resources } = containerOf(4);
  assert.equal(env.find(({ name }) => name === 'SIMPUL_WORKERS')?.value, '4');
  assert.deepEqual(resources, { requests: { cpu: '400m', memory: '512Mi' }, limits: { cpu: '4', memory: '2560Mi' } });
});

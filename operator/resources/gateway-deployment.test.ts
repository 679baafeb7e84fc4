import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { buildDeployment } from './gateway-deployment.ts';

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly resources: { readonly requests: object; readonly limits: object };
}

interface Pod {
  readonly containers: readonly Container[];
  readonly terminationGracePeriodSeconds: number;
  readonly topologySpreadConstraints: readonly {
    readonly topologyKey: string;
    readonly whenUnsatisfiable: string;
    readonly matchLabelKeys: readonly string[];
  }[];
}

function podOf(workers: number): Pod {
  const gateway = {
    metadata: { name: 'public', namespace: 'simpul-system' },
    spec: { replicas: 2, workers, listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }] },
  } as unknown as ApiGateway;
  const deployment = buildDeployment(gateway, { name: 'gateway:1', pullSecrets: [] });
  return (deployment as unknown as { spec: { template: { spec: Pod } } }).spec.template.spec;
}

function containerOf(workers: number): Container {
  return podOf(workers).containers[0] ?? assert.fail('no container');
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

test('the grace period outlasts the longest drain: 10 minutes of drainDelay, and 30 s for calls under way', () => {
  const { terminationGracePeriodSeconds: grace, containers } = podOf(1);
  assert.ok(grace > 600 + 30);
  assert.equal('lifecycle' in (containers[0] ?? {}), false, 'a preStop hook would be waited for beside the drain');
});

test('pods spread by zone and by node, those of one revision among themselves, and run where they cannot', () => {
  const constraints = podOf(1).topologySpreadConstraints;
  assert.deepEqual(
    constraints.map(({ topologyKey }) => topologyKey),
    ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'],
  );
  for (const { whenUnsatisfiable, matchLabelKeys } of constraints) {
    assert.equal(whenUnsatisfiable, 'ScheduleAnyway');
    assert.deepEqual(matchLabelKeys, ['pod-template-hash']);
  }
});

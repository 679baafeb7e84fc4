import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { Autoscaler } from '../resources/autoscaler.ts';
import { autoscaled } from './autoscaled.ts';

const active = { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' };
const inactive = { type: 'ScalingActive', status: 'False', reason: 'FailedGetPodsMetric', message: 'no such metric' };
const cpu = { type: 'ContainerResource' };
const calls = { type: 'Pods' };
const unread = { type: '' };

const cases: readonly {
  readonly name: string;
  readonly callsInFlight?: number;
  readonly customMetrics?: boolean;
  readonly status?: Autoscaler['status'];
  readonly says: RegExp;
}[] = [
  { name: 'it has not looked yet', says: /^Unknown Progressing: .* not looked at the pods yet$/ },
  {
    ...{ name: 'CPU is all that is asked for', status: { conditions: [active], currentMetrics: [cpu] } },
    says: /^True Autoscaled: /,
  },
  {
    ...{ name: 'both are measured', callsInFlight: 9, customMetrics: true },
    ...{ status: { conditions: [active], currentMetrics: [cpu, calls] }, says: /^True Autoscaled: / },
  },
  {
    ...{ name: 'it has not looked since calls are to count', callsInFlight: 9, customMetrics: true },
    ...{ status: { conditions: [active], currentMetrics: [cpu] }, says: /^Unknown Progressing: / },
  },
  {
    ...{ name: 'nobody serves metrics of our own', callsInFlight: 9 },
    ...{ status: { conditions: [active], currentMetrics: [cpu] } },
    says: /^False MetricUnavailable: custom\.metrics\.k8s\.io does not answer/,
  },
  {
    ...{ name: 'somebody serves some, but not this', callsInFlight: 9, customMetrics: true },
    ...{ status: { conditions: [active], currentMetrics: [cpu, unread] } },
    says: /^False MetricUnavailable: .* cannot read simpul_gateway_calls_in_flight of the pods/,
  },
  {
    ...{ name: 'calls are measured, and CPU is not', callsInFlight: 9, customMetrics: true },
    ...{ status: { conditions: [active], currentMetrics: [unread, calls] } },
    says: /^False MetricUnavailable: .* cannot read CPU of the pods/,
  },
  {
    ...{ name: 'nothing is measured', callsInFlight: 9, customMetrics: true },
    ...{ status: { conditions: [inactive], currentMetrics: null } },
    says: /^False MetricUnavailable: The HorizontalPodAutoscaler says FailedGetPodsMetric: no such metric$/,
  },
];
for (const { name, callsInFlight, customMetrics = false, status, says } of cases) {
  test(name, () => {
    const metadata = { name: 'public', namespace: 'simpul-system', generation: 1 };
    const autoscaling = { minReplicas: 2, maxReplicas: 9, cpuPercent: 70, callsInFlight };
    const gateway = { metadata, spec: { autoscaling } } as unknown as ApiGateway;
    const autoscaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      status,
    } as Autoscaler;
    const told = autoscaled(gateway, autoscaler, customMetrics);
    assert.match(`${told.status} ${told.reason}: ${told.message}`, says);
  });
}

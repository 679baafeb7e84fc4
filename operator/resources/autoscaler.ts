import type { ApiGateway, ApiGatewayAutoscaling } from '#api/generated/apigateway.ts';
import type { KubeObject } from '#api/object.ts';
import { fleetMetadata } from './gateway.ts';

/** Gauge of a gateway pod: calls that are under way. */
export const callsInFlightMetric = 'simpul_gateway_calls_in_flight';

/** The part of a HorizontalPodAutoscaler that its controller writes. */
export interface Autoscaler extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly ScalingCondition[];
    readonly currentMetrics?: readonly { readonly type: string }[] | null;
  };
}

export interface ScalingCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Types of the metrics that the controller last looked at, in the order of the spec it knew; `` for one that it could not read. */
export function measuredTypes({ status }: Autoscaler): readonly string[] {
  return status?.currentMetrics?.map(({ type }) => type) ?? [];
}

/**
 * `customMetrics`: whether the cluster serves metrics of our own. One that nobody serves would keep a fleet from ever
 * shrinking, so it is left out then.
 */
export function buildAutoscaler(gateway: ApiGateway, spec: ApiGatewayAutoscaling, customMetrics: boolean): Autoscaler {
  const { minReplicas, maxReplicas, cpuPercent, callsInFlight } = spec;
  const cpu = target(milli(gateway.spec.workers * cpuPercent * 10));
  const metrics: object[] = [
    { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'gateway', target: cpu } },
  ];
  if (customMetrics && callsInFlight !== undefined) {
    const pods = { metric: { name: callsInFlightMetric }, target: target(String(callsInFlight)) };
    metrics.push({ type: 'Pods', pods });
  }
  const { name } = gateway.metadata;
  const wanted = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas,
    maxReplicas,
    metrics,
  };
  const metadata = fleetMetadata(gateway);
  const autoscaler = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec: wanted };
  return autoscaler;
}

/** Of each pod on average. A share of what pods ask for would be of a tenth of a CPU, which they may well exceed. */
function target(averageValue: string): object {
  return { type: 'AverageValue', averageValue };
}

/** Thousandths as the API server writes them: `700m`, but `1` and not `1000m`. */
function milli(thousandths: number): string {
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

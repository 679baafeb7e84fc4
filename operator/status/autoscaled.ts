import { conditionOf, type Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { type Autoscaler, callsInFlightMetric, measuredTypes } from '../resources/autoscaler.ts';
import { observe } from '../translate/outcome.ts';

/** Whether the number of pods follows the load, as its HorizontalPodAutoscaler tells. */
export function autoscaled(gateway: ApiGateway, autoscaler: Autoscaler, customMetrics: boolean): Observation {
  const countsCalls = gateway.spec.autoscaling?.callsInFlight !== undefined;
  const missing = missingMetric(autoscaler, countsCalls && !customMetrics);
  if (missing !== undefined) {
    return observe(gateway, 'Autoscaled', 'False', { reason: 'MetricUnavailable', message: missing });
  }
  const hasLooked = conditionOf(autoscaler.status?.conditions, 'ScalingActive')?.status === 'True';
  if (hasLooked && (!countsCalls || measuredTypes(autoscaler).includes('Pods'))) {
    const message = 'The load decides how many pods run';
    return observe(gateway, 'Autoscaled', 'True', { reason: 'Autoscaled', message });
  }
  const message = 'The HorizontalPodAutoscaler has not looked at the pods yet';
  return observe(gateway, 'Autoscaled', 'Unknown', { reason: 'Progressing', message });
}

/** Where the operator runs no pods, as in standalone mode, their number follows nothing. */
export function notAutoscaledHere(gateway: ApiGateway): readonly Observation[] {
  if (gateway.spec.autoscaling === undefined) return [];
  const message = 'Nothing comes of spec.autoscaling here: the operator runs no pods (as in simpul dev)';
  return [observe(gateway, 'Autoscaled', 'False', { reason: 'MetricUnavailable', message })];
}

/** What is not measured; undefined: nothing that we know of. `isUnserved`: calls are to count, and nobody serves them. */
function missingMetric(autoscaler: Autoscaler, isUnserved: boolean): string | undefined {
  const active = conditionOf(autoscaler.status?.conditions, 'ScalingActive');
  if (active?.status === 'False') {
    return `The HorizontalPodAutoscaler says ${active.reason ?? 'nothing'}: ${active.message ?? ''}`;
  }
  if (isUnserved) {
    return `custom.metrics.k8s.io does not answer, so only CPU decides: install an adapter that serves ${callsInFlightMetric}, or remove spec.autoscaling.callsInFlight`;
  }
  const measured = measuredTypes(autoscaler);
  if (!measured.includes('')) return undefined;
  const unread = measured.includes('ContainerResource') ? callsInFlightMetric : 'CPU';
  return `The HorizontalPodAutoscaler cannot read ${unread} of the pods, so it may add pods but takes none away: its Events say why`;
}

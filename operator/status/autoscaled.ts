import { conditionOf, type Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { type Autoscaler, callsInFlightMetric } from '../resources/autoscaler.ts';
import { observe } from '../translate/outcome.ts';

/** Whether the number of pods follows the load, as its HorizontalPodAutoscaler tells. */
export function autoscaled(gateway: ApiGateway, autoscaler: Autoscaler, customMetrics: boolean): Observation {
  const active = conditionOf(autoscaler.status?.conditions, 'ScalingActive');
  if (active?.status === 'False') {
    const message = `The HorizontalPodAutoscaler says ${active.reason ?? 'nothing'}: ${active.message ?? ''}`;
    return observe(gateway, 'Autoscaled', 'False', { reason: 'MetricUnavailable', message });
  }
  if (gateway.spec.autoscaling?.callsInFlight !== undefined && !customMetrics) {
    const message = `custom.metrics.k8s.io does not answer, so only CPU decides: install an adapter that serves ${callsInFlightMetric}, or remove spec.autoscaling.callsInFlight`;
    return observe(gateway, 'Autoscaled', 'False', { reason: 'MetricUnavailable', message });
  }
  if (active?.status === 'True') {
    return observe(gateway, 'Autoscaled', 'True', {
      reason: 'Autoscaled',
      message: 'The load decides how many pods run',
    });
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

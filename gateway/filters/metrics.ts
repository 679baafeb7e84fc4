import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Filter } from './filter.ts';
import { resultOf } from './grpc.ts';

/** Counts and times every call, answered or not. */
export function metricsFilter(metrics: GatewayMetrics): Filter {
  return {
    name: 'metrics',
    onRequest() {
      metrics.callsInFlight++;
    },
    onEnd(exchange) {
      metrics.callsInFlight--;
      const meters = exchange.api?.meters ?? metrics.noApi;
      const traceId = exchange.span === null ? '' : exchange.traceId;
      meters.count(exchange.plan?.name ?? null, resultOf(exchange), exchange.totalMs / 1000, traceId);
      if (exchange.code.startsWith('GW_BACKEND_')) metrics.countBackendError(exchange.code);
    },
  };
}

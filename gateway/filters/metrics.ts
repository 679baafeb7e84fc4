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
      const result = resultOf(exchange);
      meters.count(exchange.plan?.name ?? null, result);
      const traceId = exchange.span === null ? '' : exchange.traceId;
      // A WebSocket connection lasts as long as its two ends like; that says nothing about the API.
      if (result !== 101) meters.latency.observe(exchange.totalMs / 1000, traceId, exchange.time);
      if (exchange.code.startsWith('GW_BACKEND_')) metrics.countBackendError(exchange.code);
    },
  };
}

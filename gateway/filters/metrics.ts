import type { Clock } from '../clock.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Filter } from './filter.ts';

/** Counts and times every call, answered or not. */
export function metricsFilter(metrics: GatewayMetrics, clock: Clock): Filter {
  return {
    name: 'metrics',
    onRequest() {
      metrics.inFlight.inc();
    },
    onEnd(exchange) {
      metrics.inFlight.dec();
      const seconds = (clock.steady() - exchange.startedAt) / 1000;
      const meters = exchange.api?.meters ?? metrics.noApi;
      meters.count(exchange.plan?.name ?? null, exchange.status, seconds);
      if (exchange.code.startsWith('GW_BACKEND_')) metrics.countBackendError(exchange.code);
    },
  };
}

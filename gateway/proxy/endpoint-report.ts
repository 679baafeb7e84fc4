import type { EndpointState } from './endpoint-state.ts';

/** Most endpoints in one report. */
const maxReported = 1000;

/** What the admin server shows of the endpoints: first those that are left alone. */
export function endpointReport(states: Iterable<EndpointState>): unknown {
  const all = [...states];
  const sorted = [...all.filter(({ isUp }) => !isUp), ...all.filter(({ isUp }) => isUp)];
  const endpoints = sorted.slice(0, maxReported).map((state) => ({
    url: state.url,
    up: state.isUp,
    callsInFlight: state.inFlight,
    apis: state.users,
    ...(state.check === null ? {} : { healthy: state.isHealthy, lastCheck: state.check.fault || 'ok' }),
    ...(state.breaker === null ? {} : { circuit: state.breaker.isClosed ? 'closed' : 'open' }),
    ...(state.breaker === null ? {} : { circuitOpenings: state.breaker.openings }),
  }));
  return { total: all.length, endpoints };
}

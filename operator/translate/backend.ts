import type { CompiledBackend } from '#api/compiled/contract.ts';
import type { CompiledRetryReason } from '#api/compiled/traffic.ts';
import type { ApiServiceBackend } from '#api/generated/apiservice.ts';
import { parseDurationMs } from './quantity.ts';
import type { Settings } from './settings.ts';

/** As the API, its Tenant or the gateway says. */
type BackendSettings = Pick<Settings, 'timeoutMs' | 'connectTimeoutMs' | 'retryAttempts'>;

/** `spec.backend`, whose durations were checked. What has its default is left out. */
export function compileBackend(backend: ApiServiceBackend, settings: BackendSettings): CompiledBackend {
  const { maxConnections, maxPendingRequests } = backend;
  return {
    endpoints: backend.endpoints.map(({ url, weight }) => ({ url, weight })),
    timeoutMs: settings.timeoutMs,
    connectTimeoutMs: settings.connectTimeoutMs,
    ...(backend.protocol === 'HTTP2' ? { protocol: backend.protocol } : {}),
    ...compileHeaders(backend),
    ...compileLoadBalancing(backend),
    ...compileCircuitBreaker(backend),
    ...compileHealthCheck(backend),
    ...compileRetries(backend, settings.retryAttempts),
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(maxPendingRequests === undefined ? {} : { maxPendingRequests }),
  };
}

function compileHeaders({ headers }: ApiServiceBackend): Pick<CompiledBackend, 'headers'> {
  return headers === undefined ? {} : { headers: { set: headers.set ?? {}, remove: headers.remove ?? [] } };
}

function compileLoadBalancing({ loadBalancing, hashOn }: ApiServiceBackend): Pick<CompiledBackend, 'loadBalancing'> {
  switch (loadBalancing) {
    case 'RoundRobin':
      return {};
    case 'LeastRequest':
      return { loadBalancing: { type: 'LeastRequest' } };
    case 'ConsistentHash':
      return { loadBalancing: { type: 'ConsistentHash', ...(hashOn ?? { by: 'ClientIP' }) } };
  }
}

function compileCircuitBreaker({ circuitBreaker }: ApiServiceBackend): Pick<CompiledBackend, 'circuitBreaker'> {
  if (circuitBreaker === undefined) return {};
  const { consecutiveFailures, openFor, maxRequests } = circuitBreaker;
  const openForMs = parseDurationMs(openFor) ?? 0;
  return { circuitBreaker: { consecutiveFailures, openForMs, ...(maxRequests === undefined ? {} : { maxRequests }) } };
}

function compileHealthCheck({ healthCheck }: ApiServiceBackend): Pick<CompiledBackend, 'healthCheck'> {
  if (healthCheck === undefined) return {};
  const { path, interval, timeout, unhealthyAfter, healthyAfter, expectedStatuses = [] } = healthCheck;
  const times = { intervalMs: parseDurationMs(interval) ?? 0, timeoutMs: parseDurationMs(timeout) ?? 0 };
  return { healthCheck: { path, ...times, unhealthyAfter, healthyAfter, expectedStatuses } };
}

function compileRetries({ retries }: ApiServiceBackend, attempts: number): Pick<CompiledBackend, 'retries'> {
  if (retries === undefined || attempts === 0) return {};
  const { retryOn, backoff, perTryTimeout } = retries;
  const perTry = perTryTimeout === undefined ? {} : { perTryTimeoutMs: parseDurationMs(perTryTimeout) ?? 0 };
  const reasons = retryOn.map((reason) => (/^[0-9]/.test(reason) ? Number(reason) : reason) as CompiledRetryReason);
  return { retries: { attempts, retryOn: reasons, backoffMs: parseDurationMs(backoff) ?? 0, ...perTry } };
}

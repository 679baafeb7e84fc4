import type { Clock } from './clock.ts';
import type { Exchange } from './exchange.ts';
import { access } from './filters/access.ts';
import { accessLog } from './filters/access-log.ts';
import { bodyLimit } from './filters/body-limit.ts';
import { bodySample } from './filters/body-sample.ts';
import { cache } from './filters/cache.ts';
import { canary } from './filters/canary.ts';
import { Chain } from './filters/chain.ts';
import { clientAddress } from './filters/client-address.ts';
import { compression } from './filters/compression.ts';
import { concurrency } from './filters/concurrency.ts';
import { cors } from './filters/cors.ts';
import { credential } from './filters/credential.ts';
import { faultInjection } from './filters/fault-injection.ts';
import type { Filter } from './filters/filter.ts';
import { formats } from './filters/formats.ts';
import { head } from './filters/head.ts';
import { lifecycle } from './filters/lifecycle.ts';
import { maintenance } from './filters/maintenance.ts';
import { metricsFilter } from './filters/metrics.ts';
import { mirror } from './filters/mirror.ts';
import { mock } from './filters/mock.ts';
import { operation } from './filters/operation.ts';
import { rateLimit } from './filters/rate-limit.ts';
import { requestId } from './filters/request-id.ts';
import { responseLimit } from './filters/response-limit.ts';
import { route } from './filters/route.ts';
import { scopes } from './filters/scopes.ts';
import { subscription } from './filters/subscription.ts';
import { tenant } from './filters/tenant.ts';
import { tokenEndpoint } from './filters/token-endpoint.ts';
import { traceContext } from './filters/trace-context.ts';
import { usage } from './filters/usage.ts';
import { validation } from './filters/validation.ts';
import type { CounterPool } from './limits/counters.ts';
import type { Log } from './log/log.ts';
import type { GatewayMetrics } from './metrics/gateway-metrics.ts';
import { BackendCall } from './proxy/backend-call.ts';
import type { CallBackend } from './proxy/detached-call.ts';
import { randomIds } from './random-ids.ts';
import type { Snapshot } from './snapshot/snapshot.ts';
import type { Tracing } from './tracing/tracing.ts';
import type { UsageTable } from './usage/usage-table.ts';
import type { DefinitionRoom } from './validation/definition-entry.ts';

/** What filters share with the rest of a gateway. */
export interface ChainDeps {
  readonly snapshot: Snapshot;
  readonly clock: Clock;
  readonly metrics: GatewayMetrics;
  readonly usage: UsageTable;
  readonly tracing: Tracing;
  readonly counters: CounterPool;
  readonly definitionRoom: DefinitionRoom;
  /** Takes each line of the access log. */
  readonly writeLine: (line: string) => void;
  readonly log: Log;
}

/** All filters of a gateway, and the call of the backend behind them. */
export function buildChain(deps: ChainDeps): Chain {
  const { clock, log } = deps;
  const chain: Chain = new Chain(
    buildFilters(deps, {
      callBackend: (exchange) => callDetached(exchange, chain, clock),
      runBehindCache: (exchange) => chain.runBehind('cache', exchange),
    }),
    (exchange) => new BackendCall(exchange, chain, clock).start(),
    ({ requestId: id }, error) => log.error({ err: error, requestId: id }, 'a call failed by an error of the gateway'),
  );
  return chain;
}

/** For calls that no client waits for. */
interface Detached {
  readonly callBackend: CallBackend;
  readonly runBehindCache: CallBackend;
}

function buildFilters(deps: ChainDeps, { callBackend, runBehindCache }: Detached): Filter[] {
  const { snapshot, clock, metrics } = deps;
  return [
    requestId(randomIds.requestId),
    metricsFilter(metrics),
    usage(deps.usage),
    accessLog(deps.writeLine),
    head(),
    clientAddress(snapshot),
    traceContext(randomIds, deps.tracing),
    tokenEndpoint(snapshot),
    route(snapshot),
    tenant(),
    access(),
    lifecycle(),
    cors(),
    maintenance(),
    operation(),
    credential(snapshot, clock),
    subscription(),
    scopes(),
    bodyLimit(),
    concurrency({ counters: deps.counters, clock, metrics }),
    rateLimit({ counters: deps.counters, clock, metrics }),
    validation(deps.definitionRoom, metrics),
    compression(metrics.answers),
    formats(metrics.answers),
    cache({ clock, metrics: metrics.answers, callBackend: runBehindCache }),
    faultInjection(metrics.policies, Math.random),
    canary(metrics.policies),
    mock(),
    responseLimit(),
    bodySample(Math.random),
    mirror({ metrics: metrics.policies, callBackend, chance: Math.random }),
  ];
}

/** Calls the backend where no filter could answer a refusal. */
function callDetached(exchange: Exchange, chain: Chain, clock: Clock): void {
  try {
    new BackendCall(exchange, chain, clock).start();
  } catch (error) {
    chain.refuse(exchange, error);
  }
}

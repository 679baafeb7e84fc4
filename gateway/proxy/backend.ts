import type { CompiledBackend } from '#api/compiled/contract.ts';
import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { BackendToken } from './backend-token.ts';
import { type Balancer, buildBalancer, type Random } from './balancer.ts';
import type { Endpoint } from './endpoint.ts';
import { type AnswerChange, buildAnswerChange, buildHeaderChange, type HeaderChange } from './header-change.ts';
import { RetryPolicy, type RetryTotals } from './retry-policy.ts';
import { buildRewrite, type Rewrite } from './rewrite.ts';
import { circuitOpen, overloaded } from './shed.ts';

export interface BackendDeps {
  readonly random: Random;
  readonly retryTotals: RetryTotals;
  /** Null: calls carry no token of ours. */
  readonly token: BackendToken | null;
}

/** What stands behind one API: its endpoints, and who of them gets which call. */
export class Backend {
  readonly timeoutMs: number;
  /** Also those of weight 0. */
  readonly endpoints: readonly Endpoint[];
  /** Null: the caller's fields go on as they are. */
  readonly headers: HeaderChange | null;
  /** Null: the base path is cut off, the query stays. */
  readonly rewrite: Rewrite | null;
  /** Null: the fields of answers go on as they are. */
  readonly answerChange: AnswerChange | null;
  readonly #takingCalls: readonly Endpoint[];
  readonly #balancer: Balancer;
  /** False: every endpoint takes every call, so nobody needs to look. */
  readonly #isGuarded: boolean;

  /** Its endpoints are called by HTTP/2. */
  readonly isHttp2: boolean;
  readonly token: BackendToken | null;

  /** Null: each call is sent once. */
  readonly retries: RetryPolicy | null;

  constructor(compiled: CompiledBackend, endpoints: readonly Endpoint[], deps: BackendDeps) {
    this.timeoutMs = compiled.timeoutMs;
    this.endpoints = endpoints;
    this.token = deps.token;
    this.isHttp2 = compiled.protocol !== undefined;
    this.retries = compiled.retries === undefined ? null : new RetryPolicy(compiled.retries, deps.retryTotals);
    this.headers = buildHeaderChange(compiled);
    this.rewrite = buildRewrite(compiled.rewrite);
    this.answerChange = buildAnswerChange(compiled.responseHeaders);
    this.#takingCalls = endpoints.filter(({ weight }) => weight > 0);
    this.#balancer = buildBalancer(this.#takingCalls, compiled.loadBalancing, deps.random);
    this.#isGuarded = endpoints.some(({ state }) => state.isGuarded);
  }

  /**
   * The endpoint for a call that begins now (steady milliseconds), another one than `avoided` if there is. Throws a
   * GatewayError when none takes it.
   */
  pick(exchange: Exchange, now: number, avoided: Endpoint | null): Endpoint {
    if (this.#takingCalls.length === 0) {
      throw new GatewayError('GW_NO_ENDPOINT', 'This API has no endpoint, or all have the weight 0.');
    }
    const usable = this.#isGuarded ? this.#usable(now) : this.#takingCalls;
    return this.#balancer(avoided === null ? usable : withoutIfOthers(usable, avoided), exchange);
  }

  #usable(now: number): readonly Endpoint[] {
    const all = this.#takingCalls;
    if (all.every(({ state }) => state.isHealthy && state.isClosedAt(now) && !state.isFull)) return all;
    const closed = all.filter(({ state }) => state.isClosedAt(now));
    // Calls have failed for real: there is nothing to be hoped for.
    if (closed.length === 0) throw circuitOpen(secondsToWait(all, now));
    // Checks may be wrong. When none is well, a call that may fail is better than one that must.
    const healthy = closed.filter(({ state }) => state.isHealthy);
    const free = (healthy.length === 0 ? closed : healthy).filter(({ state }) => !state.isFull);
    if (free.length === 0) throw overloaded('The backend of this API has as many calls under way as it may.');
    return free;
  }
}

/** What gets the call; null: no API was found for it. */
export function backendOf({ variant, api }: Exchange): Backend | null {
  return variant === null ? (api?.backend ?? null) : variant.backend;
}

function withoutIfOthers(endpoints: readonly Endpoint[], avoided: Endpoint): readonly Endpoint[] {
  const others = endpoints.filter((endpoint) => endpoint !== avoided);
  return others.length === 0 ? endpoints : others;
}

/** Whole seconds, at least one, until a circuit may let a call through. */
function secondsToWait(endpoints: readonly Endpoint[], now: number): number {
  const soonest = Math.min(...endpoints.map(({ state }) => state.breaker?.admitsAt(now) ?? now));
  return Math.max(1, Math.ceil((soonest - now) / 1000));
}

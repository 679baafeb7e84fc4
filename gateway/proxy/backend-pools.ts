import type { AddressJudge } from '#api/backend-address.ts';
import type { CompiledBackend } from '#api/compiled/contract.ts';
import type { CompiledHealthCheck } from '#api/compiled/traffic.ts';
import type { Clock } from '../clock.ts';
import { ProviderClient } from '../identity/provider-client.ts';
import { Backend } from './backend.ts';
import type { ChannelPool } from './backend-channel.ts';
import type { NameDeps } from './backend-name.ts';
import { buildBackendTls, tlsIdentity } from './backend-tls.ts';
import { BackendTokens } from './backend-tokens.ts';
import type { Random } from './balancer.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { ConnectionPool, type OpenSocket } from './connection-pool.ts';
import { Endpoint } from './endpoint.ts';
import { EndpointState } from './endpoint-state.ts';
import { HealthCheck } from './health-check.ts';
import { Http2Pool } from './http2-pool.ts';
import { type OpenSession, sessionOpener } from './http2-session.ts';
import { type FindTtl, findTtl } from './name-ttl.ts';
import { buildOpener } from './open-socket.ts';
import { probeByConnection, probeByStream } from './probe-channel.ts';
import type { RetryTotals } from './retry-policy.ts';
import { type FindAddresses, SharedLookup } from './shared-lookup.ts';
import { type Connections, type PoolOptions, SharedPool } from './shared-pool.ts';

/** What an ApiService gets that says nothing. */
const defaultMaxConnections = 1024;
const defaultMaxPendingRequests = 1024;

export interface BackendPoolOptions {
  readonly clock: Clock;
  readonly extraCa: readonly string[];
  /** Default: Math.random. */
  readonly random?: Random;
  /** Default: getaddrinfo. */
  readonly findAddresses?: FindAddresses | undefined;
  /** Default: the machine's DNS. */
  readonly findTtl?: FindTtl | undefined;
}

/**
 * All connections to backends, and how their endpoints do. What is shared is made at its first use by an API and goes,
 * gently, after its last.
 */
export class BackendPools {
  readonly retryTotals: RetryTotals = { retries: 0, withheld: 0 };
  readonly #pools = new Map<string, SharedPool>();
  readonly #states = new Map<string, EndpointState>();
  readonly #checks = new Map<string, HealthCheck>();
  readonly #options: BackendPoolOptions;
  readonly #random: Random;
  readonly #names: NameDeps;
  readonly #tokens: BackendTokens;
  #judge: AddressJudge;
  /** By the rules in force when it is asked. */
  readonly judge: AddressJudge = (address) => this.#judge(address);

  constructor(options: BackendPoolOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    const shared = new SharedLookup(options.findAddresses);
    this.#names = { clock: options.clock, findAddresses: shared.find, findTtl: options.findTtl ?? findTtl };
    const { clock, extraCa } = options;
    this.#tokens = new BackendTokens({ clock, client: new ProviderClient({ judge: this.judge, extraCa }) });
    this.#judge = () => 'cannot be judged before the gateway has its configuration';
  }

  /** Kept connections were judged by the old rules, so all calls from now on use new ones. */
  setJudge(judge: AddressJudge): void {
    this.#judge = judge;
    for (const shared of this.#pools.values()) {
      const before = shared.connections.pool;
      shared.connections = this.#open(shared.options);
      before.close();
    }
  }

  /** Pools that some API uses. */
  get size(): number {
    return this.#pools.size;
  }

  /** How each endpoint does that some API names. */
  states(): Iterable<EndpointState> {
    return this.#states.values();
  }

  /** Give it back with {@link release}. */
  acquire(compiled: CompiledBackend): Backend {
    const endpoints = compiled.endpoints.map(({ url, weight }) => this.#endpoint(new URL(url), weight, compiled));
    const token = compiled.oauth2 === undefined ? null : this.#tokens.acquire(compiled.oauth2);
    return new Backend(compiled, endpoints, { random: this.#random, retryTotals: this.retryTotals, token });
  }

  release(backend: Backend): void {
    if (backend.token !== null) this.#tokens.release(backend.token);
    for (const { shared, state } of backend.endpoints) {
      shared.users--;
      state.users--;
      if (state.users === 0) this.#dropState(state);
      if (shared.users > 0) continue;
      this.#pools.delete(shared.key);
      // Calls under way end in their own time; each has a deadline.
      shared.connections.pool.close();
    }
  }

  #dropState(state: EndpointState): void {
    this.#states.delete(state.key);
    const { check } = state;
    if (check === null) return;
    check.users--;
    if (check.users > 0) return;
    this.#checks.delete(check.key);
    check.stop();
  }

  /** Cuts everything at once; for the end of the process. */
  destroy(): void {
    this.#tokens.destroy();
    for (const check of this.#checks.values()) check.stop();
    for (const { connections } of this.#pools.values()) connections.pool.destroy();
    this.#pools.clear();
  }

  /** Closes connections that have been free for too long, and follows names that are in use; called every second. */
  sweep(): void {
    for (const { connections } of this.#pools.values()) {
      connections.pool.sweep();
      if (connections.pool.size > 0) connections.refresh();
    }
  }

  #endpoint(url: URL, weight: number, compiled: CompiledBackend): Endpoint {
    const shared = this.#shared(url, compiled);
    return new Endpoint(url, weight, { shared, state: this.#state(url, compiled, shared) });
  }

  #shared(url: URL, compiled: CompiledBackend): SharedPool {
    const options: PoolOptions = {
      origin: url.origin,
      connectTimeoutMs: compiled.connectTimeoutMs,
      protocol: compiled.protocol,
      tls: compiled.tls,
      maxConnections: compiled.maxConnections ?? defaultMaxConnections,
      maxPendingRequests: compiled.maxPendingRequests ?? defaultMaxPendingRequests,
    };
    // Keys are no place for secrets.
    const key = JSON.stringify({ ...options, tls: tlsIdentity(options.tls) });
    let shared = this.#pools.get(key);
    if (shared === undefined) {
      shared = new SharedPool(key, options, this.#open(options));
      this.#pools.set(key, shared);
    }
    shared.users++;
    return shared;
  }

  #state(url: URL, { circuitBreaker, healthCheck }: CompiledBackend, shared: SharedPool): EndpointState {
    const key = JSON.stringify([url.href, circuitBreaker, healthCheck, healthCheck && shared.key]);
    let state = this.#states.get(key);
    if (state === undefined) {
      const breaker = circuitBreaker === undefined ? null : new CircuitBreaker(circuitBreaker);
      const maxRequests = circuitBreaker?.maxRequests ?? Number.POSITIVE_INFINITY;
      const check = healthCheck === undefined ? null : this.#check(url, healthCheck, shared);
      state = new EndpointState(key, url.href, { breaker, check, maxRequests });
      this.#states.set(key, state);
    }
    state.users++;
    return state;
  }

  #check({ host }: URL, healthCheck: CompiledHealthCheck, shared: SharedPool): HealthCheck {
    const key = JSON.stringify([shared.key, healthCheck]);
    let check = this.#checks.get(key);
    if (check === undefined) {
      const open: OpenSocket = (done) => shared.connections.open(done);
      const { options } = shared;
      const ask =
        options.protocol === undefined ? probeByConnection(open) : probeByStream(this.#sessions(options, open));
      check = new HealthCheck(key, healthCheck, { authority: host, ask, random: this.#random });
      this.#checks.set(key, check);
    }
    check.users++;
    return check;
  }

  #open(options: PoolOptions): Connections {
    const { origin, connectTimeoutMs, tls, protocol, maxConnections, maxPendingRequests } = options;
    const { clock, extraCa } = this.#options;
    const { judge } = this;
    const isHttp1 = protocol === undefined;
    const opening = {
      ...{ origin, judge, connectTimeoutMs, tls: buildBackendTls(origin, tls, extraCa), names: this.#names },
      ...{ alpn: isHttp1 ? ('http/1.1' as const) : ('h2' as const), lends: isHttp1 },
    };
    const opener = buildOpener(opening, (addresses) => pool.keepOnly(addresses));
    const { open, countAddresses } = opener;
    const bounds = { maxConnections, maxPendingRequests };
    const pool: ChannelPool = isHttp1
      ? new ConnectionPool({ clock, open, ...bounds })
      : new Http2Pool({ open: this.#sessions(options, open), countAddresses, ...bounds });
    return { ...opener, pool };
  }

  #sessions({ origin, connectTimeoutMs }: PoolOptions, open: OpenSocket): OpenSession {
    return sessionOpener({ origin, open, clock: this.#options.clock, timeoutMs: connectTimeoutMs });
  }
}

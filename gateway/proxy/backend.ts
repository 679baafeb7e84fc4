import type { AddressJudge } from '#api/backend-address.ts';
import type { CompiledBackend } from '#api/compiled/contract.ts';
import type { Clock } from '../clock.ts';
import { buildBackendTls, tlsIdentity } from './backend-tls.ts';
import { ConnectionPool } from './connection-pool.ts';
import { type AnswerChange, buildAnswerChange, buildHeaderChange, type HeaderChange } from './header-change.ts';
import { buildOpenSocket } from './open-socket.ts';
import { buildRewrite, type Rewrite } from './rewrite.ts';

/** Kept connections to one origin under one connect timeout; shared by all APIs that name it. */
class SharedPool {
  readonly key: string;
  readonly origin: string;
  readonly compiled: Pick<CompiledBackend, 'connectTimeoutMs' | 'tls'>;
  users = 0;
  pool: ConnectionPool;

  constructor(origin: string, compiled: Pick<CompiledBackend, 'connectTimeoutMs' | 'tls'>, pool: ConnectionPool) {
    this.key = poolKey(origin, compiled);
    this.origin = origin;
    this.compiled = compiled;
    this.pool = pool;
  }
}

function poolKey(origin: string, { connectTimeoutMs, tls }: Pick<CompiledBackend, 'connectTimeoutMs' | 'tls'>): string {
  return `${origin} ${connectTimeoutMs} ${tlsIdentity(tls)}`;
}

/** One place where a backend answers. */
export class Endpoint {
  /** `http://10.0.0.1:9000`. */
  readonly origin: string;
  /** Host field for the backend. */
  readonly authority: string;
  /** Path of its URL without trailing slash; what is left of the call's path is joined to it. */
  readonly prefix: string;
  readonly shared: SharedPool;

  constructor(url: URL, shared: SharedPool) {
    this.origin = url.origin;
    this.authority = url.host;
    this.prefix = url.pathname.replace(/\/+$/, '');
    this.shared = shared;
  }

  get pool(): ConnectionPool {
    return this.shared.pool;
  }
}

/** The endpoints of one API, dealt out round robin by weight. */
export class Backend {
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly endpoints: readonly Endpoint[];
  /** Null: the caller's fields go on as they are. */
  readonly headers: HeaderChange | null;
  /** Null: the base path is cut off, the query stays. */
  readonly rewrite: Rewrite | null;
  /** Null: the fields of answers go on as they are. */
  readonly answerChange: AnswerChange | null;
  /** One round: each endpoint as often as its weight, spread evenly. */
  readonly #round: readonly Endpoint[];
  #next = 0;

  constructor(compiled: CompiledBackend, endpoints: readonly Endpoint[]) {
    this.timeoutMs = compiled.timeoutMs;
    this.connectTimeoutMs = compiled.connectTimeoutMs;
    this.endpoints = endpoints;
    this.headers = buildHeaderChange(compiled);
    this.rewrite = buildRewrite(compiled.rewrite);
    this.answerChange = buildAnswerChange(compiled.responseHeaders);
    this.#round = dealRound(
      endpoints,
      compiled.endpoints.map((endpoint) => endpoint.weight),
    );
  }

  /** Undefined when every weight is zero. */
  next(): Endpoint | undefined {
    const endpoint = this.#round[this.#next];
    this.#next = this.#next + 1 >= this.#round.length ? 0 : this.#next + 1;
    return endpoint;
  }
}

/** Smooth weighted round robin, dealt once: weights 3 and 1 give a a b a. */
export function dealRound<T>(items: readonly T[], weights: readonly number[]): readonly T[] {
  const divisor = weights.reduce(greatestCommonDivisor, 0) || 1;
  const steps = weights.map((weight) => weight / divisor);
  const total = steps.reduce((sum, step) => sum + step, 0);
  const current = steps.map(() => 0);
  const round: T[] = [];
  while (round.length < total) {
    for (const [index, step] of steps.entries()) current[index] = (current[index] ?? 0) + step;
    const best = current.indexOf(Math.max(...current));
    const item = items[best];
    if (item === undefined) break;
    round.push(item);
    current[best] = (current[best] ?? 0) - total;
  }
  return round;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

export interface BackendPoolOptions {
  readonly clock: Clock;
  readonly extraCa: readonly string[];
}

/** All connections to backends. A pool is made at its first use by an API and closed, gently, after its last. */
export class BackendPools {
  readonly #pools = new Map<string, SharedPool>();
  readonly #options: BackendPoolOptions;
  #judge: AddressJudge;
  /** By the rules in force when it is asked. */
  readonly judge: AddressJudge = (address) => this.#judge(address);

  constructor(options: BackendPoolOptions) {
    this.#options = options;
    this.#judge = () => 'cannot be judged before the gateway has its configuration';
  }

  /** Kept connections were judged by the old rules, so all calls from now on use new ones. */
  setJudge(judge: AddressJudge): void {
    this.#judge = judge;
    for (const shared of this.#pools.values()) {
      const before = shared.pool;
      shared.pool = this.#open(shared.origin, shared.compiled);
      before.close();
    }
  }

  /** Origins that some API names. */
  get size(): number {
    return this.#pools.size;
  }

  acquire(compiled: CompiledBackend): Backend {
    const endpoints = compiled.endpoints.map(({ url }) => this.#endpoint(new URL(url), compiled));
    return new Backend(compiled, endpoints);
  }

  release(backend: Backend): void {
    for (const { shared } of backend.endpoints) {
      shared.users--;
      if (shared.users > 0) continue;
      this.#pools.delete(shared.key);
      // Calls under way end in their own time; each has a deadline.
      shared.pool.close();
    }
  }

  /** Cuts everything at once; for the end of the process. */
  destroy(): void {
    for (const { pool } of this.#pools.values()) pool.destroy();
    this.#pools.clear();
  }

  /** Closes connections that have been free for too long; called every second. */
  sweep(): void {
    for (const { pool } of this.#pools.values()) pool.sweep();
  }

  #endpoint(url: URL, compiled: CompiledBackend): Endpoint {
    const key = poolKey(url.origin, compiled);
    let shared = this.#pools.get(key);
    if (shared === undefined) {
      shared = new SharedPool(url.origin, compiled, this.#open(url.origin, compiled));
      this.#pools.set(key, shared);
    }
    shared.users++;
    return new Endpoint(url, shared);
  }

  #open(origin: string, { connectTimeoutMs, tls }: Pick<CompiledBackend, 'connectTimeoutMs' | 'tls'>): ConnectionPool {
    const { clock, extraCa } = this.#options;
    const { judge } = this;
    const open = buildOpenSocket({ origin, judge, connectTimeoutMs, tls: buildBackendTls(tls, extraCa) });
    return new ConnectionPool({ clock, open });
  }
}

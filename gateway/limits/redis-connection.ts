import { Redis } from 'ioredis';
import type { CompiledRedis } from '#api/compiled/contract.ts';
import { CodedError, describeError } from '#api/errors.ts';
import type { ScriptRunner } from './limit-store.ts';
import type { Script } from './script.ts';

/** What a Redis is, beside that it answers. */
export interface RedisFacts {
  /** Counters outlive a restart: an append-only file, and nothing is evicted. */
  readonly isDurable: boolean;
  /** Why it cannot be used at all; empty: it can. */
  readonly refusal: string;
}

export interface RedisEvents {
  readonly onConnected: (facts: RedisFacts) => void;
  readonly onLost: (reason: string) => void;
}

/** The message says why. */
class NotConnected extends CodedError {
  constructor(reason: string) {
    super('REDIS_NOT_CONNECTED', reason);
  }
}

type OpenRedis = (options: ReturnType<typeof optionsOf>) => Redis;

/**
 * One connection that comes back by itself. Nothing is queued and nothing is sent twice: a lease that was lost with its
 * connection may have been granted.
 */
export class RedisConnection implements ScriptRunner {
  readonly #redis: Redis;
  readonly #podsKey: string;
  #lastError = 'the connection was closed';
  #revival: NodeJS.Timeout | undefined = undefined;
  #closed = false;

  /** `open`: how ioredis is made. */
  constructor(config: CompiledRedis, events: RedisEvents, open: OpenRedis = (options) => new Redis(options)) {
    this.#podsKey = `${config.keyPrefix}pods`;
    this.#redis = open(optionsOf(config));
    surviveSecondErrors(this.#redis);
    this.#redis.on('error', (error: unknown) => {
      this.#lastError = describeError(error);
    });
    this.#redis.on('ready', () => {
      this.#look().then(events.onConnected, (error: unknown) => events.onLost(describeError(error)));
    });
    this.#redis.on('close', () => events.onLost(this.#lastError));
    // A failover that is announced while a Sentinel is asked for the master makes ioredis give up for good.
    this.#redis.on('end', () => this.#revive());
  }

  async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.#redis.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      // ioredis says only that it cannot write; why it has no connection was told before.
      if (this.#redis.status !== 'ready') throw new NotConnected(this.#lastError);
      // A restart, a flush or a failover forgets scripts.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.#redis.eval(script.source, keys.length, ...keys, ...args);
    }
  }

  forget(pod: string): Promise<unknown> {
    return this.#redis.zrem(this.#podsKey, pod);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#revival);
    this.#redis.disconnect();
  }

  #revive(): void {
    if (this.#closed) return;
    this.#revival = setTimeout(() => void this.#redis.connect().catch(() => undefined), delayOf(1));
  }

  async #look(): Promise<RedisFacts> {
    const [cluster, persistence, memory] = await Promise.all([
      this.#redis.info('cluster'),
      this.#redis.info('persistence'),
      this.#redis.info('memory'),
    ]);
    const isCluster = cluster.includes('cluster_enabled:1');
    return {
      isDurable: persistence.includes('aof_enabled:1') && memory.includes('maxmemory_policy:noeviction'),
      refusal: isCluster ? 'it is a Redis Cluster, which keeps the counters of one call apart' : '',
    };
  }
}

/**
 * ioredis hears the first error of a socket only. A TLS handshake can fail twice, for us and then by the other side's
 * alert, and an error that nobody hears would end the process. The first one has said all.
 */
function surviveSecondErrors(redis: Redis): void {
  let stream: Redis['stream'] | undefined;
  Object.defineProperty(redis, 'stream', {
    get: () => stream,
    set: (next: Redis['stream'] | undefined) => {
      next?.on('error', () => undefined);
      stream = next;
    },
  });
}

const reconnectMs = [50, 100, 200, 500, 1000] as const;

function optionsOf(config: CompiledRedis) {
  return {
    ...(config.sentinel === undefined ? directly(config) : bySentinels(config, config.sentinel)),
    ...(config.username === undefined ? {} : { username: config.username }),
    ...(config.password === undefined ? {} : { password: config.password }),
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    keepAlive: 5000,
    noDelay: true,
    retryStrategy: delayOf,
    connectionName: 'simpul-gateway',
    disableClientInfo: true,
  };
}

function directly({ addresses, tls }: CompiledRedis) {
  const [first] = addresses;
  const secure = tls === undefined ? {} : { tls: tlsOptions(tls) };
  return { host: first?.host ?? '', port: first?.port ?? 0, ...secure };
}

function bySentinels({ addresses, tls }: CompiledRedis, sentinel: NonNullable<CompiledRedis['sentinel']>) {
  const secure =
    tls === undefined ? {} : { tls: tlsOptions(tls), sentinelTLS: tlsOptions(tls), enableTLSForSentinelMode: true };
  return {
    ...secure,
    sentinels: addresses.map(({ host, port }) => ({ host, port })),
    name: sentinel.masterName,
    ...(sentinel.username === undefined ? {} : { sentinelUsername: sentinel.username }),
    ...(sentinel.password === undefined ? {} : { sentinelPassword: sentinel.password }),
    sentinelRetryStrategy: delayOf,
    failoverDetector: true,
  };
}

function delayOf(attempt: number): number {
  return reconnectMs[attempt - 1] ?? 1000;
}

function tlsOptions({ ca, serverName }: NonNullable<CompiledRedis['tls']>) {
  return { ...(ca === undefined ? {} : { ca }), ...(serverName === undefined ? {} : { servername: serverName }) };
}

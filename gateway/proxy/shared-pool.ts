import type { CompiledBackend, CompiledBackendTls } from '#api/compiled/contract.ts';
import type { ChannelPool } from './backend-channel.ts';
import type { Opener } from './open-socket.ts';

/** How connections to one origin are made and how many; APIs that agree on all of it share them. */
export interface PoolOptions {
  /** `http://10.0.0.1:9000`. */
  readonly origin: string;
  readonly connectTimeoutMs: number;
  /** Undefined: the public authorities vouch. Holds secrets. */
  readonly tls: CompiledBackendTls | undefined;
  /** Undefined: HTTP/1.1. */
  readonly protocol: CompiledBackend['protocol'];
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
}

/** How to get a connection: from the pool, or beside it. */
export interface Connections extends Opener {
  readonly pool: ChannelPool;
}

/** Kept connections to one origin; shared by all APIs that name it under the same options. */
export class SharedPool {
  readonly key: string;
  readonly options: PoolOptions;
  users = 0;
  /** Those of now; they change when the rules for addresses do. */
  connections: Connections;

  constructor(key: string, options: PoolOptions, connections: Connections) {
    this.key = key;
    this.options = options;
    this.connections = connections;
  }
}

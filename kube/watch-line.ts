import type { EventEmitter } from 'node:events';
import { TLSSocket } from 'node:tls';
import { buildConnector, Client, type Dispatcher, Pool } from 'undici';
import type { TlsMaterial } from './connection.ts';
import { StoreError } from './store-error.ts';
import type { TransportLimits } from './transport-limits.ts';

/** An opened watch, whatever its status is. */
export interface OpenedStream extends Dispatcher.ResponseData {
  /** After this many milliseconds the reader closes the stream and opens a new one. */
  readonly maxAgeMs: number;
}

/** A watch ends by `timeoutSeconds` (at most 300) by itself; one that is older has lost its end. */
const http2MaxAgeMs = 330_000;
/** HTTP/1.1 has no PING: a short life bounds how long a stalled stream goes unseen. Resuming costs one request. */
const http1MaxAgeMs = 50_000;
const http1Connections = 64;

/**
 * The connection of all watches. It must see within a minute that a connection is half-open: packets are lost, or a
 * proxy swallows them, or the API server is stopped, and no FIN or RST ever comes. Silence alone proves nothing: the
 * API server sends a bookmark only when it has something newer to say, and for a quiet kind that can take 10 minutes.
 *
 *   HTTP/2 (every API server): one connection; PING each 15 s, no answer within 15 s more ──▶ break, readers resume
 *   HTTP/1.1 (some proxies):   one connection per watch; readers close it themselves after 50 s and resume
 *
 * TCP keep-alive stands behind both, but a proxy or a stopped process answers it.
 */
export class WatchLine {
  readonly #origin: string;
  readonly #tls: TlsMaterial;
  readonly #limits: TransportLimits;
  readonly #onDead: () => void;
  #line: Promise<Line> | undefined;
  #destroyed = false;

  /** `onDead` is called when a PING was not answered: other connections to this server are not to be trusted either. */
  constructor(origin: string, tls: TlsMaterial, limits: TransportLimits, onDead: () => void) {
    this.#origin = origin;
    this.#tls = tls;
    this.#limits = limits;
    this.#onDead = onDead;
  }

  /** Sends the request and waits for its head. `opening` bounds only that; afterwards the reader destroys the body. */
  async open(path: string, headers: Record<string, string>, opening: AbortSignal): Promise<OpenedStream> {
    this.#line ??= this.#establish(headers, opening);
    const line = await this.#line;
    const stop = new AbortController();
    const abort = () => stop.abort(opening.reason);
    opening.addEventListener('abort', abort, { once: true });
    if (opening.aborted) abort();
    try {
      const response = await line.dispatcher.request({ method: 'GET', path, headers, signal: stop.signal });
      return { ...response, maxAgeMs: line.maxAgeMs };
    } finally {
      opening.removeEventListener('abort', abort);
    }
  }

  async destroy(): Promise<void> {
    this.#destroyed = true;
    const line = await this.#line?.catch(() => undefined);
    await line?.destroy(new StoreError('Unreachable', 'the connection of the watches was closed'));
  }

  /** Which protocol the server speaks is known only after a connection was made: one small request makes it. */
  async #establish(headers: Record<string, string>, opening: AbortSignal): Promise<Line> {
    const forget = () => {
      this.#line = undefined;
    };
    try {
      const dead = () => {
        forget();
        this.#onDead();
      };
      const line = await probe({ origin: this.#origin, tls: this.#tls, limits: this.#limits, dead }, headers, opening);
      if (this.#destroyed) await line.destroy(new StoreError('Aborted', 'the store is closed'));
      return line;
    } catch (error) {
      forget();
      throw error;
    }
  }
}

interface Line {
  readonly dispatcher: Client | Pool;
  readonly maxAgeMs: number;
  destroy(error: Error): Promise<void>;
}

interface Target {
  readonly origin: string;
  readonly tls: TlsMaterial;
  readonly limits: TransportLimits;
  /** Called when a PING was not answered, so that the next watch makes a new line. */
  readonly dead: () => void;
}

async function probe(target: Target, headers: Record<string, string>, signal: AbortSignal): Promise<Line> {
  let protocol: string | false | null = null;
  const connector = buildConnector({ ...connectOptions(target), allowH2: true });
  const client = new Client(target.origin, {
    ...timeouts,
    allowH2: true,
    pingInterval: target.limits.pingIntervalMs,
    connect: (options, callback) => {
      connector(options, (...result) => {
        const socket = result[1]; // undefined or null beside an error
        if (socket instanceof TLSSocket) protocol = socket.alpnProtocol;
        callback(...result);
      });
    },
  });
  try {
    const response = await client.request({ method: 'GET', path: '/version', headers, signal });
    await response.body.dump();
  } catch (error) {
    void client.destroy();
    throw error;
  }
  if (protocol === 'h2') return watchedByPing(client, target);
  await client.destroy();
  const pool = new Pool(target.origin, { ...timeouts, connections: http1Connections, connect: connectOptions(target) });
  return { dispatcher: pool, maxAgeMs: http1MaxAgeMs, destroy: (error) => pool.destroy(error) };
}

/** undici sends the PINGs and tells of their answers; that one is missing must be noticed here. */
function watchedByPing(client: Client, target: Target): Line {
  const { pingIntervalMs, pingTimeoutMs, connectTimeoutMs } = target.limits;
  let lastSignMs = performance.now();
  const alive = () => {
    lastSignMs = performance.now();
  };
  const events: EventEmitter = client; // undici's types do not name 'ping'
  events.on('ping', alive);
  events.on('connect', alive);
  const destroy = async (error: Error) => {
    clearInterval(timer);
    await client.destroy(error);
  };
  const check = () => {
    const silentMs = performance.now() - lastSignMs;
    if (silentMs < pingIntervalMs + pingTimeoutMs) return;
    target.dead();
    void destroy(new StoreError('Unreachable', `no answer to PING for ${Math.round(silentMs / 1000)} s`));
  };
  const timer = setInterval(check, Math.min(pingIntervalMs, pingTimeoutMs, connectTimeoutMs) / 4).unref();
  return { dispatcher: client, maxAgeMs: http2MaxAgeMs, destroy };
}

const timeouts = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 } as const;

function connectOptions({ tls, limits }: Target) {
  return { ...tls, timeout: limits.connectTimeoutMs, keepAliveInitialDelay: 15_000 };
}

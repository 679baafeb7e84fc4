import { Pool } from 'undici';
import { connectSocket } from './connect-socket.ts';
import type { TlsMaterial } from './connection.ts';
import { Http2Line } from './http2-line.ts';
import { StoreError } from './store-error.ts';
import type { TransportLimits } from './transport-limits.ts';

/** What a line needs to know. */
export interface LineTarget {
  readonly origin: string;
  readonly tls: TlsMaterial;
  readonly limits: TransportLimits;
  /** Called when a PING was not answered: other connections to this server are not to be trusted either. */
  readonly onDead: () => void;
}

/** An opened watch, whatever its status is. */
export interface OpenedStream {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array> & { destroy(error?: Error): void };
}

/** One way to open watches. */
export interface Line {
  /** After this many milliseconds a reader closes its stream and opens a new one. */
  readonly maxAgeMs: number;
  /** True when nothing can be opened on it any more. */
  readonly closed: boolean;
  /** True while it carries as many watches as it can. */
  readonly full: boolean;
  /** Waits for the head of the answer; `opening` bounds only that. */
  open(path: string, headers: Record<string, string>, opening: AbortSignal): Promise<OpenedStream>;
  destroy(error: Error): void;
}

/** HTTP/1.1 has no PING: a short life bounds how long a stalled stream goes unseen. Resuming costs one request. */
const http1MaxAgeMs = 50_000;
const http1Connections = 64;

/**
 * The connections of all watches: one, or as many as it takes, because a server bounds the streams of a connection (100
 * in an API server) and lets those beyond wait for ever. A connection must see within a minute that it is half-open: packets are lost, or a proxy
 * swallows them, or the API server is stopped, and no FIN or RST ever comes. Silence alone proves nothing: the API
 * server sends a bookmark only when it has something newer to say, and for a quiet kind that can take 10 minutes.
 *
 *   HTTP/2 (every API server): 100 watches a connection, or what it allows; PING each 15 s, no answer within 15 s more ──▶ break, readers resume
 *   HTTP/1.1 (some proxies):   one connection per watch; readers close it themselves after 50 s and resume
 *
 * TCP keep-alive stands behind both, but a proxy or the kernel of a stopped process answers it.
 */
export class WatchLine {
  readonly #target: LineTarget;
  #lines: Line[] = [];
  #making: Promise<Line> | undefined;
  #destroyed = false;

  constructor(target: LineTarget) {
    this.#target = target;
  }

  /** Opens a watch where there is room. `opening` bounds waiting for the head of the answer. */
  async open(
    path: string,
    headers: Record<string, string>,
    opening: AbortSignal,
  ): Promise<OpenedStream & { readonly maxAgeMs: number }> {
    for (;;) {
      if (this.#destroyed) throw closed();
      this.#lines = this.#lines.filter((line) => !line.closed);
      const line = this.#lines.find(({ full }) => !full);
      if (line !== undefined) return { ...(await line.open(path, headers, opening)), maxAgeMs: line.maxAgeMs };
      // Of several that wait one makes the new line; then all look again, because it may be full at once.
      this.#making ??= this.#make(opening);
      await this.#making;
    }
  }

  async destroy(): Promise<void> {
    this.#destroyed = true;
    for (const line of this.#lines) line.destroy(closed());
    await this.#making?.catch(() => undefined);
  }

  async #make(opening: AbortSignal): Promise<Line> {
    try {
      const line = await makeLine(this.#target, opening);
      if (this.#destroyed) line.destroy(closed());
      else this.#lines.push(line);
      return line;
    } finally {
      this.#making = undefined;
    }
  }
}

async function makeLine(target: LineTarget, opening: AbortSignal): Promise<Line> {
  const url = new URL(target.origin);
  if (url.protocol === 'http:') return http1Line(target);
  const socket = await connectSocket(url, target, opening);
  if (socket.alpnProtocol === 'h2') return await Http2Line.open(socket, target, opening);
  socket.destroy();
  return http1Line(target);
}

function http1Line({ origin, tls, limits }: LineTarget): Line {
  const pool = new Pool(origin, {
    connections: http1Connections,
    connect: { ...tls, timeout: limits.connectTimeoutMs, keepAliveInitialDelay: 15_000 },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    maxAgeMs: http1MaxAgeMs,
    get closed() {
      return pool.destroyed;
    },
    full: false, // those beyond its connections wait in the pool, at most as long as a watch lives
    open: async (path, headers, opening) => {
      const stop = new AbortController();
      const abort = () => stop.abort();
      opening.addEventListener('abort', abort, { once: true });
      if (opening.aborted) abort();
      try {
        return await pool.request({ method: 'GET', path, headers, signal: stop.signal });
      } finally {
        opening.removeEventListener('abort', abort);
      }
    },
    destroy: (error) => void pool.destroy(error),
  };
}

function closed(): StoreError {
  return new StoreError('Unreachable', 'the connection of the watches was closed');
}

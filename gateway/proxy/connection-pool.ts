import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { BackendConnection, type ConnectionOwner } from './backend-connection.ts';

/** A call that wants a connection. */
export interface ConnectionTaker {
  /** It is over before it began: pass it by. */
  readonly isDone: boolean;
  onConnection(connection: BackendConnection): void;
  onNoConnection(error: Error): void;
}

/** Opens a socket and answers once: with the socket, ready to be written to, or with why there is none. */
export type OpenSocket = (done: (opened: Socket | Error) => void) => void;

export interface ConnectionPoolOptions {
  readonly open: OpenSocket;
  readonly clock: Clock;
}

/** Bounds descriptors; calls beyond it wait for a connection within their deadline. */
const maxConnections = 1024;

/**
 * How long a free connection is kept unless the backend says less: shorter than what servers usually keep, so that we
 * close first and no call meets a closing connection.
 */
const keepMs = 4000;
/** We close this long before the backend would. */
const marginMs = 1000;

/**
 * The connections to one origin. A call takes the one that became free last; when there is none it waits for the next
 * that becomes free or is opened for it, whichever comes first.
 */
export class ConnectionPool implements ConnectionOwner {
  readonly #options: ConnectionPoolOptions;
  /** Free ones; the last became free last. */
  readonly #free: BackendConnection[] = [];
  readonly #all = new Set<BackendConnection>();
  readonly #waiting: ConnectionTaker[] = [];
  #opening = 0;
  #isClosed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /** Connections, free or not. */
  get size(): number {
    return this.#all.size;
  }

  /** Hands `taker` a connection, at once where one is free. */
  acquire(taker: ConnectionTaker): void {
    const free = this.#takeFree();
    if (free !== undefined) {
      taker.onConnection(free);
      return;
    }
    this.#waiting.push(taker);
    this.#openForWaiting();
  }

  /** As acquire, but with a connection that has served no call before. */
  acquireFresh(taker: ConnectionTaker): void {
    this.#opening++;
    this.#options.open((opened) => {
      this.#opening--;
      if (opened instanceof Error) taker.onNoConnection(opened);
      else this.#serve(this.#adopt(opened), taker);
    });
  }

  /** Closes what has been free for too long. */
  sweep(): void {
    const now = this.#options.clock.steady();
    while (this.#free[0] !== undefined && isStale(this.#free[0], now)) this.#free.shift()?.destroy();
  }

  /** No call comes any more: free connections close now, the others after their call. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#free.splice(0)) connection.destroy();
  }

  /** Cuts everything. */
  destroy(): void {
    this.close();
    for (const connection of this.#all) connection.destroy();
  }

  onFree(connection: BackendConnection): void {
    const taker = this.#nextTaker();
    if (taker !== undefined) taker.onConnection(connection);
    else this.#keep(connection);
  }

  onGone(connection: BackendConnection): void {
    this.#all.delete(connection);
    const index = this.#free.lastIndexOf(connection);
    if (index >= 0) this.#free.splice(index, 1);
    this.#openForWaiting();
  }

  #takeFree(): BackendConnection | undefined {
    const now = this.#options.clock.steady();
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) {
      if (free.isUsable && !isStale(free, now)) return free;
      free.destroy();
    }
    return undefined;
  }

  #keep(connection: BackendConnection): void {
    if (this.#isClosed) {
      connection.destroy();
      return;
    }
    connection.freeSince = this.#options.clock.steady();
    this.#free.push(connection);
  }

  #nextTaker(): ConnectionTaker | undefined {
    for (let taker = this.#waiting.shift(); taker !== undefined; taker = this.#waiting.shift()) {
      if (!taker.isDone) return taker;
    }
    return undefined;
  }

  #openForWaiting(): void {
    while (this.#opening < this.#waiting.length && this.#all.size + this.#opening < maxConnections) {
      this.#opening++;
      this.#options.open((opened) => this.#onOpened(opened));
    }
  }

  #onOpened(opened: Socket | Error): void {
    this.#opening--;
    // One attempt, one call that hears of it: the others have attempts of their own.
    if (opened instanceof Error) this.#nextTaker()?.onNoConnection(opened);
    else this.onFree(this.#adopt(opened));
  }

  #adopt(socket: Socket): BackendConnection {
    const connection = new BackendConnection(socket, this);
    this.#all.add(connection);
    return connection;
  }

  #serve(connection: BackendConnection, taker: ConnectionTaker): void {
    if (taker.isDone) this.onFree(connection);
    else taker.onConnection(connection);
  }
}

function isStale({ freeSince, keepsForSeconds }: BackendConnection, now: number): boolean {
  const kept = keepsForSeconds < 0 ? keepMs : Math.min(keepMs, keepsForSeconds * 1000 - marginMs);
  return now - freeSince >= kept;
}

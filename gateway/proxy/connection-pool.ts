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

/** Most connections to one origin that carry another protocol; whoever wants one more is refused. */
const maxTunnels = 4096;

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
  /** Those that carry another protocol; they are in nobody's way. */
  readonly #tunnels = new Set<BackendConnection>();
  readonly #waiting: ConnectionTaker[] = [];
  /** Attempts for those who wait; those of acquireFresh belong to one call each. */
  #opening = 0;
  #openingFresh = 0;
  #isFilling = false;
  #isClosed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /** Whether one more call may change the protocol. */
  get takesTunnels(): boolean {
    return this.#tunnels.size < maxTunnels;
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
    this.#openingFresh++;
    this.#options.open((opened) => {
      this.#openingFresh--;
      if (opened instanceof Error) taker.onNoConnection(opened);
      else this.#serve(this.#adopt(opened), taker);
      this.#openForWaiting();
    });
  }

  /** `taker` wants none any more. */
  forget(taker: ConnectionTaker): void {
    const index = this.#waiting.indexOf(taker);
    if (index >= 0) this.#waiting.splice(index, 1);
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
    for (const connection of [...this.#all, ...this.#tunnels]) connection.destroy();
  }

  onFree(connection: BackendConnection): void {
    const taker = this.#nextTaker();
    if (taker !== undefined) taker.onConnection(connection);
    else this.#keep(connection);
  }

  onTunnel(connection: BackendConnection): void {
    this.#all.delete(connection);
    this.#tunnels.add(connection);
    this.#openForWaiting();
  }

  onGone(connection: BackendConnection): void {
    this.#tunnels.delete(connection);
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
    // An attempt may fail at once, and ask for the next.
    if (this.#isFilling) return;
    this.#isFilling = true;
    while (this.#opening < this.#waiting.length && this.#used() < maxConnections) {
      this.#opening++;
      this.#options.open((opened) => this.#onOpened(opened));
    }
    this.#isFilling = false;
  }

  #onOpened(opened: Socket | Error): void {
    this.#opening--;
    // Whoever has an attempt of its own under way hears of that one.
    if (!(opened instanceof Error)) this.onFree(this.#adopt(opened));
    else if (this.#opening < this.#waiting.length) this.#nextTaker()?.onNoConnection(opened);
    this.#openForWaiting();
  }

  #used(): number {
    return this.#all.size + this.#opening + this.#openingFresh;
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

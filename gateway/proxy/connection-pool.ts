import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { AnswerMemory } from './answer-memory.ts';
import type { ChannelPool, ChannelTaker } from './backend-channel.ts';
import { BackendConnection, type ConnectionOwner } from './backend-connection.ts';
import { overloaded } from './shed.ts';

/** Opens a socket and answers once: with the socket, ready to be written to, or with why there is none. */
export type OpenSocket = (done: (opened: Socket | Error) => void) => void;

export interface ConnectionPoolOptions {
  readonly open: OpenSocket;
  readonly clock: Clock;
  /** Bounds descriptors; calls beyond it wait for a connection within their deadline. */
  readonly maxConnections: number;
  /** Most calls that wait although no connection may be opened for them; further ones are refused. */
  readonly maxPendingRequests: number;
}

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
export class ConnectionPool implements ChannelPool, ConnectionOwner {
  readonly heads = new AnswerMemory();
  readonly #options: ConnectionPoolOptions;
  /** Free ones; the last became free last. */
  readonly #free: BackendConnection[] = [];
  readonly #all = new Set<BackendConnection>();
  /** Those that carry another protocol; they are in nobody's way. */
  readonly #tunnels = new Set<BackendConnection>();
  readonly #waiting: ChannelTaker[] = [];
  /** Those for whom acquireFresh opens one. */
  readonly #fresh = new Set<ChannelTaker>();
  /** Attempts for those who wait; those of acquireFresh belong to one call each. */
  #opening = 0;
  #openingFresh = 0;
  /** Null: as many as there are. */
  #addresses: ReadonlySet<string> | null = null;
  #isFilling = false;
  #isClosed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /** Connections that carry calls, or may. */
  get size(): number {
    return this.#all.size;
  }

  /** Whether one more call may change the protocol. */
  get takesTunnels(): boolean {
    return this.#tunnels.size < maxTunnels;
  }

  /** Hands `taker` a connection, at once where one is free. */
  acquire(taker: ChannelTaker): void {
    const free = this.#takeFree();
    if (free !== undefined) {
      taker.onConnection(free);
      return;
    }
    if (this.#isOverloaded()) {
      taker.onNoConnection(overloaded('Too many calls wait for a connection to the backend of this API.'));
      return;
    }
    this.#waiting.push(taker);
    this.#openForWaiting();
  }

  /** As acquire, but with a connection that has served no call before. */
  acquireFresh(taker: ChannelTaker): void {
    this.#fresh.add(taker);
    this.#openingFresh++;
    this.#options.open((opened) => {
      this.#openingFresh--;
      const isWanted = this.#fresh.delete(taker) && !taker.isDone;
      if (!(opened instanceof Error)) this.#serve(this.#adopt(opened), isWanted ? taker : undefined);
      else if (isWanted) taker.onNoConnection(opened);
      this.#openForWaiting();
    });
  }

  /** `taker` wants none any more. */
  forget(taker: ChannelTaker): void {
    this.#fresh.delete(taker);
    const index = this.#waiting.indexOf(taker);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  /** Closes what has been free for too long. */
  sweep(): void {
    const now = this.#options.clock.steady();
    while (this.#free[0] !== undefined && isStale(this.#free[0], now)) this.#free.shift()?.destroy();
  }

  /** Connections to other addresses take no call any more: free ones close now, the others after theirs. */
  keepOnly(addresses: ReadonlySet<string>): void {
    this.#addresses = addresses;
    for (const connection of this.#all) connection.isRetired = !addresses.has(connection.address);
    for (const connection of this.#free.filter(({ isRetired }) => isRetired)) connection.destroy();
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
    if (connection.isRetired) {
      connection.destroy();
      return;
    }
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
      if (free.isUsable && !free.isRetired && !isStale(free, now)) return free;
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

  #nextTaker(): ChannelTaker | undefined {
    for (let taker = this.#waiting.shift(); taker !== undefined; taker = this.#waiting.shift()) {
      if (!taker.isDone) return taker;
    }
    return undefined;
  }

  #openForWaiting(): void {
    // An attempt may fail at once, and ask for the next.
    if (this.#isFilling) return;
    this.#isFilling = true;
    while (this.#opening < this.#waiting.length && this.#used() < this.#options.maxConnections) {
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

  /** Nothing more may be opened, and as many wait as may. */
  #isOverloaded(): boolean {
    const { maxConnections, maxPendingRequests } = this.#options;
    return this.#waiting.length - this.#opening >= maxPendingRequests && this.#used() >= maxConnections;
  }

  #used(): number {
    return this.#all.size + this.#opening + this.#openingFresh;
  }

  #adopt(socket: Socket): BackendConnection {
    const connection = new BackendConnection(socket, this);
    // It may have been under way when the addresses changed.
    connection.isRetired = this.#addresses?.has(connection.address) === false;
    this.#all.add(connection);
    return connection;
  }

  #serve(connection: BackendConnection, taker: ChannelTaker | undefined): void {
    if (taker === undefined) this.onFree(connection);
    else taker.onConnection(connection);
  }
}

function isStale({ freeSince, keepsForSeconds }: BackendConnection, now: number): boolean {
  const kept = keepsForSeconds < 0 ? keepMs : Math.min(keepMs, keepsForSeconds * 1000 - marginMs);
  return now - freeSince >= kept;
}

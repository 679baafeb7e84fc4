import type { ChannelPool, ChannelTaker } from './backend-channel.ts';
import type { Http2Session, Http2SessionOwner, OpenSession } from './http2-session.ts';
import { overloaded } from './shed.ts';

/** How many who wait one more connection is opened for: each takes many calls. */
const takersPerAttempt = 50;

export interface Http2PoolOptions {
  readonly open: OpenSession;
  /** Most connections; each takes up to 100 calls at once. */
  readonly maxConnections: number;
  /** Most calls that wait although no connection may be opened for them; further ones are refused. */
  readonly maxPendingRequests: number;
  /** How many addresses the origin has, as far as is known: calls are spread over a connection to each. */
  readonly countAddresses: () => number;
}

/** A connection to more of its addresses is not made ahead of need. */
const maxSpread = 16;

/**
 * The HTTP/2 connections to one origin. A call gets a stream of the connection that carries the fewest; where none takes
 * it, it waits until one does or is opened. There is a connection to each address of the origin, or one backend behind a
 * name would get all calls as long as it lives.
 */
export class Http2Pool implements ChannelPool, Http2SessionOwner {
  readonly takesTunnels = false;
  readonly #options: Http2PoolOptions;
  readonly #sessions = new Set<Http2Session>();
  readonly #waiting: ChannelTaker[] = [];
  #opening = 0;
  #isFilling = false;
  #isClosed = false;
  /** Null: as many as there are. */
  #addresses: ReadonlySet<string> | null = null;

  constructor(options: Http2PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  acquire(taker: ChannelTaker): void {
    const session = this.#leastBusy();
    if (session !== undefined) {
      if (this.#isNarrow(session)) this.#openOne();
      taker.onConnection(session.open());
      return;
    }
    if (this.#isOverloaded()) {
      taker.onNoConnection(overloaded('Too many calls wait for a connection to the backend of this API.'));
      return;
    }
    this.#waiting.push(taker);
    this.#openForWaiting();
  }

  /** A session that goes away takes no call any more, so whichever there is will do. */
  acquireFresh(taker: ChannelTaker): void {
    this.acquire(taker);
  }

  forget(taker: ChannelTaker): void {
    const index = this.#waiting.indexOf(taker);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  keepOnly(addresses: ReadonlySet<string>): void {
    this.#addresses = addresses;
    for (const session of this.#sessions) if (!addresses.has(session.address)) session.close();
  }

  sweep(): void {
    for (const session of this.#sessions) session.check();
  }

  close(): void {
    this.#isClosed = true;
    for (const session of this.#sessions) session.close();
  }

  destroy(): void {
    this.close();
    for (const session of [...this.#sessions]) session.destroy();
  }

  onFree(session: Http2Session): void {
    while (this.#waiting.length > 0 && session.takesCalls) {
      const taker = this.#waiting.shift();
      if (taker?.isDone === false) taker.onConnection(session.open());
    }
  }

  onGone(session: Http2Session): void {
    this.#sessions.delete(session);
    this.#openForWaiting();
  }

  #leastBusy(): Http2Session | undefined {
    let best: Http2Session | undefined;
    for (const session of this.#sessions) {
      if (session.takesCalls && (best === undefined || session.streams < best.streams)) best = session;
    }
    return best;
  }

  /** Calls run side by side already, and not every address has a connection. */
  #isNarrow(session: Http2Session): boolean {
    if (session.streams === 0 || this.#opening > 0 || this.#isClosed) return false;
    const wanted = Math.min(this.#options.countAddresses(), maxSpread, this.#options.maxConnections);
    return this.#sessions.size < wanted;
  }

  #isOverloaded(): boolean {
    const { maxConnections, maxPendingRequests } = this.#options;
    const isFull = this.#sessions.size + this.#opening >= maxConnections;
    return isFull && this.#waiting.length - this.#opening * takersPerAttempt >= maxPendingRequests;
  }

  #openForWaiting(): void {
    // An attempt may fail at once, and ask for the next.
    if (this.#isFilling) return;
    this.#isFilling = true;
    const { maxConnections } = this.#options;
    while (
      this.#waiting.length > this.#opening * takersPerAttempt &&
      this.#sessions.size + this.#opening < maxConnections
    ) {
      this.#openOne();
    }
    this.#isFilling = false;
  }

  #openOne(): void {
    this.#opening++;
    this.#options.open(this, (opened) => {
      this.#opening--;
      if (opened instanceof Error) this.#failWaiting(opened);
      else this.#adopt(opened);
      this.#openForWaiting();
    });
  }

  /** Whoever has another attempt under way hears of that one. */
  #failWaiting(error: Error): void {
    for (const taker of this.#waiting.splice(this.#opening * takersPerAttempt)) {
      if (!taker.isDone) taker.onNoConnection(error);
    }
  }

  #adopt(session: Http2Session): void {
    this.#sessions.add(session);
    this.onFree(session);
    // It may have been under way when the addresses changed, or the last API went.
    if (this.#isClosed || this.#addresses?.has(session.address) === false) session.close();
    else if (session.streams > 1 && this.#isNarrow(session)) this.#openOne();
  }
}

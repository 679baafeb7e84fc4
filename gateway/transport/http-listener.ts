import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { CodedError } from '#api/errors.ts';
import type { Clock } from '../clock.ts';
import type { Chain } from '../filters/chain.ts';
import { ClientConnection, type ConnectionHost } from './client-connection.ts';
import type { TransportLimits } from './limits.ts';

/** A port could not be opened. */
export class ListenError extends CodedError {
  constructor(host: string, port: number, cause: unknown) {
    super('GW_LISTEN_FAILED', `cannot listen on ${host}:${port}`, { cause });
  }
}

export interface ListenerDeps {
  readonly chain: Chain;
  readonly clock: Clock;
  readonly limits: TransportLimits;
}

/** One listening port. */
export class HttpListener implements ConnectionHost {
  readonly chain: Chain;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  isDraining = false;
  readonly #server: Server;
  readonly #connections = new Set<ClientConnection>();
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor({ chain, clock, limits }: ListenerDeps) {
    this.chain = chain;
    this.clock = clock;
    this.limits = limits;
    // Half open: an answer that is held for a moment must not find its socket ended because the client sends no more.
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Port 0 takes a free one. */
  listen(port: number, host: string): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      const onError = (error: Error) => reject(new ListenError(host, port, error));
      this.#server.once('error', onError);
      this.#server.listen({ port, host, backlog: 1024 }, () => {
        // A connection that could not be accepted is that client's loss alone.
        this.#server.off('error', onError).on('error', () => undefined);
        this.#timer = setInterval(() => this.#checkTime(), checkEveryMs(this.limits)).unref();
        const address = this.#server.address();
        if (typeof address === 'object' && address !== null) resolve(address);
      });
    });
  }

  /** From now on every answer says `Connection: close`; new connections are still taken. */
  beginDrain(): void {
    this.isDraining = true;
  }

  /** Stops listening; resolves when the last call is done. Kept connections without a call close at once. */
  stop(): Promise<void> {
    this.isDraining = true;
    return new Promise((resolve) => {
      this.#server.close(() => {
        clearInterval(this.#timer);
        resolve();
      });
      for (const connection of this.#connections) connection.endIfIdle();
    });
  }

  /** Breaks what is still open. */
  destroy(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  onGone(connection: ClientConnection): void {
    this.#connections.delete(connection);
  }

  #accept(socket: Socket): void {
    this.#connections.add(new ClientConnection(socket, this));
  }

  #checkTime(): void {
    const now = this.clock.steady();
    for (const connection of this.#connections) connection.checkTime(now);
  }
}

/** Often enough that no bound is passed by more than a second, or by half of itself. */
function checkEveryMs({ headTimeoutMs, idleTimeoutMs, keepAliveMs }: TransportLimits): number {
  return Math.max(10, Math.min(1000, headTimeoutMs / 2, idleTimeoutMs / 2, keepAliveMs / 2));
}

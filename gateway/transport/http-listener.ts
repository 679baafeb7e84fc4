import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { CodedError } from '#api/errors.ts';
import type { Clock } from '../clock.ts';
import type { Chain } from '../filters/chain.ts';
import type { Log } from '../log/log.ts';
import { peerOf } from '../router/trusted-proxies.ts';
import type { ListenerEntry } from '../snapshot/model.ts';
import { ClientConnection, type ConnectionHost, type OpenConnection } from './client-connection.ts';
import { type HandshakeMeter, HandshakeReport } from './handshake-report.ts';
import type { TransportLimits } from './limits.ts';
import { TlsAcceptor } from './tls-acceptor.ts';

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
  readonly meter: HandshakeMeter;
  readonly log: Log;
}

/** How a listener is spoken to. */
export type ListenerSettings = Pick<ListenerEntry, 'tls'>;

/** One listening port. */
export class HttpListener implements ConnectionHost {
  readonly chain: Chain;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  isDraining = false;
  readonly #server: Server;
  readonly #report: HandshakeReport;
  /** By the TCP connection below; those that are still in their handshake have none of their own. */
  readonly #connections = new Map<Socket, ClientConnection | null>();
  #tls: TlsAcceptor | null = null;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(name: string, { chain, clock, limits, meter, log }: ListenerDeps) {
    this.chain = chain;
    this.clock = clock;
    this.limits = limits;
    this.#report = new HandshakeReport(name, meter, log);
    // Half open: an answer that is held for a moment must not find its socket ended because the client sends no more.
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** From the next connection on. */
  use({ tls }: ListenerSettings): void {
    if (tls === null) this.#tls = null;
    else if (this.#tls === null) this.#tls = this.#buildTls(tls);
    else this.#tls.use(tls);
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
      for (const [raw, connection] of this.#connections) {
        if (connection === null) raw.destroy();
        else connection.endIfIdle();
      }
    });
  }

  /** Breaks what is still open. */
  destroy(): void {
    for (const [raw, connection] of this.#connections) {
      if (connection === null) raw.destroy();
      else connection.destroy();
    }
  }

  #accept(raw: Socket): void {
    this.#connections.set(raw, null);
    raw.on('close', () => this.#connections.delete(raw)).on('error', () => undefined);
    const peer = peerOf(raw.remoteAddress ?? '');
    if (this.#tls !== null) this.#tls.accept(raw, peer);
    else this.#serve({ socket: raw, raw, link: { peer, isTls: false, certificate: null, fault: null } });
  }

  #serve(open: OpenConnection): void {
    this.#connections.set(open.raw, new ClientConnection(open, this));
  }

  #buildTls(settings: NonNullable<ListenerSettings['tls']>): TlsAcceptor {
    return new TlsAcceptor(settings, {
      clock: this.clock,
      report: this.#report,
      handshakeTimeoutMs: this.limits.headTimeoutMs,
      maxHandshakes: this.limits.maxHandshakes,
      onOpen: (open) => this.#serve(open),
    });
  }

  #checkTime(): void {
    const now = this.clock.steady();
    for (const connection of this.#connections.values()) connection?.checkTime(now);
  }
}

/** Often enough that no bound is passed by more than a second, or by half of itself. */
function checkEveryMs({ headTimeoutMs, idleTimeoutMs, keepAliveMs }: TransportLimits): number {
  return Math.max(10, Math.min(1000, headTimeoutMs / 2, idleTimeoutMs / 2, keepAliveMs / 2));
}

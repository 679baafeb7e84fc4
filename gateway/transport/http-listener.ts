import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '#api/errors.ts';
import type { Clock } from '../clock.ts';
import type { Chain } from '../filters/chain.ts';
import { lendingFrom } from '../http1/lending-socket.ts';
import type { Log } from '../log/log.ts';
import { type Peer, peerOf, type TrustedProxies } from '../router/trusted-proxies.ts';
import type { TlsSettings } from '../tls/tls-settings.ts';
import { Arrival } from './arrival.ts';
import { type ArrivalFailure, type ArrivalMeter, ArrivalReport } from './arrival-report.ts';
import { ClientConnection } from './client-connection.ts';
import type { ConnectionHost, OpenConnection } from './connection-host.ts';
import { Http2Connection } from './http2-connection.ts';
import { readHttp2Preface } from './http2-preface.ts';
import type { TransportLimits } from './limits.ts';
import { readProxyHeader } from './proxy-header.ts';
import { TlsAcceptor } from './tls-acceptor.ts';
import type { Tracked } from './tracked.ts';

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
  readonly meter: ArrivalMeter;
  readonly log: Log;
}

/** How a listener is spoken to. */
export interface ListenerSettings {
  /** Null: plain. */
  readonly tls: TlsSettings | null;
  /** HTTP/2 beside HTTP/1.1. */
  readonly http2: boolean;
  /** Not null: each connection begins with a header of the PROXY protocol, and comes from one of these. */
  readonly proxies: TrustedProxies | null;
}

/** How long a connection that came while draining may take to bring its call. */
const lateCallMs = 1000;
const leavingPerTurn = 8;

const plainSettings: ListenerSettings = { tls: null, http2: false, proxies: null };

/**
 * One listening port. A connection comes to its first request by the steps that the settings ask for:
 *
 *   accepted ──▶ [PROXY header] ──▶ [TLS handshake] ──▶ HTTP/2 (by ALPN, or by its preface) or HTTP/1.1
 *       └─────────── too late, not valid, not trusted ───────────▶ reset, counted
 */
export class HttpListener implements ConnectionHost {
  readonly chain: Chain;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  isDraining = false;
  readonly #server: Server;
  readonly #report: ArrivalReport;
  /** By the TCP connection below. */
  readonly #connections = new Map<Socket, Tracked>();
  /** Of them those that came while draining. */
  readonly #late = new Set<Socket>();
  #settings: ListenerSettings = plainSettings;
  #tls: TlsAcceptor | null = null;
  #timer: NodeJS.Timeout | undefined = undefined;
  /** It is being stopped: called when the last connection is gone. */
  #onEmpty: (() => void) | undefined = undefined;

  constructor(name: string, { chain, clock, limits, meter, log }: ListenerDeps) {
    this.chain = chain;
    this.clock = clock;
    this.limits = limits;
    this.#report = new ArrivalReport(name, meter, log);
    // Half open: an answer that is held for a moment must not find its socket ended because the client sends no more.
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** From the next connection on. */
  use(settings: ListenerSettings): void {
    const { tls, http2 } = settings;
    this.#settings = settings;
    if (tls === null) this.#tls = null;
    else if (this.#tls === null) this.#tls = this.#buildTls(tls, http2);
    else this.#tls.use(tls, http2);
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

  /** From now on every answer is the last of its connection; new connections are still taken. */
  beginDrain(): void {
    this.isDraining = true;
    for (const connection of this.#connections.values()) connection.beginDrain();
  }

  /**
   * Stops listening; resolves when the last call is done. Kept connections without a call close at once, but for those that
   * came while draining: they have a second to bring one.
   */
  stop(): Promise<void> {
    this.isDraining = true;
    return new Promise((resolve) => {
      this.#onEmpty = () => {
        this.#onEmpty = undefined;
        clearInterval(this.#timer);
        resolve();
      };
      this.#server.close(() => this.#connections.size === 0 && this.#onEmpty?.());
      void this.#leaveAll();
    });
  }

  async #leaveAll(): Promise<void> {
    await this.#leaveInTurns((raw) => !this.#late.has(raw));
    if (this.#late.size === 0) return;
    await delay(lateCallMs, undefined, { ref: false });
    await this.#leaveInTurns(() => true);
  }

  /** In between calls are read that have come meanwhile: closing thousands takes long enough for some to be lost. */
  async #leaveInTurns(concerns: (raw: Socket) => boolean): Promise<void> {
    let left = 0;
    for (const [raw, connection] of this.#connections) {
      if (!concerns(raw)) continue;
      connection.leave();
      if (++left % leavingPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Breaks what is still open. */
  destroy(): void {
    for (const connection of this.#connections.values()) connection.destroy();
  }

  #accept(accepted: Socket): void {
    const lending = this.#isPlain ? lendingFrom(accepted) : null;
    if (lending === null) this.#await(accepted);
    else {
      lending.on('close', () => this.#forget(lending)).on('error', () => undefined);
      if (this.isDraining) this.#late.add(lending);
      const link = {
        peer: peerOf(lending.remoteAddress ?? ''),
        isTls: false,
        isHttp2: false,
        certificate: null,
        fault: null,
      };
      this.#serve({ socket: lending, raw: lending, link });
    }
  }

  /** HTTP/1.1 begins with the first byte. */
  get #isPlain(): boolean {
    return this.#tls === null && this.#settings.proxies === null && !this.#settings.http2;
  }

  #await(raw: Socket): void {
    const arrival = new Arrival(raw, () => this.#fail('timeout', ''));
    this.#connections.set(raw, arrival);
    if (this.isDraining) this.#late.add(raw);
    raw.on('close', () => this.#forget(raw)).on('error', () => undefined);
    const peer = peerOf(raw.remoteAddress ?? '');
    if (this.#settings.proxies === null) this.#secure(arrival, peer);
    else this.#readProxyHeader(arrival, peer, this.#settings.proxies);
  }

  /** Whoever is no proxy of ours could name any address as its client's. */
  #readProxyHeader(arrival: Arrival, proxy: Peer, proxies: TrustedProxies): void {
    if (!proxies.has(proxy.address)) {
      this.#refuse(arrival, 'proxy-untrusted', proxy.address);
      return;
    }
    arrival.expectWithin(this.clock.steady(), this.limits.headTimeoutMs);
    arrival.readStart(readProxyHeader, (header) => {
      if (header instanceof Error) this.#refuse(arrival, 'proxy-header', header.message);
      else this.#secure(arrival, header.source === null ? proxy : peerOf(header.source));
    });
  }

  #forget(raw: Socket): void {
    this.#connections.delete(raw);
    this.#late.delete(raw);
    if (this.#connections.size === 0 && !this.#server.listening) this.#onEmpty?.();
  }

  #secure(arrival: Arrival, peer: Peer): void {
    const { raw } = arrival;
    const link = { peer, isTls: false, certificate: null, fault: null };
    if (this.#tls !== null) {
      arrival.expectWithin(this.clock.steady(), this.limits.headTimeoutMs * 2);
      this.#tls.accept(raw, peer);
    } else if (this.#settings.http2) {
      arrival.expectWithin(this.clock.steady(), this.limits.keepAliveMs);
      arrival.readStart(readHttp2Preface, (found) => {
        const isHttp2 = !(found instanceof Error) && found.isHttp2;
        this.#serve({ socket: raw, raw, link: { ...link, isHttp2 } });
      });
    } else this.#serve({ socket: raw, raw, link: { ...link, isHttp2: false } });
  }

  #serve(open: OpenConnection): void {
    const { raw, socket, link } = open;
    this.#connections.set(raw, link.isHttp2 ? new Http2Connection(open, this) : new ClientConnection(open, this));
    // It was paused while its beginning was read.
    if (!link.isHttp2 && socket.isPaused()) socket.resume();
  }

  #buildTls(settings: TlsSettings, http2: boolean): TlsAcceptor {
    return new TlsAcceptor(settings, http2, {
      clock: this.clock,
      report: this.#report,
      handshakeTimeoutMs: this.limits.headTimeoutMs,
      maxHandshakes: this.limits.maxHandshakes,
      onOpen: (open) => this.#serve(open),
    });
  }

  #refuse({ raw }: Arrival, reason: ArrivalFailure, detail: string): void {
    this.#fail(reason, detail);
    raw.destroy();
  }

  #fail(reason: ArrivalFailure, detail: string): void {
    this.#report.failed(reason, detail, this.clock.steady());
  }

  #checkTime(): void {
    const now = this.clock.steady();
    for (const connection of this.#connections.values()) connection.checkTime(now);
  }
}

/** Often enough that no bound is passed by more than a second, or by half of itself. */
function checkEveryMs({ headTimeoutMs, idleTimeoutMs, keepAliveMs }: TransportLimits): number {
  return Math.max(10, Math.min(1000, headTimeoutMs / 2, idleTimeoutMs / 2, keepAliveMs / 2));
}

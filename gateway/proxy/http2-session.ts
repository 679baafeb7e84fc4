import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../clock.ts';
import { SyntaxFault } from '../http1/syntax.ts';
import { BackendBrokeOff } from './backend-error.ts';
import type { OpenSocket } from './connection-pool.ts';
import { Http2Stream } from './http2-stream.ts';
import { ConnectTimeout } from './open-socket.ts';

/** Most calls at once on one connection, whatever the backend allows: a second connection serves more of them better. */
const maxStreams = 100;
/** Stream ids run out after 2^30 calls; and who changes connections now and then spreads over new backends. */
const maxCalls = 1_000_000;
/** What a stream, and what all of them together, may have on the way to us before it is passed on. */
const streamWindowBytes = 256 * 1024;
const sessionWindowBytes = 1024 * 1024;
/**
 * A connection that has calls under way and is silent for so long is asked whether it still is one. Whoever answered that
 * and nothing else is asked again only after a long while: gRPC servers end connections that ping more often than this.
 */
const pingAfterMs = 10_000;
const pingAgainAfterMs = 310_000;
const pingTimeoutMs = 5000;
/** A connection without a call is kept for so long. */
const keepMs = 60_000;
const maxHeadBytes = 64 * 1024;

export interface Http2SessionOwner {
  /** It can take one more call. */
  onFree(session: Http2Session): void;
  /** It is gone, whatever it did. */
  onGone(session: Http2Session): void;
}

/** One HTTP/2 connection to a backend (RFC 9113). The owner asks it for streams as long as {@link takesCalls}. */
export class Http2Session {
  readonly address: string;
  /** Calls under way. */
  streams = 0;
  readonly #session: ClientHttp2Session;
  readonly #socket: Socket;
  readonly #owner: Http2SessionOwner;
  readonly #clock: Clock;
  #calls = 0;
  #isClosing = false;
  /** Steady milliseconds at which the last call ended. */
  #freeSince: number;
  /** Bytes that had come when it was last looked at, and steady milliseconds of the last change. */
  #heardBytes = 0;
  #heardAt: number;
  #patienceMs = pingAfterMs;
  /** 0: it is not being asked. */
  #pingedAt = 0;

  constructor(session: ClientHttp2Session, socket: Socket, owner: Http2SessionOwner, clock: Clock) {
    this.#session = session;
    this.#socket = socket;
    this.address = socket.remoteAddress ?? '';
    this.#owner = owner;
    this.#clock = clock;
    this.#freeSince = clock.steady();
    this.#heardAt = this.#freeSince;
    session.on('goaway', () => {
      this.#isClosing = true;
    });
    session.on('close', () => {
      this.#isClosing = true;
      owner.onGone(this);
    });
  }

  get takesCalls(): boolean {
    const { remoteSettings, closed, destroyed } = this.#session;
    if (this.#isClosing || closed || destroyed) return false;
    return this.streams < Math.min(maxStreams, remoteSettings?.maxConcurrentStreams ?? maxStreams);
  }

  /** A stream for one call. */
  open(): Http2Stream {
    if (this.streams === 0) this.#heardAt = this.#clock.steady();
    this.streams++;
    this.#calls++;
    const stream = new Http2Stream(this.#session, {
      isReused: this.#calls > 1,
      clock: this.#clock,
      onEnd: () => this.#onStreamEnd(),
    });
    if (this.#calls >= maxCalls) this.#isClosing = true;
    return stream;
  }

  /** Closes it when it has been free for too long, and asks a silent one for a sign of life. Called every second. */
  check(): void {
    const now = this.#clock.steady();
    if (this.streams === 0) {
      if (this.#isClosing || now - this.#freeSince >= keepMs) this.close();
      return;
    }
    const { bytesRead } = this.#socket;
    if (bytesRead !== this.#heardBytes) this.#heard(bytesRead, now, pingAfterMs);
    else if (this.#pingedAt > 0 && now - this.#pingedAt >= pingTimeoutMs) this.destroy();
    else if (this.#pingedAt === 0 && now - this.#heardAt >= this.#patienceMs) this.#ping(now);
  }

  /** Takes no call any more, and ends with the last one. */
  close(): void {
    this.#isClosing = true;
    if (!this.#session.destroyed) this.#session.close();
  }

  destroy(): void {
    this.#session.destroy();
  }

  #onStreamEnd(): void {
    this.streams--;
    this.#freeSince = this.#clock.steady();
    if (this.takesCalls) this.#owner.onFree(this);
    else if (this.streams === 0 && this.#isClosing) this.close();
  }

  #heard(bytes: number, now: number, patienceMs: number): void {
    this.#heardBytes = bytes;
    this.#heardAt = now;
    this.#patienceMs = patienceMs;
    this.#pingedAt = 0;
  }

  #ping(now: number): void {
    if (this.#session.destroyed) return;
    this.#pingedAt = now;
    this.#session.ping((error) => {
      if (error === null) this.#heard(this.#socket.bytesRead, this.#clock.steady(), pingAgainAfterMs);
    });
  }
}

/** Makes HTTP/2 connections to one origin. Answers once: with a connection that speaks HTTP/2, or with why there is none. */
export type OpenSession = (owner: Http2SessionOwner, done: (opened: Http2Session | Error) => void) => void;

export interface SessionOptions {
  /** `https://10.0.0.1:9000`. */
  readonly origin: string;
  readonly open: OpenSocket;
  readonly clock: Clock;
  /** Within which the backend has to say that it speaks HTTP/2, once it has taken the connection. */
  readonly timeoutMs: number;
}

export function sessionOpener(options: SessionOptions): OpenSession {
  return (owner, done) => {
    options.open((opened) => {
      if (opened instanceof Error) done(opened);
      else if (choosesHttp2(opened)) begin(opened, options, owner, done);
      else {
        opened.destroy();
        done(new SyntaxFault('it does not choose HTTP/2 (ALPN), which protocol: HTTP2 asks for'));
      }
    });
  };
}

/** Over TLS by ALPN (RFC 9113, 3.2); without TLS it is taken at its owner's word, until its first bytes say otherwise. */
function choosesHttp2(socket: Socket): boolean {
  return !(socket instanceof TLSSocket) || socket.alpnProtocol === 'h2';
}

/** Waits for the SETTINGS with which every HTTP/2 connection begins: they say how many calls may run at once. */
function begin(
  socket: Socket,
  { origin, clock, timeoutMs }: SessionOptions,
  owner: Http2SessionOwner,
  done: (opened: Http2Session | Error) => void,
): void {
  const session = connectHttp2(origin, {
    createConnection: () => socket,
    maxSessionMemory: 64,
    maxSettings: 32,
    settings: { enablePush: false, initialWindowSize: streamWindowBytes, maxHeaderListSize: maxHeadBytes },
  });
  let isOver = false;
  const settle = (opened: Http2Session | Error) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    done(opened);
  };
  const timer = setTimeout(() => {
    settle(new ConnectTimeout(timeoutMs));
    session.destroy();
  }, timeoutMs);
  session.once('connect', () => session.setLocalWindowSize(sessionWindowBytes));
  session.once('remoteSettings', () => settle(new Http2Session(session, socket, owner, clock)));
  session.on('error', (error: Error & { readonly code?: string }) => {
    settle(error.code === 'ERR_HTTP2_ERROR' ? new SyntaxFault('it does not speak HTTP/2') : new BackendBrokeOff());
  });
  session.once('close', () => settle(new BackendBrokeOff()));
}

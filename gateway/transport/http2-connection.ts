import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { ClientLink } from '../exchange.ts';
import type { ConnectionHost, OpenConnection } from './connection-host.ts';
import { Http2Call } from './http2-call.ts';
import { readHttp2Request } from './http2-request.ts';
import type { Tracked } from './tracked.ts';

/** What a client may make us hold for all its streams together, and for one of them. */
const connectionWindowBytes = 1024 * 1024;
const streamWindowBytes = 256 * 1024;

/**
 * What one connection may do. Beyond it nghttp2 ends the stream or the connection: streams that are opened and reset at
 * once (CVE-2023-44487), heads that never end (CONTINUATION, CVE-2024-28182), settings, pings and empty frames without end.
 */
export function http2Options(maxHeadBytes: number): ServerOptions {
  return {
    maxSessionMemory: 8,
    maxSettings: 32,
    maxHeaderListPairs: 128,
    maxOutstandingPings: 4,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    streamResetBurst: 500,
    streamResetRate: 50,
    settings: {
      maxConcurrentStreams: 128,
      initialWindowSize: streamWindowBytes,
      maxHeaderListSize: maxHeadBytes,
      headerTableSize: 4096,
    },
  };
}

/** A client that has calls under way and has not been heard of for this long is asked whether it is there. */
const pingAfterMs = 30_000;
const pongWithinMs = 15_000;
/** All streams that there may ever be: "no new ones here, please", while those under way are still taken (RFC 9113, 6.8). */
const lastOfAllStreams = 2 ** 31 - 1;

/** One client connection that speaks HTTP/2 (RFC 9113): its calls run side by side, through the same filters as all others. */
export class Http2Connection implements Tracked {
  readonly #session: ServerHttp2Session;
  readonly #raw: Socket;
  readonly #host: ConnectionHost;
  readonly #link: ClientLink;
  readonly #calls = new Set<Http2Call>();
  /** Steady milliseconds at which the last call ended. */
  #since: number;
  #pingedAt = 0;
  #isPinging = false;
  #isLeaving = false;

  constructor({ socket, raw, link }: OpenConnection, host: ConnectionHost) {
    this.#host = host;
    this.#raw = raw;
    this.#link = link;
    this.#since = host.clock.steady();
    this.#pingedAt = this.#since;
    // Who closes his half of the connection cannot go on with any stream.
    socket.on('end', () => this.#session.destroy());
    this.#session = performServerHandshake(socket, http2Options(host.limits.maxHeadBytes));
    this.#session.setLocalWindowSize(connectionWindowBytes);
    // What went wrong is not told: whatever it was, the client is gone.
    this.#session.on('error', () => undefined);
    this.#session.on('stream', (stream, _headers, flags, rawHeaders) => this.#onStream(stream, flags, rawHeaders));
  }

  beginDrain(): void {
    if (this.#isLeaving || this.#session.destroyed) return;
    this.#isLeaving = true;
    this.#session.goaway(constants.NGHTTP2_NO_ERROR, lastOfAllStreams);
  }

  /** Takes no more streams; ends when the last call has. */
  leave(): void {
    if (!this.#session.destroyed) this.#session.close();
  }

  destroy(): void {
    this.#session.destroy();
    // A stream without its end never looks whole, so this need not be a reset; and Node loses a socket that is reset while it ends.
    this.#raw.destroy();
  }

  /** Ends what takes too long. `now`: steady milliseconds. */
  checkTime(now: number): void {
    for (const call of this.#calls) call.checkTime(now);
    if (this.#calls.size > 0) this.#checkAlive(now);
    else if (now - this.#since >= this.#host.limits.keepAliveMs) this.#endSilence(now);
  }

  /** A connection without a call is closed; one that does not let itself be closed is broken. */
  #endSilence(now: number): void {
    if (this.#session.closed) this.destroy();
    this.leave();
    this.#since = now;
  }

  #checkAlive(now: number): void {
    if (this.#isPinging) {
      if (now - this.#pingedAt >= pongWithinMs) this.destroy();
    } else if (now - this.#pingedAt >= pingAfterMs && !this.#session.destroyed) {
      this.#pingedAt = now;
      this.#isPinging = this.#session.ping(() => {
        this.#isPinging = false;
      });
    }
  }

  #onStream(stream: ServerHttp2Stream, flags: number, rawHeaders: readonly string[]): void {
    const request = readHttp2Request(rawHeaders, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0);
    const onGone = (ended: Http2Call) => this.#onGone(ended);
    const call = new Http2Call(stream, request, { link: this.#link, host: this.#host, onGone });
    this.#calls.add(call);
    call.run();
    if (this.#host.isDraining) this.beginDrain();
    // After its first answer, as in HTTP/1.1.
    if (this.#link.fault !== null) this.leave();
  }

  #onGone(call: Http2Call): void {
    this.#calls.delete(call);
    this.#since = this.#host.clock.steady();
  }
}

import {
  constants,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
  type ServerStreamResponseOptions,
} from 'node:http2';
import { type ClientLink, type Downstream, Exchange } from '../exchange.ts';
import { FieldMemory } from '../field-memory.ts';
import { bodyTooLarge } from '../filters/body-limit.ts';
import type { ConnectionHost } from './connection-host.ts';
import { Deadline } from './deadline.ts';
import type { Http2Request } from './http2-request.ts';
import { bodyTooSlow } from './request-fault.ts';

/** Fields that HTTP/2 does not know (RFC 9113, 8.2.2). */
const ofConnection = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Answers of these statuses have no body (RFC 9110, 6.4.1). */
const bodiless = new Set([204, 205, 304]);

/** One stream of an HTTP/2 connection: the client's side of one call. */
export class Http2Call implements Downstream {
  readonly #stream: ServerHttp2Stream;
  readonly #host: ConnectionHost;
  readonly #exchange: Exchange;
  readonly #expectsContinue: boolean;
  readonly #deadline: Deadline;
  readonly #onGone: (call: Http2Call) => void;
  #hasBody = true;
  /** Bytes of the answer's body to come; less than 0: not known. */
  #left = -1;
  #trailers: readonly string[] = [];
  #answered = false;
  #aborted = false;
  /** `upstream` takes the body. */
  #bodyIsOpen = false;
  #bodyLimit = 0;
  /** Steady milliseconds at which bytes last moved, and how many had by then. */
  #since: number;
  #moved = 0;

  constructor(
    stream: ServerHttp2Stream,
    request: Http2Request,
    { link, host, onGone }: { link: ClientLink; host: ConnectionHost; onGone: (call: Http2Call) => void },
  ) {
    this.#stream = stream;
    this.#host = host;
    this.#onGone = onGone;
    this.#expectsContinue = request.expectsContinue;
    this.#since = host.clock.steady();
    this.#deadline = new Deadline(host.clock, () => this.#exchange.upstream?.expire());
    this.#exchange = new Exchange(
      {
        method: request.method,
        target: request.target,
        memory: new FieldMemory(request.fields),
        bodyLength: request.bodyLength,
        connectionNames: [],
        headFault: link.fault ?? request.fault,
        link,
        startedAt: this.#since,
        time: host.clock.now(),
      },
      this,
    );
    stream.on('drain', () => this.#exchange.upstream?.resume());
    stream.on('wantTrailers', () => stream.sendTrailers(objectOf(this.#trailers)));
    stream.on('finish', () => this.#onFinished());
    // What went wrong is not told: whatever it was, `close` follows.
    stream.on('error', () => undefined);
    stream.on('close', () => this.#onClose());
    // Nothing comes; the stream learns of its end only when it is read.
    if (request.bodyLength === 0) stream.resume();
  }

  run(): void {
    this.#host.chain.run(this.#exchange);
  }

  /** Gives up who neither sends nor reads although it is his turn. `now`: steady milliseconds. */
  checkTime(now: number): void {
    const moved = this.#exchange.bytesIn + this.#exchange.bytesOut - this.#stream.writableLength;
    if (moved !== this.#moved || !this.#isClientAwaited()) {
      this.#moved = moved;
      this.#since = now;
    } else if (now - this.#since >= this.#host.limits.idleTimeoutMs) this.#giveUp();
  }

  // What the call calls.

  writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    const exchange = this.#exchange;
    const stream = this.#stream;
    if (stream.closed || stream.destroyed) return;
    this.#host.chain.answering(exchange);
    exchange.status = status;
    this.#hasBody = bodyLength !== 0 && !bodiless.has(status) && exchange.method !== 'HEAD';
    this.#left = this.#hasBody ? bodyLength : -1;
    const head = [':status', String(status)];
    addFields(head, fields);
    addFields(head, exchange.answerHeaders);
    if (bodyLength >= 0 && status !== 204) head.push('content-length', String(bodyLength));
    // An answer of a known length has no trailers.
    const options = { endStream: !this.#hasBody, waitForTrailers: this.#hasBody && bodyLength < 0 };
    try {
      respond(stream, head, options);
    } catch (error) {
      // What HTTP/1.1 can say and HTTP/2 cannot, such as a status above 599.
      exchange.cause = error;
      exchange.upstream?.abort();
      this.abort();
    }
  }

  write(piece: Buffer): boolean {
    if (!this.#hasBody || piece.length === 0 || !this.#stream.writable) return true;
    this.#exchange.bytesOut += piece.length;
    this.#left -= piece.length;
    if (this.#left !== 0) return this.#stream.write(piece);
    // The last piece ends the stream in the same frame.
    this.#stream.end(piece);
    return true;
  }

  end(trailers: readonly string[] = []): void {
    this.#answered = true;
    this.#trailers = trailers;
    if (this.#stream.writableFinished) this.#onFinished();
    else if (!this.#stream.writableEnded) this.#stream.end();
  }

  abort(): void {
    this.#aborted = true;
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  readBody(limit: number): void {
    const stream = this.#stream;
    this.#bodyIsOpen = true;
    this.#bodyLimit = limit;
    if (this.#expectsContinue && !stream.headersSent) stream.additionalHeaders({ ':status': 100 });
    stream.on('data', (piece: Buffer) => this.#onData(piece));
    stream.on('end', () => {
      if (!this.#bodyIsOpen || stream.aborted) return;
      this.#bodyIsOpen = false;
      this.#exchange.upstream?.onBodyEnd();
    });
  }

  setDeadline(now: number, ms: number): void {
    this.#deadline.set(now, ms);
  }

  resumeBody(): void {
    this.#stream.resume();
  }

  // What the stream calls.

  #onData(piece: Buffer): void {
    const exchange = this.#exchange;
    if (!this.#bodyIsOpen) return;
    exchange.bytesIn += piece.length;
    if (exchange.bytesIn > this.#bodyLimit) {
      this.#bodyIsOpen = false;
      exchange.upstream?.onBodyFault(bodyTooLarge(this.#bodyLimit));
    } else if (exchange.upstream?.onBody(piece) === false) this.#stream.pause();
  }

  /** The answer is out. A client that is still sending may stop (RFC 9113, 8.1). */
  #onFinished(): void {
    if (this.#answered && !this.#stream.readableEnded) this.#stream.close(constants.NGHTTP2_NO_ERROR);
  }

  #onClose(): void {
    const exchange = this.#exchange;
    this.#deadline.close();
    this.#onGone(this);
    const isWhole =
      this.#answered && this.#stream.writableFinished && this.#stream.rstCode === constants.NGHTTP2_NO_ERROR;
    exchange.clientAborted = !isWhole && !this.#aborted;
    this.#bodyIsOpen = false;
    if (!this.#answered) exchange.upstream?.abort();
    this.#host.chain.ended(exchange, this.#host.clock.steady());
  }

  /** Is it the client's turn: to send more of its body, or to read more of the answer? Else the backend is waited for. */
  #isClientAwaited(): boolean {
    return (this.#bodyIsOpen && !this.#stream.isPaused()) || this.#stream.writableLength > 0;
  }

  #giveUp(): void {
    const exchange = this.#exchange;
    if (exchange.status === 0) {
      exchange.upstream?.abort();
      this.#host.chain.refuse(exchange, bodyTooSlow());
    } else this.#stream.close(constants.NGHTTP2_CANCEL);
  }
}

/** Adds flat name, value in lower case; fields of the connection are left out. */
function addFields(head: string[], fields: readonly string[]): void {
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] ?? '').toLowerCase();
    if (!ofConnection.has(name)) head.push(name, fields[i + 1] ?? '');
  }
}

/** As a flat list, which Node sends as it is; it takes some names only once, and then they are joined first. */
function respond(stream: ServerHttp2Stream, head: string[], options: ServerStreamResponseOptions): void {
  try {
    stream.respond(head, options);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_HTTP2_HEADER_SINGLE_VALUE')) throw error;
    stream.respond(objectOf(head), options);
  }
}

/** Fields of the connection are left out. */
function objectOf(fields: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] ?? '').toLowerCase();
    if (!ofConnection.has(name)) headers[name] = withValue(name, headers[name], fields[i + 1] ?? '');
  }
  return headers;
}

/** Several fields of one name are one list (RFC 9110, 5.3), but for Set-Cookie. */
function withValue(name: string, before: string | string[] | undefined, value: string): string | string[] {
  if (name === 'set-cookie') return [...(before ?? []), value];
  return before === undefined ? value : `${before}, ${value}`;
}

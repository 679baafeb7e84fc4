import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import { CodedError } from '#api/errors.ts';
import type { Clock } from '../clock.ts';
import { SyntaxFault } from '../http1/syntax.ts';
import type { AnswerSink, BackendChannel, RequestFrame } from './backend-channel.ts';
import { BackendBrokeOff } from './backend-error.ts';
import { answerOf, http2Fields, trailersOf } from './http2-fields.ts';

/** The backend has not looked at the request, and says so: it may go to another connection (RFC 9113, 8.7). */
export class RequestUnprocessed extends CodedError {
  constructor() {
    super('GW_BACKEND_BROKE_OFF', 'the backend refused the stream before it looked at the request');
  }
}

interface StreamDeps {
  /** The connection has served a call before. */
  readonly isReused: boolean;
  readonly clock: Clock;
  /** Called once, when the session can take another stream in its place. */
  readonly onEnd: () => void;
}

/** One call as a stream of an HTTP/2 connection (RFC 9113). */
export class Http2Stream implements BackendChannel {
  readonly lends = false;
  readonly mayRefuse = true;
  readonly isReused: boolean;
  hasAnswered = false;
  readonly #session: ClientHttp2Session;
  readonly #deps: StreamDeps;
  #call: AnswerSink | null = null;
  #stream: ClientHttp2Stream | null = null;
  #trailers: readonly string[] | undefined = undefined;
  #isComplete = false;
  /** Bytes of the answer that are still to come; -1: nobody knows. */
  #left = -1;

  constructor(session: ClientHttp2Session, deps: StreamDeps) {
    this.#session = session;
    this.isReused = deps.isReused;
    this.#deps = deps;
  }

  begin(call: AnswerSink, head: string, { toHead, bodyLength, deadline }: RequestFrame): void {
    this.#call = call;
    const isSecure = this.#session.encrypted === true;
    const fields = http2Fields(head, isSecure, deadline - this.#deps.clock.steady());
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session.request(fields, { endStream: bodyLength === 0 });
    } catch {
      // The session is closing, so the request never left.
      setImmediate(() => this.#onClose(constants.NGHTTP2_REFUSED_STREAM));
      return;
    }
    this.#stream = stream;
    stream.on('response', (_fields, flags, raw) => this.#onResponse(raw ?? [], flags, toHead));
    stream.on('data', (piece: Buffer) => this.#onData(piece));
    stream.on('trailers', (_fields, _flags, raw) => {
      this.#trailers = trailersOf(raw ?? []);
    });
    stream.on('drain', () => this.#call?.onDrain());
    stream.on('end', () => this.#onEnd());
    // Why it ended is told by its close.
    stream.on('error', () => undefined);
    stream.on('close', () => this.#onClose(stream.rstCode));
  }

  write(piece: Buffer): boolean {
    return this.#stream === null || this.#stream.closed || this.#stream.write(piece);
  }

  end(): void {
    this.#stream?.end();
  }

  resume(): void {
    this.#stream?.resume();
  }

  /** A stream costs nothing to give up. */
  discard(): void {
    this.destroy();
  }

  destroy(): void {
    this.#call = null;
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  #onResponse(raw: readonly string[], flags: number, toHead: boolean): void {
    this.hasAnswered = true;
    const isLast = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    this.#try(() => {
      const answer = answerOf(raw, isLast && !toHead);
      if (!toHead && answer.status !== 304) this.#left = answer.contentLength;
      this.#call?.onAnswer(answer);
    });
  }

  #onData(piece: Buffer): void {
    if (this.#left >= 0) this.#left -= piece.length;
    this.#try(() => {
      if (this.#call?.onAnswerBody(piece) === false) this.#stream?.pause();
    });
  }

  #try(step: () => void): void {
    try {
      step();
    } catch (error) {
      const call = this.#call;
      this.destroy();
      call?.onAnswerFault(error instanceof Error ? error : new SyntaxFault('it cannot be read'));
    }
  }

  /** A stream that the backend resets without an error ends here too, so a length that it stated has to have come. */
  #onEnd(): void {
    if (!this.hasAnswered || this.#left > 0) return;
    this.#isComplete = true;
    const call = this.#call;
    this.#call = null;
    call?.onAnswerEnd(this.#trailers);
    // An answer may be whole before the request is: then nobody reads the rest (RFC 9113, 8.1).
    if (this.#stream?.writableEnded === false) this.#stream.close(constants.NGHTTP2_NO_ERROR);
  }

  #onClose(code: number | undefined): void {
    this.#deps.onEnd();
    const call = this.#call;
    this.#call = null;
    if (!this.#isComplete) call?.onAnswerFault(faultOf(code));
  }
}

function faultOf(code: number | undefined): Error {
  if (code === constants.NGHTTP2_REFUSED_STREAM) return new RequestUnprocessed();
  const isProtocol = code === constants.NGHTTP2_PROTOCOL_ERROR || code === constants.NGHTTP2_FRAME_SIZE_ERROR;
  return isProtocol ? new SyntaxFault('it breaks the rules of HTTP/2') : new BackendBrokeOff();
}

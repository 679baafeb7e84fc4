import type { Socket } from 'node:net';
import type { GatewayError } from '../errors.ts';
import { type ClientLink, type Downstream, Exchange } from '../exchange.ts';
import { bodyTooLarge } from '../filters/body-limit.ts';
import { BodyReader } from '../http1/body-reader.ts';
import type { PayloadSink } from '../http1/chunked-decoder.ts';
import { readFrom } from '../http1/lending-socket.ts';
import { MessageWriter } from '../http1/message-writer.ts';
import type { ParsedRequest } from '../http1/request-head.ts';
import { bodyUntilClose, chunkedBody } from '../http1/syntax.ts';
import { HeadTooLong, UnreadBytes } from '../http1/unread-bytes.ts';
import { AnswerWriter } from './answer-writer.ts';
import type { ConnectionHost, OpenConnection } from './connection-host.ts';
import { Deadline } from './deadline.ts';
import { bodyTooSlow, faultOf, headTooLarge, headTooSlow } from './request-fault.ts';
import { RequestMemory } from './request-memory.ts';
import type { Tracked } from './tracked.ts';

/** After the last answer what the client still sends is taken and thrown away: at most so long, and no longer when it pauses. */
const lingerMs = 30_000;
const lingerPauseMs = 1000;

/** More than this of requests to come, or of a body that nobody reads yet, is left in the socket. */
const maxUnreadBytes = 64 * 1024;

/**
 * One client connection that speaks HTTP/1.1 (RFC 9112), and the client's side of its calls, one after the other:
 *
 *   waiting ──first byte──▶ head ──complete, faulty, too slow──▶ call: filters, backend ──answered──▶ waiting
 *      │                                                           │ faulty, closing, body not read
 *      └── kept too long ──▶ gone ◀── client closes, time is up ── ended: our side is closed, what comes is dropped
 *
 * Requests that come during a call wait their turn, so answers keep the order of requests. One object for each
 * connection, reused by its calls. Time is up where the listener's regular {@link checkTime} finds
 * it so; only the deadline of a call has a timer.
 */
export class ClientConnection implements Downstream, PayloadSink, Tracked {
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  readonly #raw: Socket;
  readonly #link: ClientLink;
  readonly #unread: UnreadBytes;
  readonly #body = new BodyReader();
  readonly #heads = new AnswerWriter();
  readonly #writer: MessageWriter;
  readonly #deadline: Deadline;
  #phase: 'waiting' | 'head' | 'call' | 'ended' | 'gone' = 'waiting';
  /** Steady milliseconds at which the phase began, or at which bytes last moved in a call. */
  #since: number;
  /** Bytes read and written by then. */
  #moved = 0;
  #exchange: Exchange | null = null;
  readonly #memory = new RequestMemory();
  #isHttp10 = false;
  #closing = false;
  #expectsContinue = false;
  #isTunnel = false;
  /** The answer under way has a body. */
  #hasBody = false;
  #answered = false;
  #aborted = false;
  /** `upstream` takes the body. */
  #bodyIsOpen = false;
  #bodyLimit = 0;
  /** Its pieces are overwritten once they were handed over. */
  #bodyIsLent = false;
  /** `upstream` has asked to wait. */
  #bodyIsHeld = false;
  /** When our side was closed. */
  #endedAt = 0;

  constructor({ socket, raw, link }: OpenConnection, host: ConnectionHost) {
    this.#socket = socket;
    this.#raw = raw;
    this.#link = link;
    this.#host = host;
    this.#unread = new UnreadBytes(host.limits.maxHeadBytes);
    this.#writer = new MessageWriter(socket);
    this.#deadline = new Deadline(host.clock, () => this.#exchange?.upstream?.expire());
    this.#since = host.clock.steady();
    readFrom(socket, (bytes, areLent) => this.#onData(bytes, areLent));
    socket.on('drain', () => this.#exchange?.upstream?.resume());
    socket.on('end', () => this.#onEnd());
    // What went wrong is not told: whatever it was, the client is gone, and `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#onGone());
  }

  // What the listener calls.

  beginDrain(): void {
    // Its next answer says so.
  }

  /** Ends the connection: now, or when the call under way is answered. */
  leave(): void {
    if (this.#phase === 'waiting') this.#socket.destroy();
    else this.#closing = true;
  }

  destroy(): void {
    // To a client that reads until the end, half an answer would look whole.
    if (this.#phase === 'call' && this.#exchange?.status !== 0 && !this.#isTunnel) this.#raw.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** Ends what takes too long. `now`: steady milliseconds. */
  checkTime(now: number): void {
    const { keepAliveMs, headTimeoutMs } = this.#host.limits;
    const age = now - this.#since;
    if (this.#phase === 'call') this.#checkSilence(now);
    else if (this.#phase === 'head' && age >= headTimeoutMs) this.#refuse(headTooSlow());
    else if (this.#phase === 'waiting' && age >= keepAliveMs) this.#socket.destroy();
    else if (this.#phase === 'ended' && this.#hasLingered(now)) this.#socket.destroy();
  }

  // What the call calls.

  writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    this.#host.chain.answering(exchange);
    exchange.status = status;
    if (!this.#body.isDone) this.#dropUnreadBody();
    // A body that is not read to its end cannot be told from the next request.
    this.#closing ||= this.#host.isDraining || !this.#body.isDone;
    const length = this.#framing(status, bodyLength);
    const frame = {
      contentLength: status === 204 || status === 101 ? -1 : bodyLength,
      isChunked: length === chunkedBody,
      closes: this.#closing,
      upgrade: status === 101 ? exchange.upgrade : '',
      now: exchange.time,
    };
    if (status === 101) this.#beginTunnel();
    this.#hasBody = length !== 0;
    this.#writer.begin(this.#heads.text(status, fields, exchange.answerHeaders, frame), length);
  }

  write(piece: Buffer): boolean {
    if (this.#exchange !== null && this.#hasBody) this.#exchange.bytesOut += piece.length;
    return this.#writer.write(piece);
  }

  writeLent(piece: Buffer): boolean {
    if (this.#exchange !== null && this.#hasBody) this.#exchange.bytesOut += piece.length;
    return this.#writer.writeLent(piece);
  }

  end(): void {
    this.#answered = true;
    this.#writer.end(this.#onAnswered);
  }

  abort(): void {
    this.#aborted = true;
    // A reset, not a close: to a client that reads until the end, a close would look like one.
    this.#raw.resetAndDestroy();
  }

  readBody(limit: number): void {
    this.#bodyIsOpen = true;
    this.#bodyLimit = limit;
    if (this.#expectsContinue && this.#unread.length === 0)
      this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
    this.#readBody();
  }

  setDeadline(now: number, ms: number): void {
    this.#deadline.set(now, ms);
  }

  resumeBody(): void {
    if (!this.#bodyIsHeld) return;
    this.#bodyIsHeld = false;
    this.#readBody();
  }

  /** A piece of the request body, as the reader of the body finds it. */
  onPayload(piece: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === null || !this.#bodyIsOpen) return;
    exchange.bytesIn += piece.length;
    if (exchange.bytesIn > this.#bodyLimit) this.#endBody(bodyTooLarge(this.#bodyLimit));
    else if (exchange.upstream?.onBody(this.#bodyIsLent ? Buffer.from(piece) : piece) === false)
      this.#bodyIsHeld = true;
  }

  // What the socket calls.

  #onData(bytes: Buffer, areLent: boolean): void {
    if (this.#phase === 'ended') return;
    this.#unread.add(bytes, areLent);
    if (this.#phase === 'call') this.#readBody();
    else this.#readRequest();
    this.#unread.own();
  }

  /** The client sends nothing more. Who has not got the whole answer by then waits for it no longer. */
  #onEnd(): void {
    if (this.#answered && this.#phase === 'call') this.#closing = true;
    else this.destroy();
  }

  #onGone(): void {
    const exchange = this.#exchange;
    this.#phase = 'gone';
    this.#exchange = null;
    this.#deadline.close();
    if (exchange === null) return;
    // Either side may end a tunnel; that is how it ends.
    exchange.clientAborted = !this.#aborted && !this.#isTunnel;
    if (!this.#answered) exchange.upstream?.abort();
    this.#host.chain.ended(exchange, this.#host.clock.steady());
  }

  // Heads.

  /** Begins a call if a complete head is there. */
  #readRequest(): void {
    this.#unread.skipEmptyLines();
    if (this.#unread.length === 0) return;
    try {
      const text = this.#unread.takeHead();
      if (text !== '') this.#begin(this.#memory.read(text));
      else if (this.#phase === 'waiting') this.#enter('head');
    } catch (error) {
      this.#refuse(error instanceof HeadTooLong ? headTooLarge(this.#host.limits) : faultOf(error));
    }
  }

  #begin(request: ParsedRequest): void {
    this.#isHttp10 = request.isHttp10;
    this.#closing = request.closes || this.#link.fault !== null;
    this.#isTunnel = false;
    this.#expectsContinue = request.expectsContinue;
    this.#body.begin(request.bodyLength);
    this.#run(request, null);
  }

  /** From now on bytes of another protocol go both ways, and only their absence ends the call. */
  #beginTunnel(): void {
    this.#closing = true;
    this.#isTunnel = true;
    this.#deadline.clear();
    this.#body.begin(bodyUntilClose);
  }

  /** What came is no request: the answer says why, and the connection ends. */
  #refuse(fault: GatewayError): void {
    this.#isHttp10 = false;
    this.#closing = true;
    this.#expectsContinue = false;
    this.#body.begin(0);
    this.#memory.forget();
    this.#run(noRequest, fault);
  }

  #run(request: Pick<ParsedRequest, keyof typeof noRequest>, headFault: GatewayError | null): void {
    const { chain, clock } = this.#host;
    const exchange = new Exchange(
      {
        method: request.method,
        target: request.target,
        memory: this.#memory.current,
        bodyLength: request.bodyLength,
        connectionNames: request.connectionNames,
        headFault: this.#link.fault ?? headFault,
        link: this.#link,
        startedAt: clock.steady(),
        time: clock.now(),
      },
      this,
    );
    this.#exchange = exchange;
    this.#answered = false;
    this.#bodyIsOpen = false;
    this.#bodyIsHeld = false;
    this.#phase = 'call';
    this.#since = exchange.startedAt;
    chain.run(exchange);
  }

  // The body of the request.

  #readBody(): void {
    if (this.#bodyIsOpen && !this.#body.isDone && !this.#bodyIsHeld) this.#feedBody();
    const isFull = this.#bodyIsHeld || this.#unread.length > maxUnreadBytes;
    if (isFull) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #feedBody(): void {
    if (this.#unread.length > 0 && !this.#readPayload()) return;
    if (this.#body.isDone) this.#exchange?.upstream?.onBodyEnd();
  }

  /** Takes the body out of what is unread. False: it is faulty, and nobody wants the rest. */
  #readPayload(): boolean {
    this.#bodyIsLent = this.#unread.areLent;
    const bytes = this.#unread.takeAll();
    try {
      const end = this.#body.read(bytes, 0, this);
      if (end < bytes.length) this.#unread.add(bytes.subarray(end), this.#bodyIsLent);
    } catch (error) {
      this.#closing = true;
      this.#endBody(faultOf(error));
    }
    return this.#bodyIsOpen;
  }

  #endBody(fault: GatewayError): void {
    this.#bodyIsOpen = false;
    this.#exchange?.upstream?.onBodyFault(fault);
  }

  /** An answer without the backend, or before it wanted the body: what has come of the body already is not in the way. */
  #dropUnreadBody(): void {
    if (this.#bodyIsOpen || this.#unread.length === 0) return;
    this.#readPayload();
  }

  // The answer.

  /** How the body of this answer is framed; 0: it has none. */
  #framing(status: number, bodyLength: number): number {
    if (status === 101) return bodyUntilClose;
    if (status === 204 || status === 304 || this.#exchange?.method === 'HEAD') return 0;
    if (bodyLength >= 0) return bodyLength;
    if (!this.#isHttp10) return chunkedBody;
    this.#closing = true;
    return bodyUntilClose;
  }

  readonly #onAnswered = (error?: Error | null): void => {
    const exchange = this.#exchange;
    if (error || exchange === null || this.#phase !== 'call') return;
    this.#exchange = null;
    this.#deadline.clear();
    const now = this.#host.clock.steady();
    this.#host.chain.ended(exchange, now);
    // Also while draining only if the head said so: the next call may be on its way.
    if (this.#closing || !this.#body.isDone) this.#endOurSide();
    else {
      this.#phase = 'waiting';
      this.#since = now;
      this.#readRequest();
      if (this.#socket.isPaused()) this.#socket.resume();
    }
  };

  /**
   * Closes our side and goes on reading for a moment. Closing both would make the kernel reset the connection, and a
   * client that is still busy sending would never see why it was refused.
   */
  #endOurSide(): void {
    this.#enter('ended');
    this.#endedAt = this.#since;
    this.#unread.takeAll();
    this.#socket.end();
    this.#socket.resume();
  }

  // Time.

  #enter(phase: 'head' | 'ended'): void {
    this.#phase = phase;
    this.#since = this.#host.clock.steady();
  }

  #hasLingered(now: number): boolean {
    const { bytesRead } = this.#socket;
    if (bytesRead !== this.#moved) {
      this.#moved = bytesRead;
      this.#since = now;
    }
    return now - this.#since >= lingerPauseMs || now - this.#endedAt >= lingerMs;
  }

  /** Nothing has moved in a call for a while: whose turn was it? */
  #checkSilence(now: number): void {
    const { bytesRead, bytesWritten, writableLength } = this.#socket;
    // Who does not read its answer is silent, whatever it sends.
    const moved = (writableLength > 0 && !this.#isTunnel ? 0 : bytesRead) + bytesWritten - writableLength;
    if (moved !== this.#moved || !this.#isClientAwaited()) {
      this.#moved = moved;
      this.#since = now;
    } else if (now - this.#since >= this.#maxSilenceMs()) this.#giveUp();
  }

  /** Is it the client's turn: to send more of its body, or to read more of the answer? Else the backend is waited for. */
  #isClientAwaited(): boolean {
    if (this.#isTunnel) return true;
    const sends = this.#bodyIsOpen && !this.#body.isDone && !this.#bodyIsHeld;
    return sends || this.#socket.writableLength > 0;
  }

  #maxSilenceMs(): number {
    const { idleTimeoutMs, tunnelIdleMs } = this.#host.limits;
    return this.#isTunnel ? tunnelIdleMs : idleTimeoutMs;
  }

  #giveUp(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    if (exchange.status === 0) {
      exchange.upstream?.abort();
      this.#host.chain.refuse(exchange, bodyTooSlow());
    } else this.destroy();
  }
}

const noRequest = { method: '', target: '', bodyLength: 0, connectionNames: [] as string[] };

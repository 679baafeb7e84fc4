import type { Socket } from 'node:net';
import { BodyReader } from '../http1/body-reader.ts';
import type { PayloadSink } from '../http1/chunked-decoder.ts';
import { readFrom } from '../http1/lending-socket.ts';
import { MessageWriter } from '../http1/message-writer.ts';
import { bodyUntilClose, SyntaxFault } from '../http1/syntax.ts';
import { UnreadBytes } from '../http1/unread-bytes.ts';
import type { AnswerMemory } from './answer-memory.ts';
import type { AnswerSink, BackendChannel, RequestFrame } from './backend-channel.ts';
import { BackendBrokeOff } from './backend-error.ts';

/** Where a connection goes between two calls. */
export interface ConnectionOwner {
  /** Shared by all connections to one origin. */
  readonly heads: AnswerMemory;
  /** It can take the next call. */
  onFree(connection: BackendConnection): void;
  /** It carries another protocol from now on, and never comes back. */
  onTunnel(connection: BackendConnection): void;
  /** It is gone, whatever it did. */
  onGone(connection: BackendConnection): void;
}

const noBytes = Buffer.alloc(0);
const beginning = 'HTTP/1.';
const maxHeadBytes = 64 * 1024;
/** Most interim answers (100, 103) before the final one. */
const maxInterimAnswers = 16;

/**
 * One connection to a backend, one call at a time (RFC 9112):
 *
 *   free ──begin──▶ head ──▶ body ──complete──▶ free, if both sides may go on; else closed
 *    │               └── fault, closed too early: the call hears it ──▶ closed
 *    └── closed, or bytes that nobody asked for ──▶ closed
 */
export class BackendConnection implements BackendChannel, PayloadSink {
  readonly mayRefuse = false;
  lends = false;
  /** It has served a call before, so the backend may be closing it this very moment. */
  isReused = false;
  /** Its address is not one of the backend's any more; kept by the owner. */
  isRetired = false;
  readonly address: string;
  /** Steady milliseconds since which it is free; kept by the owner. */
  freeSince = 0;
  /** Something of the current answer has come. */
  hasAnswered = false;
  /** How long the backend keeps it when it is free, as its last answer said; -1: not stated. */
  keepsForSeconds = -1;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #unread = new UnreadBytes(maxHeadBytes);
  readonly #body = new BodyReader();
  readonly #writer: MessageWriter;
  #call: AnswerSink | null = null;
  #phase: 'free' | 'head' | 'body' | 'closed' = 'free';
  #toHead = false;
  #requestDone = true;
  /** The call has asked to change the protocol. */
  #upgrades = false;
  #closes = false;
  #interimAnswers = 0;
  #cause: Error | undefined = undefined;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.address = socket.remoteAddress ?? '';
    this.#owner = owner;
    this.#writer = new MessageWriter(socket);
    readFrom(socket, (bytes, areLent) => this.#onData(bytes, areLent));
    socket.on('drain', () => this.#call?.onDrain());
    socket.on('end', () => this.#onEnd());
    socket.on('error', (error: Error) => {
      this.#cause = error;
    });
    socket.on('close', () => this.#onClose());
  }

  get isUsable(): boolean {
    return this.#phase === 'free' && !this.#socket.destroyed;
  }

  /** Begins a call; `head` is the whole request head. */
  begin(call: AnswerSink, head: string, request: RequestFrame): void {
    this.#call = call;
    this.#phase = 'head';
    this.#toHead = request.toHead;
    this.#upgrades = request.upgrades;
    this.hasAnswered = false;
    this.#requestDone = false;
    this.#interimAnswers = 0;
    this.#writer.begin(head, request.upgrades ? bodyUntilClose : request.bodyLength);
  }

  /** A piece of the request body. False: wait for `onDrain`. */
  write(piece: Buffer): boolean {
    return this.#writer.write(piece);
  }

  /** The request is complete. */
  end(): void {
    this.#requestDone = true;
    this.#writer.end();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends it now; its call hears nothing more. */
  destroy(): void {
    this.#call = null;
    this.#phase = 'closed';
    this.#socket.destroy();
  }

  /** Nobody wants the answer that comes: a short one is read to its end, so that the connection can be used again. */
  discard(): void {
    this.#call = new DiscardedAnswer(this);
    // It may have been held back for whoever wanted it.
    this.#socket.resume();
  }

  onPayload(piece: Buffer): void {
    if (this.#call?.onAnswerBody(piece) === false) this.#socket.pause();
  }

  #onData(bytes: Buffer, areLent: boolean): void {
    this.lends = areLent;
    if (this.#phase === 'free') {
      this.destroy();
      return;
    }
    const call = this.#call;
    if (call === null) return;
    if (!this.#writer.hasBegun) {
      // It cannot answer what it has not got.
      this.#fail(new BackendBrokeOff());
      return;
    }
    this.hasAnswered = true;
    try {
      this.#read(bytes, call);
      this.#unread.own();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new SyntaxFault('it cannot be read'));
    }
  }

  #read(bytes: Buffer, call: AnswerSink): void {
    const rest = this.#phase === 'head' ? this.#readHeads(bytes, call) : bytes;
    if (this.#phase === 'head') return;
    const end = this.#body.read(rest, 0, this);
    if (this.#body.isDone) this.#complete(end < rest.length);
  }

  /** Reads interim heads and the final one, as far as they have come; gives what follows the final one. */
  #readHeads(bytes: Buffer, call: AnswerSink): Buffer {
    this.#unread.add(bytes, this.lends);
    while (this.#phase === 'head') {
      const text = this.#unread.takeHead();
      const isHttp = text === '' ? this.#unread.mayBeginWith(beginning) : text.startsWith(beginning);
      if (!isHttp) throw new SyntaxFault('it does not begin with HTTP/1.1');
      if (text === '') return noBytes;
      this.#readHead(text, call);
    }
    return this.#unread.takeAll();
  }

  #readHead(text: string, call: AnswerSink): void {
    const head = this.#owner.heads.read(text, this.#toHead);
    const isUpgrade = head.status === 101;
    if (isUpgrade && !this.#upgrades) throw new SyntaxFault('it changes the protocol although nobody asked for that');
    if (head.status < 200 && !isUpgrade) {
      this.#interimAnswers++;
      if (this.#interimAnswers > maxInterimAnswers) throw new SyntaxFault('it has too many interim answers');
      return;
    }
    const bodyLength = isUpgrade ? bodyUntilClose : head.bodyLength;
    this.#phase = 'body';
    this.#closes = head.closes || bodyLength === bodyUntilClose;
    this.keepsForSeconds = head.keepsForSeconds;
    this.#body.begin(bodyLength);
    if (isUpgrade) this.#owner.onTunnel(this);
    call.onAnswer(head);
  }

  /** `hasMore`: bytes follow that belong to no answer; nobody will ever read them as one. */
  #complete(hasMore: boolean): void {
    const call = this.#call;
    if (call === null) return;
    this.#call = null;
    call.onAnswerEnd();
    if (hasMore || this.#closes || !this.#isRequestSent() || this.#socket.destroyed) this.destroy();
    else {
      this.#phase = 'free';
      this.isReused = true;
      if (this.#socket.isPaused()) this.#socket.resume();
      this.#owner.onFree(this);
    }
  }

  #isRequestSent(): boolean {
    return this.#requestDone && this.#writer.isClear;
  }

  #fail(error: Error): void {
    const call = this.#call;
    this.destroy();
    call?.onAnswerFault(error);
  }

  #onEnd(): void {
    if (this.#phase === 'body' && this.#body.endWithConnection()) this.#complete(false);
    // A TLS alert is an error first, and then an end.
    else if (this.#call !== null) this.#fail(this.#cause ?? new BackendBrokeOff());
    else this.destroy();
  }

  #onClose(): void {
    this.#owner.onGone(this);
    if (this.#call !== null) this.#fail(this.#cause ?? new BackendBrokeOff());
    this.#phase = 'closed';
  }
}

/** More than this is not worth reading for the sake of a connection. */
const maxDiscardedBytes = 64 * 1024;

/** Nor may it take longer than this. */
const maxDiscardMs = 1000;

class DiscardedAnswer implements AnswerSink {
  readonly #connection: BackendConnection;
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;

  constructor(connection: BackendConnection) {
    this.#connection = connection;
    this.#timer = setTimeout(() => connection.destroy(), maxDiscardMs).unref();
  }

  onAnswerBody(piece: Buffer): boolean {
    this.#bytes += piece.length;
    if (this.#bytes > maxDiscardedBytes) this.#connection.destroy();
    return true;
  }

  onAnswerEnd(): void {
    clearTimeout(this.#timer);
  }

  onAnswerFault(): void {
    clearTimeout(this.#timer);
  }

  onAnswer(): void {}
  onDrain(): void {}
}

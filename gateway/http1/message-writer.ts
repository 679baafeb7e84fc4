import type { Socket } from 'node:net';
import { isLending } from './lending-socket.ts';
import { type BodyLength, chunkedBody } from './syntax.ts';

/** Pieces up to here are joined to what is held: copying them is cheaper than a write of their own. */
const smallPieceBytes = 4096;
/** More than this is not held back. */
const maxHeldBytes = 16 * 1024;

/** What a socket tells about a write. */
type OnWritten = (error?: Error | null) => void;

/**
 * Writes one message after the other to a socket, in as few writes as it can: the head and small pieces of the body are
 * held as text of the same bytes (latin1) until everything that this turn of the event loop has read is dealt with. Then
 * all writers write, one right after the other: whoever reads at the other ends wakes up once and not for each write,
 * which is most of what a small write costs (docs/adr/0009-own-data-path.md).
 */
export class MessageWriter {
  readonly #socket: Socket;
  #held = '';
  #length: BodyLength = 0;
  #onEnd: OnWritten | undefined = undefined;
  #isDue = false;
  #isCorked = false;
  readonly #isPlain: boolean;
  /** A byte of the current message has been handed to the socket. */
  hasBegun = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#isPlain = isLending(socket);
    // What is held is such text; named in each write it would be checked in each.
    socket.setDefaultEncoding('latin1');
  }

  /** `head` ends with the empty line; `length` says how the body is framed, 0 that none is written. */
  begin(head: string, length: BodyLength): void {
    this.#length = length;
    this.hasBegun = false;
    this.#hold(head);
  }

  /** As {@link write}, of bytes that are overwritten once it has returned. */
  writeLent(piece: Buffer): boolean {
    return this.write(piece.length > smallPieceBytes ? Buffer.from(piece) : piece);
  }

  /** False: the other side takes no more for now; wait for `drain`. */
  write(piece: Buffer): boolean {
    if (piece.length === 0 || this.#length === 0) return true;
    const isChunk = this.#length === chunkedBody;
    if (piece.length > smallPieceBytes) this.#writeLarge(piece, isChunk);
    else {
      const text = piece.toString('latin1');
      this.#hold(isChunk ? `${text.length.toString(16)}\r\n${text}\r\n` : text);
    }
    return !this.#socket.writableNeedDrain;
  }

  /** The message is complete; `onEnd` is called when its last byte has left, or with the error why it could not. */
  end(onEnd?: OnWritten): void {
    this.#onEnd = onEnd;
    this.#hold(this.#length === chunkedBody ? '0\r\n\r\n' : '');
    this.#length = 0;
  }

  /** Nothing of what was given waits here or in the socket. */
  get isClear(): boolean {
    return this.#held === '' && this.#socket.writableLength === 0;
  }

  /** Writes what is held. */
  flush(): void {
    this.hasBegun = true;
    const held = this.#held;
    const onEnd = this.#onEnd;
    this.#held = '';
    this.#onEnd = undefined;
    this.#isDue = false;
    const toldBySocket = this.#isPlain ? undefined : onEnd;
    if (held !== '' || toldBySocket !== undefined) this.#socket.write(held, toldBySocket);
    if (this.#isCorked) {
      this.#isCorked = false;
      this.#socket.uncork();
    }
    if (this.#isPlain && onEnd !== undefined) this.#tell(onEnd);
  }

  /** Most answers are taken by the kernel at once, and to hear so from the socket takes a turn of the microtask queue. */
  #tell(onEnd: OnWritten): void {
    const { writableLength, errored, destroyed } = this.#socket;
    if (writableLength === 0 && errored === null && !destroyed) onEnd();
    else this.#socket.write('', onEnd);
  }

  #hold(text: string): void {
    this.#held += text;
    if (this.#held.length > maxHeldBytes) this.flush();
    else if (!this.#isDue) {
      this.#isDue = true;
      flushSoon(this);
    }
  }

  #writeLarge(piece: Buffer, isChunk: boolean): void {
    // Corked until the turn is over: an answer that came meanwhile is read before a write finds the connection closed.
    if (isChunk) this.#hold(`${piece.length.toString(16)}\r\n`);
    if (!this.#isCorked) this.#socket.cork();
    this.#isCorked = true;
    const held = this.#held;
    this.#held = '';
    if (held !== '') this.#socket.write(held);
    this.#socket.write(piece);
    this.#hold(isChunk ? '\r\n' : '');
  }
}

let due: MessageWriter[] = [];

/** Once everything is read that can be: libuv runs immediates right after it has polled. */
function flushSoon(writer: MessageWriter): void {
  if (due.length === 0) setImmediate(flushDue);
  due.push(writer);
}

function flushDue(): void {
  const writers = due;
  due = [];
  for (const writer of writers) writer.flush();
}

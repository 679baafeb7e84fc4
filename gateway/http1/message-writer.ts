import type { Socket } from 'node:net';
import { type BodyLength, chunkedBody } from './syntax.ts';

/** Pieces up to here are joined to what is held: copying them is cheaper than a write of their own. */
const smallPieceBytes = 4096;
/** More than this is not held back. */
const maxHeldBytes = 16 * 1024;

/**
 * Writes one message after the other to a socket, in as few writes as it can: the head and small pieces of the body are
 * held as text of the same bytes (latin1) until {@link flush}, which whoever calls {@link write} calls at the end of what
 * it has just read.
 */
export class MessageWriter {
  readonly #socket: Socket;
  #held = '';
  #length: BodyLength = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** `head` ends with the empty line; `length` says how the body is framed, 0 that none is written. */
  begin(head: string, length: BodyLength): void {
    this.#held += head;
    this.#length = length;
  }

  /** False: the other side takes no more for now; wait for `drain`. */
  write(piece: Buffer): boolean {
    if (piece.length === 0 || this.#length === 0) return true;
    if (piece.length > smallPieceBytes) this.#writeLarge(piece);
    else this.#holdPiece(piece.toString('latin1'));
    return !this.#socket.writableNeedDrain;
  }

  /** Sends what is held. */
  flush(): void {
    if (this.#held === '') return;
    const held = this.#held;
    this.#held = '';
    this.#socket.write(held, 'latin1');
  }

  /** The message is complete; `done` is called when its last byte has left, or with the error why it could not. */
  end(done?: (error?: Error | null) => void): void {
    if (this.#length === chunkedBody) this.#held += '0\r\n\r\n';
    this.#length = 0;
    const held = this.#held;
    this.#held = '';
    if (held !== '' || done !== undefined) this.#socket.write(held, 'latin1', done);
  }

  #holdPiece(text: string): void {
    this.#held += this.#length === chunkedBody ? `${text.length.toString(16)}\r\n${text}\r\n` : text;
    if (this.#held.length > maxHeldBytes) this.flush();
  }

  #writeLarge(piece: Buffer): void {
    const isChunk = this.#length === chunkedBody;
    if (isChunk) this.#held += `${piece.length.toString(16)}\r\n`;
    this.#socket.cork();
    this.flush();
    this.#socket.write(piece);
    this.#socket.uncork();
    if (isChunk) this.#held = '\r\n';
  }
}

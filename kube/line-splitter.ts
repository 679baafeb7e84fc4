import { StoreError } from './store-error.ts';

const newline = 0x0a;

/**
 * Cuts a stream of bytes into lines. It works on bytes, so a character that two chunks share stays whole, and it joins
 * a long line's pieces once instead of at every chunk.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #pieces: Uint8Array[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that `chunk` completes, without their ends. Empty lines are left out. A line over the bound throws. */
  *push(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = this.#complete(chunk.subarray(start, end));
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** True when the stream ended within a line. */
  get unfinished(): boolean {
    return this.#size > 0;
  }

  #complete(last: Uint8Array): string {
    this.#keep(last);
    const bytes = Buffer.concat(this.#pieces, this.#size);
    this.#pieces = [];
    this.#size = 0;
    return bytes.toString('utf8').trim();
  }

  #keep(piece: Uint8Array): void {
    this.#size += piece.length;
    if (this.#size > this.#maxBytes) {
      throw new StoreError('InternalError', `the watch sent a line of more than ${this.#maxBytes} bytes`);
    }
    this.#pieces.push(piece);
  }
}

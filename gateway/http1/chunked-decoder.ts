import { carriageReturn, lineFeed, readFields, SyntaxFault } from './syntax.ts';

/** Takes the payload of a body, piece by piece. */
export interface PayloadSink {
  onPayload(piece: Buffer): void;
}

/** Longest line that states the size of a chunk, extensions included. */
const maxSizeLine = 256;
/** Most bytes of all extensions of one body: they carry nothing, so who sends many means harm. */
const maxExtensionBytes = 8192;
const maxTrailerBytes = 8192;

/**
 * Decodes a chunked body (RFC 9112, 7.1) from pieces that are cut anywhere:
 *
 *   size line ──▶ data ──▶ CR LF ──▶ size line …
 *       └─ size 0 ──▶ trailer lines ──▶ empty line ──▶ done
 *
 * Extensions and trailer fields are checked, bounded and dropped; those of framing are refused (RFC 9110, 6.5.1). One instance serves one body after the other.
 */
export class ChunkedDecoder {
  isDone = false;
  #part: 'size' | 'data' | 'data end' | 'trailer' = 'size';
  /** The beginning of a line whose end has not come yet. */
  #line = '';
  #left = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;

  /** Before each body. */
  reset(): void {
    this.isDone = false;
    this.#part = 'size';
    this.#line = '';
    this.#extensionBytes = 0;
    this.#trailerBytes = 0;
  }

  /** Decodes `bytes` from `at`; gives where it stopped: at the end of `bytes`, or after the body. Throws a {@link SyntaxFault}. */
  decode(bytes: Buffer, at: number, sink: PayloadSink): number {
    let next = at;
    while (next < bytes.length && !this.isDone) {
      next = this.#part === 'data' ? this.#takeData(bytes, next, sink) : this.#takeLine(bytes, next);
    }
    return next;
  }

  #takeData(bytes: Buffer, at: number, sink: PayloadSink): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0) this.#part = 'data end';
    sink.onPayload(bytes.subarray(at, end));
    return end;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const found = bytes.indexOf(lineFeed, at);
    const end = found < 0 ? bytes.length : found + 1;
    if (this.#line.length + end - at > this.#maxLine()) throw new SyntaxFault(tooLong[this.#part]);
    const line = this.#line + bytes.toString('latin1', at, end);
    if (this.#part === 'data end' && !'\r\n'.startsWith(line)) throw new SyntaxFault(tooLong['data end']);
    this.#line = found < 0 ? line : '';
    if (found >= 0) this.#endLine(line);
    return end;
  }

  #maxLine(): number {
    if (this.#part === 'trailer') return maxTrailerBytes - this.#trailerBytes;
    return this.#part === 'size' ? maxSizeLine : 2;
  }

  /** `line` ends with LF. */
  #endLine(line: string): void {
    if (line.charCodeAt(line.length - 2) !== carriageReturn) throw new SyntaxFault('its chunked body has a bare LF');
    if (this.#part === 'size') this.#endSize(line);
    else if (this.#part === 'trailer') this.#endTrailer(line);
    else this.#part = 'size';
  }

  #endSize(line: string): void {
    const [, digits = '', extensions = ''] = sizeLine.exec(line) ?? [];
    if (digits === '') throw new SyntaxFault('the size of a chunk is not a hexadecimal number');
    this.#extensionBytes += extensions.length;
    if (this.#extensionBytes > maxExtensionBytes) throw new SyntaxFault('its chunks have too many extensions');
    this.#left = Number.parseInt(digits, 16);
    this.#part = this.#left === 0 ? 'trailer' : 'data';
  }

  #endTrailer(line: string): void {
    if (line.length === 2) {
      this.isDone = true;
      return;
    }
    this.#trailerBytes += line.length;
    const field: string[] = [];
    readFields(`${line}\r\n`, 0, field);
    const name = field[0]?.toLowerCase();
    if (name === 'content-length' || name === 'transfer-encoding') {
      throw new SyntaxFault('its trailer fields say how it is framed');
    }
  }
}

const tooLong = {
  size: 'the size line of a chunk is too long',
  data: '',
  'data end': 'a chunk is longer than it says',
  trailer: 'its trailer fields are too long',
} as const;

/** Up to 2^52 bytes; extensions are `;name`, `;name=token` or `;name="quoted"`. */
const sizeLine =
  /^([0-9A-Fa-f]{1,13})((?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"(?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"))?)*)\r\n$/;

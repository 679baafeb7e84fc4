import { carriageReturn, lineFeed, SyntaxFault } from './syntax.ts';

const emptyLine = Buffer.from('\r\n\r\n');
const nothing = Buffer.alloc(0);
const shortHeadBytes = 2048;

/** A head is longer than it may be. */
export class HeadTooLong extends SyntaxFault {
  constructor() {
    super('the head is too long');
  }
}

/** What a connection has read and nobody has looked at yet. */
export class UnreadBytes {
  readonly #maxHeadBytes: number;
  #bytes: Buffer = nothing;
  #areLent = false;
  /** Up to here no empty line ends. */
  #searched = 0;

  constructor(maxHeadBytes: number) {
    this.#maxHeadBytes = maxHeadBytes;
  }

  /** Whoever gave what there is will overwrite it. */
  get areLent(): boolean {
    return this.#areLent;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** `areLent`: they will be overwritten; {@link own} before that. */
  add(bytes: Buffer, areLent = false): void {
    const isFirst = this.#bytes.length === 0;
    this.#bytes = isFirst ? bytes : Buffer.concat([this.#bytes, bytes]);
    this.#areLent = isFirst && areLent;
  }

  /** Keeps what is left of lent bytes. */
  own(): void {
    if (this.#areLent && this.#bytes.length > 0) this.#bytes = Buffer.from(this.#bytes);
    this.#areLent = false;
  }

  /** Everything; nothing is left. */
  takeAll(): Buffer {
    const bytes = this.#bytes;
    this.#bytes = nothing;
    this.#searched = 0;
    return bytes;
  }

  /**
   * The next head as latin1 text, with its empty line; the empty string while it is not complete. Throws a SyntaxFault
   * when it never can be one, as soon as that shows.
   */
  takeHead(): string {
    if (this.#searched === 0) {
      // Most heads are short and come whole: then their text is all that is needed.
      const text = this.#bytes.toString('latin1', 0, shortHeadBytes);
      const end = text.indexOf('\r\n\r\n') + 4;
      if (end >= 4 && end <= this.#maxHeadBytes) return this.#take(end, text);
    }
    const end = this.#bytes.indexOf(emptyLine, Math.max(0, this.#searched - 3)) + emptyLine.length;
    if (end < emptyLine.length) {
      this.#checkUnfinished();
      this.#searched = this.#bytes.length;
      return '';
    }
    if (end > this.#maxHeadBytes) throw new HeadTooLong();
    return this.#take(end, this.#bytes.toString('latin1', 0, end));
  }

  /** `text` begins with the head, which ends at `end`. */
  #take(end: number, text: string): string {
    this.#bytes = end === this.#bytes.length ? nothing : this.#bytes.subarray(end);
    this.#searched = 0;
    return end === text.length ? text : text.slice(0, end);
  }

  /** Whether what there is can begin so; `ascii` is short. */
  mayBeginWith(ascii: string): boolean {
    return ascii.startsWith(this.#bytes.toString('latin1', 0, ascii.length));
  }

  /** Empty lines before a request line are ignored (RFC 9112, 2.2). */
  skipEmptyLines(): void {
    let at = 0;
    while (this.#bytes[at] === carriageReturn && this.#bytes[at + 1] === lineFeed) at += 2;
    if (at === 0) return;
    this.#bytes = this.#bytes.subarray(at);
    this.#searched = 0;
  }

  #checkUnfinished(): void {
    if (this.#bytes.length > this.#maxHeadBytes) throw new HeadTooLong();
    for (let at = this.#searched; at < this.#bytes.length; at++) {
      const code = this.#bytes[at] ?? 0;
      if (code === lineFeed && this.#bytes[at - 1] !== carriageReturn) throw new SyntaxFault('it has a bare LF');
      if (code < 0x20 && code !== lineFeed && code !== carriageReturn && code !== 0x09) {
        throw new SyntaxFault('it has a control character');
      }
    }
  }
}

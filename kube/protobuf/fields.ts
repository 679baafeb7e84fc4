import { StoreError } from '../store-error.ts';

/** What came is not protobuf, or was cut. */
export class ProtobufError extends StoreError {
  constructor(what: string) {
    super('Unreachable', `the answer is not protobuf: ${what}`);
  }
}

/** https://protobuf.dev/programming-guides/encoding/#structure */
const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * The fields of one message, one after the other: `while (fields.next()) switch (fields.number) …`. A field that is not
 * read is passed over, so unknown ones cost nothing. Each read throws {@link ProtobufError} when the field is of another form.
 */
export class Fields {
  /** Of the field that {@link next} found. */
  number = 0;
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  #wireType: number = wireTypes.varint;
  /** Of the field's value, when it is of bytes. */
  #valueEnd = 0;
  #isPending = false;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Goes to the next field; false: there is none. */
  next(): boolean {
    if (this.#isPending) this.#skip();
    if (this.#at >= this.#end) return false;
    const tag = this.#varint();
    this.#wireType = tag & 7;
    this.number = tag >>> 3;
    this.#isPending = true;
    if (this.#wireType !== wireTypes.bytes) return true;
    const length = this.#varint();
    this.#valueEnd = this.#at + length;
    if (this.#valueEnd > this.#end) throw new ProtobufError('a field is longer than its message');
    return true;
  }

  /** Whole numbers up to 2^53; false is 0. */
  integer(): number {
    this.#take(wireTypes.varint);
    return this.#varint();
  }

  text(): string {
    return this.#string('utf8');
  }

  base64(): string {
    return this.#string('base64');
  }

  message(): Fields {
    this.#take(wireTypes.bytes);
    const start = this.#at;
    this.#at = this.#valueEnd;
    return new Fields(this.#bytes, start, this.#valueEnd);
  }

  #string(encoding: 'utf8' | 'base64'): string {
    this.#take(wireTypes.bytes);
    const start = this.#at;
    this.#at = this.#valueEnd;
    return this.#bytes.toString(encoding, start, this.#valueEnd);
  }

  #take(wireType: number): void {
    if (!this.#isPending || this.#wireType !== wireType) {
      throw new ProtobufError(`field ${this.number} has the wire type ${this.#wireType}`);
    }
    this.#isPending = false;
  }

  #skip(): void {
    this.#isPending = false;
    switch (this.#wireType) {
      case wireTypes.varint:
        this.#varint();
        return;
      case wireTypes.bytes:
        this.#at = this.#valueEnd;
        return;
      case wireTypes.fixed64:
        this.#at += 8;
        return;
      case wireTypes.fixed32:
        this.#at += 4;
        return;
      default:
        throw new ProtobufError(`field ${this.number} has the wire type ${this.#wireType}`);
    }
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; this.#at < this.#end; factor *= 128) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new ProtobufError('a number is cut');
  }
}

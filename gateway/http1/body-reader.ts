import { ChunkedDecoder, type PayloadSink } from './chunked-decoder.ts';
import { type BodyLength, bodyUntilClose, chunkedBody } from './syntax.ts';

/** Finds the payload of one body after the other in what a connection reads. */
export class BodyReader {
  /** Nothing of the current body is still to come. */
  isDone = true;
  #length: BodyLength = 0;
  #left = 0;
  /** Made at the first chunked body: most connections never see one. */
  #decoder: ChunkedDecoder | undefined = undefined;

  begin(length: BodyLength): void {
    this.#length = length;
    this.#left = length;
    this.isDone = length === 0;
    if (length !== chunkedBody) return;
    this.#decoder ??= new ChunkedDecoder();
    this.#decoder.reset();
  }

  /**
   * Hands the payload in `bytes` from `at` to `sink`; gives where the body stops in it. Throws a SyntaxFault when chunks
   * are not as they should be.
   */
  read(bytes: Buffer, at: number, sink: PayloadSink): number {
    if (this.isDone) return at;
    if (this.#decoder !== undefined && this.#length === chunkedBody) {
      const next = this.#decoder.decode(bytes, at, sink);
      this.isDone = this.#decoder.isDone;
      return next;
    }
    if (this.#length === bodyUntilClose) {
      sink.onPayload(at === 0 ? bytes : bytes.subarray(at));
      return bytes.length;
    }
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    this.isDone = this.#left === 0;
    sink.onPayload(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    return end;
  }

  /** The connection has ended: is the body complete now? */
  endWithConnection(): boolean {
    if (this.#length === bodyUntilClose) this.isDone = true;
    return this.isDone;
  }
}

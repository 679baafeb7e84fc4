import { FieldMemory } from '../field-memory.ts';
import { type ParsedRequest, parseRequestHead } from '../http1/request-head.ts';

/** Fields that are longer, version included, are not kept for a comparison with the next ones. */
const maxRememberedBytes = 2048;

/** Of what is no request; nothing is kept in it, because `head` refuses it. */
const noFields = new FieldMemory([]);

/** Reads the heads of one connection's requests; fields that are those of the request before are not read again. */
export class RequestMemory {
  /** What was made of the fields of the last request. */
  current = noFields;
  #before: ParsedRequest | null = null;

  /** As {@link parseRequestHead}. */
  read(text: string): ParsedRequest {
    const request = parseRequestHead(text, this.#before);
    this.#before = request.rest.length <= maxRememberedBytes ? request : null;
    if (request.fields !== this.current.fields) this.current = new FieldMemory(request.fields);
    return request;
  }

  /** What came last is no request. */
  forget(): void {
    this.current = noFields;
    this.#before = null;
  }
}

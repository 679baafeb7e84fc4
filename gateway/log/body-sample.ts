import type { Downstream } from '../exchange.ts';
import { isNamed } from '../http1/write-head.ts';
import { quoted } from './json-text.ts';
import { maskedJson } from './masked-json.ts';
import type { Masks } from './masks.ts';

/** Why a body is not shown. */
type Omission = 'TooLarge' | 'Streamed' | 'NotJson' | 'Encoded' | 'Unreadable';

/** One body as far as it may be logged. */
interface Kept {
  readonly pieces: Buffer[];
  length: number;
  omitted: Omission | undefined;
}

/** The bodies of one call that was chosen to have them logged. Stands in front of the client and copies the answer as it passes. */
export class BodySample implements Downstream {
  readonly #next: Downstream;
  readonly #maxBytes: number;
  readonly #request: Kept = { pieces: [], length: 0, omitted: undefined };
  readonly #answer: Kept = { pieces: [], length: 0, omitted: undefined };

  constructor(next: Downstream, maxBytes: number) {
    this.#next = next;
    this.#maxBytes = maxBytes;
  }

  /** Is a request with this head one whose body can be shown? `length`: bytes, -1 when not known. Notes why not. */
  wantsRequest(type: string, encoding: string, length: number): boolean {
    this.#request.omitted = omissionOf(type, encoding) ?? this.#sizeOmission(length);
    return this.#request.omitted === undefined;
  }

  /** A request of unknown length would have to be held back from the backend to be seen whole. */
  #sizeOmission(length: number): Omission | undefined {
    if (length < 0) return 'Streamed';
    return length > this.#maxBytes ? 'TooLarge' : undefined;
  }

  keepRequest(body: Buffer): void {
    this.#keep(this.#request, body);
  }

  /** Members of JSON that begin with a comma. */
  text(masks: readonly Masks[]): string {
    const request = shownBody(this.#request, masks);
    const answer = shownBody(this.#answer, masks);
    return (
      (request === undefined ? '' : `,"requestBody":${quoted(request)}`) +
      omissionText(',"requestBodyOmitted":', this.#request, request) +
      (answer === undefined ? '' : `,"answerBody":${quoted(answer)}`) +
      omissionText(',"answerBodyOmitted":', this.#answer, answer)
    );
  }

  writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    this.#answer.omitted =
      omissionOf(fieldIn(fields, 'content-type'), fieldIn(fields, 'content-encoding')) ??
      (bodyLength > this.#maxBytes ? 'TooLarge' : undefined);
    this.#next.writeHead(status, fields, bodyLength);
  }

  write(piece: Buffer): boolean {
    this.#keep(this.#answer, piece);
    return this.#next.write(piece);
  }

  end(trailers?: readonly string[]): void {
    this.#next.end(trailers);
  }

  abort(): void {
    this.#next.abort();
  }

  readBody(limit: number): void {
    this.#next.readBody(limit);
  }

  setDeadline(now: number, ms: number): void {
    this.#next.setDeadline(now, ms);
  }

  resumeBody(): void {
    this.#next.resumeBody();
  }

  #keep(kept: Kept, piece: Buffer): void {
    kept.length += piece.length;
    if (kept.length > this.#maxBytes) kept.omitted ??= 'TooLarge';
    if (kept.omitted === undefined) kept.pieces.push(Buffer.from(piece));
    else kept.pieces.length = 0;
  }
}

function omissionOf(type: string, encoding: string): Omission | undefined {
  if (!jsonType.test(type)) return 'NotJson';
  return encoding === '' || encoding.toLowerCase() === 'identity' ? undefined : 'Encoded';
}

/** `application/json` and what ends with `+json` (RFC 6839). */
const jsonType = /^\s*application\/([a-z0-9.!#$&^_+-]+\+)?json\s*(;|$)/i;

function shownBody({ pieces, length, omitted }: Kept, masks: readonly Masks[]): string | undefined {
  return length === 0 || omitted !== undefined ? undefined : maskedJson(Buffer.concat(pieces), masks);
}

function omissionText(member: string, { length, omitted }: Kept, shown: string | undefined): string {
  if (shown !== undefined || (length === 0 && omitted === undefined)) return '';
  return `${member}"${omitted ?? 'Unreadable'}"`;
}

function fieldIn(fields: readonly string[], name: string): string {
  for (let i = 0; i < fields.length; i += 2) if (isNamed(fields[i] ?? '', name)) return fields[i + 1] ?? '';
  return '';
}

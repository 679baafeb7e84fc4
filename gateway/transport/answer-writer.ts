import { flatText } from '../http1/flat-text.ts';
import { sameItems } from '../http1/same-items.ts';
import { dateField, isNamed, statusLine } from '../http1/write-head.ts';

/** What the transport says in the head of an answer beside what it was given. */
export interface AnswerFrame {
  /** Content-Length; -1: none. */
  readonly contentLength: number;
  readonly isChunked: boolean;
  readonly closes: boolean;
  /** The protocol that the connection changes to after a 101; empty: none. */
  readonly upgrade: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Writes the heads of a connection's answers. What is as in the answer before, which under load is most, is not written anew. */
export class AnswerWriter {
  #status = 0;
  #fields: readonly string[] = [];
  #start = '';
  #hasDate = false;
  #isFlat = false;

  /** The head of an answer as latin1 text, with its empty line. `fields` and `added`, which has no Date: flat name, value. */
  text(status: number, fields: readonly string[], added: readonly string[], frame: AnswerFrame): string {
    this.#begin(status, fields);
    let text = this.#start;
    for (let i = 0; i < added.length; i += 2) text += `${added[i]}: ${added[i + 1]}\r\n`;
    if (!this.#hasDate) text += dateField(frame.now);
    if (frame.contentLength >= 0) text += `Content-Length: ${frame.contentLength}\r\n`;
    if (frame.isChunked) text += 'Transfer-Encoding: chunked\r\n';
    if (frame.upgrade !== '') return `${text}Connection: Upgrade\r\nUpgrade: ${frame.upgrade}\r\n\r\n`;
    return frame.closes ? `${text}Connection: close\r\n\r\n` : `${text}\r\n`;
  }

  /** Status line and `fields`. */
  #begin(status: number, fields: readonly string[]): void {
    if (status !== this.#status || !sameItems(fields, this.#fields)) {
      this.#status = status;
      this.#fields = fields;
      this.#hasDate = hasDate(fields);
      this.#start = startOf(status, fields);
      this.#isFlat = false;
    } else if (!this.#isFlat) {
      this.#start = flatText(this.#start);
      this.#isFlat = true;
    }
  }
}

function hasDate(fields: readonly string[]): boolean {
  for (let i = 0; i < fields.length; i += 2) if (isNamed(fields[i] ?? '', 'date')) return true;
  return false;
}

function startOf(status: number, fields: readonly string[]): string {
  let text = statusLine(status);
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return text;
}

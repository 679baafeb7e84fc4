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

/** The head of an answer as latin1 text, with its empty line. `fields` and `added`, which has no Date: flat name, value. */
export function answerText(
  status: number,
  fields: readonly string[],
  added: readonly string[],
  frame: AnswerFrame,
): string {
  let text = statusLine(status);
  let hasDate = false;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    hasDate ||= isNamed(name, 'date');
    text += `${name}: ${fields[i + 1]}\r\n`;
  }
  for (let i = 0; i < added.length; i += 2) text += `${added[i]}: ${added[i + 1]}\r\n`;
  if (!hasDate) text += dateField(frame.now);
  if (frame.contentLength >= 0) text += `Content-Length: ${frame.contentLength}\r\n`;
  if (frame.isChunked) text += 'Transfer-Encoding: chunked\r\n';
  if (frame.upgrade !== '') return `${text}Connection: Upgrade\r\nUpgrade: ${frame.upgrade}\r\n\r\n`;
  return frame.closes ? `${text}Connection: close\r\n\r\n` : `${text}\r\n`;
}

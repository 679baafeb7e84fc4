import { viaName } from '../filters/head.ts';
import { connectionNames, DropList } from './hop-by-hop.ts';

/** What the gateway says itself in each answer, so a backend cannot say it instead. */
const dropped = new DropList(['via', 'x-request-id', 'simpul-code', 'simpul-fault']);

/** The head of a backend's answer, ready for the client. */
export interface AnswerHead {
  /** Flat name, value. */
  readonly fields: string[];
  /** Bytes; -1 when it is not stated. */
  readonly contentLength: number;
  /** Why the answer cannot be passed on; empty when it can. */
  readonly fault: string;
}

/** Reads the raw head as undici hands it over: name, value as bytes. */
export function answerHead(status: number, raw: readonly Buffer[]): AnswerHead {
  const fields: string[] = [];
  const head = { fields, contentLength: -1, fault: '' };
  const met = { connection: '', via: '' };
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]?.toString('latin1') ?? '';
    const value = raw[i + 1]?.toString('latin1') ?? '';
    if (dropped.has(name)) note(head, met, name.toLowerCase(), value);
    else if (name.length !== 14 || !readLength(head, status, name, value)) fields.push(name, value);
  }
  if (met.connection !== '') removeNamed(fields, connectionNames(met.connection));
  fields.push('Via', met.via === '' ? `1.1 ${viaName}` : `${met.via}, 1.1 ${viaName}`);
  return head;
}

interface Met {
  connection: string;
  via: string;
}

function note(head: { fault: string }, met: Met, name: string, value: string): void {
  if (name === 'connection') met.connection = met.connection === '' ? value : `${met.connection}, ${value}`;
  else if (name === 'via') met.via = met.via === '' ? value : `${met.via}, ${value}`;
  else if (name === 'transfer-encoding' && value.toLowerCase() !== 'chunked') {
    // The coding would be lost on the way, and the body with it.
    head.fault = 'it has a transfer coding other than chunked';
  }
}

/** True when the field is Content-Length and must not go on: a 204 has none. */
function readLength(head: { contentLength: number }, status: number, name: string, value: string): boolean {
  if (name.toLowerCase() !== 'content-length') return false;
  if (status === 204) return true;
  head.contentLength = Number(value);
  return false;
}

function removeNamed(fields: string[], names: readonly string[]): void {
  for (let i = fields.length - 2; i >= 0; i -= 2) {
    if (names.includes((fields[i] ?? '').toLowerCase())) fields.splice(i, 2);
  }
}

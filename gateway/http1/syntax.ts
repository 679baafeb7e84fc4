import { CodedError } from '#api/errors.ts';

/** Bytes that are not HTTP/1.1 as RFC 9112 has it. The message goes on where "The request is not valid HTTP:" ends. */
export class SyntaxFault extends CodedError {
  constructor(reason: string) {
    const limit = Error.stackTraceLimit;
    // Hostile input is normal traffic; a stack costs more than all the rest of a refusal.
    Error.stackTraceLimit = 0;
    super('GW_BAD_REQUEST', reason);
    Error.stackTraceLimit = limit;
  }
}

export const carriageReturn = 0x0d;
export const lineFeed = 0x0a;
const space = 0x20;
const tab = 0x09;
const colon = 0x3a;

/** 1: may stand in a token (RFC 9110, 5.6.2), so in the name of a field. */
export const tokenCharacters = new Uint8Array(256);
for (const character of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  tokenCharacters[character.charCodeAt(0)] = 1;
}

/** 1: may stand in the value of a field (RFC 9110, 5.5): HTAB, SP, VCHAR and obs-text. */
export const valueCharacters = new Uint8Array(256);
valueCharacters[tab] = 1;
for (let code = space; code < 256; code++) if (code !== 0x7f) valueCharacters[code] = 1;

/** Is `text` from `from` up to `to` one token? */
export function isToken(text: string, from = 0, to = text.length): boolean {
  for (let at = from; at < to; at++) if (tokenCharacters[text.charCodeAt(at)] !== 1) return false;
  return to > from;
}

/**
 * Reads field lines from `at` until the empty line that ends `text`, and appends name and value of each to `fields`.
 * There is one way to read each line, or a {@link SyntaxFault}: no folding, no space before the colon, no bare CR or LF.
 */
export function readFields(text: string, at: number, fields: string[]): void {
  const end = text.length - 2;
  let from = at;
  while (from < end) from = readField(text, from, fields);
}

/** Reads the one field line that begins at `from`; gives where the next begins. `text` ends with CR LF. */
function readField(text: string, from: number, fields: string[]): number {
  let nameEnd = from;
  while (tokenCharacters[text.charCodeAt(nameEnd)] === 1) nameEnd++;
  if (text.charCodeAt(nameEnd) !== colon || nameEnd === from) throw new SyntaxFault(nameFault(text, from, nameEnd));
  let valueStart = nameEnd + 1;
  while (isBlank(text.charCodeAt(valueStart))) valueStart++;
  let lineEnd = valueStart;
  while (valueCharacters[text.charCodeAt(lineEnd)] === 1) lineEnd++;
  if (text.charCodeAt(lineEnd) !== carriageReturn || text.charCodeAt(lineEnd + 1) !== lineFeed) {
    throw new SyntaxFault('the value of a field has a control character, a bare CR or a bare LF');
  }
  let valueEnd = lineEnd;
  while (valueEnd > valueStart && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--;
  fields.push(text.slice(from, nameEnd), text.slice(valueStart, valueEnd));
  return lineEnd + 2;
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

function nameFault(text: string, from: number, nameEnd: number): string {
  const found = text.charCodeAt(nameEnd);
  if (nameEnd === from && isBlank(found)) return 'a line is folded';
  if (isBlank(found)) return 'a space stands before a colon';
  if (found === carriageReturn || found === lineFeed) return 'a line has no colon';
  return 'the name of a field has a character that is not allowed there';
}

/** How the end of a body is found (RFC 9112, 6): its length in bytes, or one of the two below. */
export type BodyLength = number;
export const chunkedBody: BodyLength = -1;
/** The body ends with the connection; answers of backends only. */
export const bodyUntilClose: BodyLength = -2;

/** The bytes of a Content-Length; throws when it is anything else than 1*DIGIT below 10^15. */
export function readContentLength(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new SyntaxFault('Content-Length is not a number of bytes');
  return Number(value);
}

const noNames: readonly string[] = [];

/** Each name is looked for among all fields, so a long list costs more than it can be worth. */
const maxConnectionNames = 32;

/** The names that a Connection field lists beside `close` and `keep-alive`, lower case. */
export function connectionNames(value: string): readonly string[] {
  const lower = value.toLowerCase();
  if (lower === 'keep-alive' || lower === 'close') return noNames;
  const names = lower.split(',', maxConnectionNames + 1).map((name) => name.trim());
  if (names.length > maxConnectionNames) throw new SyntaxFault('Connection lists too many fields');
  return names;
}

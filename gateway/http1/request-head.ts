import { METHODS } from 'node:http';
import {
  type BodyLength,
  chunkedBody,
  connectionNames,
  isToken,
  readContentLength,
  readFields,
  SyntaxFault,
} from './syntax.ts';

/** What the bytes of a request head say. Everything in it was checked; nothing is decided. */
export interface ParsedRequest {
  readonly method: string;
  /** As it came; without spaces and control characters. */
  readonly target: string;
  /** All that follows the target: the version and the fields. */
  readonly rest: string;
  readonly isHttp10: boolean;
  /** Flat name, value, in their order. */
  readonly fields: readonly string[];
  readonly bodyLength: BodyLength;
  /** Names that Connection lists, lower case: fields that stop here. */
  readonly connectionNames: readonly string[];
  /** The client sends nothing more after this request. */
  readonly closes: boolean;
  readonly expectsContinue: boolean;
}

/** A method that is not registered (RFC 9110, 9.1). */
export class UnknownMethod extends SyntaxFault {}
/** Neither HTTP/1.1 nor HTTP/1.0. */
export class UnknownVersion extends SyntaxFault {}
/** A transfer coding other than chunked (RFC 9112, 6.1). */
export class UnknownCoding extends SyntaxFault {}

/**
 * `text`: the bytes from the first of the request line to the empty line, as latin1. `before`: an earlier request; where
 * this one says the same behind its target, what was read of that is taken over. Throws a {@link SyntaxFault}.
 */
export function parseRequestHead(text: string, before: ParsedRequest | null = null): ParsedRequest {
  const lineEnd = text.indexOf('\r\n');
  const methodEnd = text.indexOf(' ');
  const targetEnd = text.indexOf(' ', methodEnd + 1);
  if (methodEnd < 0 || targetEnd < 0 || targetEnd > lineEnd) {
    throw new SyntaxFault('the request line has not three parts');
  }
  const method = checkedMethod(text.slice(0, methodEnd));
  const target = checkedTarget(text.slice(methodEnd + 1, targetEnd), method);
  const rest = text.slice(targetEnd + 1);
  if (before !== null && before.rest === rest && isConnect(before.method) === isConnect(method)) {
    return sameBehind(before, method, target);
  }
  const isHttp10 = readVersion(text.slice(targetEnd + 1, lineEnd));
  const fields: string[] = [];
  readFields(text, lineEnd + 2, fields);
  const said = readFraming(fields);
  return {
    ...{ method, target, rest, isHttp10, fields },
    // What follows a CONNECT is no HTTP, even where it is refused.
    bodyLength: isConnect(method) ? 0 : bodyLengthOf(said, isHttp10),
    connectionNames: said.connection === '' ? noNames : listedNames(said.connection, isHttp10),
    closes: isHttp10 || isConnect(method) || (said.connection !== '' && hasClose(said.connection)),
    expectsContinue: said.expectsContinue && !isHttp10,
  };
}

function isConnect(method: string): boolean {
  return method === 'CONNECT';
}

function sameBehind(before: ParsedRequest, method: string, target: string): ParsedRequest {
  const { rest, isHttp10, fields, bodyLength, connectionNames, closes, expectsContinue } = before;
  return { method, target, rest, isHttp10, fields, bodyLength, connectionNames, closes, expectsContinue };
}

const methods = new Set(METHODS);

function checkedMethod(method: string): string {
  // The one constant, which is told from others at a glance.
  if (method === 'GET') return 'GET';
  if (methods.has(method)) return method;
  if (isToken(method)) throw new UnknownMethod('the method is not known');
  throw new SyntaxFault('it does not begin with a method');
}

/** The four forms of RFC 9112, 3.2; what they lead to is decided later. */
function checkedTarget(target: string, method: string): string {
  for (let at = 0; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code <= 0x20 || code === 0x7f) throw new SyntaxFault('the request target has a control character');
    if (code > 0x7f) throw new SyntaxFault('the request target has bytes that must be sent as %XX');
  }
  if (target.charCodeAt(0) === slash || target === '*' || absoluteForm.test(target)) return target;
  if (method === 'CONNECT' && target !== '') return target;
  throw new SyntaxFault('the request target is neither a path nor a URL');
}

const slash = 0x2f;
const absoluteForm = /^https?:\/\/[\w.:[\]-]+(?:[/?]|$)/i;

/** True: HTTP/1.0. */
function readVersion(version: string): boolean {
  if (version === 'HTTP/1.1') return false;
  if (version === 'HTTP/1.0') return true;
  if (/^HTTP\/\d\.\d$/.test(version)) throw new UnknownVersion(`${version} is not spoken here`);
  throw new SyntaxFault('the request line does not end with the version');
}

/** What fields say about the end of the message and of the connection. */
interface Framing {
  /** All Connection fields, joined; empty: none. */
  connection: string;
  /** -1: not stated. */
  contentLength: number;
  /** Values of all Transfer-Encoding fields; empty: none. */
  codings: string;
  expectsContinue: boolean;
}

const noNames: readonly string[] = [];

function readFraming(fields: readonly string[]): Framing {
  const said: Framing = { connection: '', contentLength: -1, codings: '', expectsContinue: false };
  for (let i = 0; i < fields.length; i += 2) {
    const { length } = fields[i] ?? '';
    // Lower-cased only when it can be one of the four; by far most names are not.
    if (length === 10 || length === 14 || length === 17 || length === 6) {
      noteFraming(said, (fields[i] ?? '').toLowerCase(), fields[i + 1] ?? '');
    }
  }
  return said;
}

function noteFraming(said: Framing, name: string, value: string): void {
  if (name === 'content-length') {
    if (said.contentLength >= 0) throw new SyntaxFault('it has two fields Content-Length');
    said.contentLength = readContentLength(value);
  } else if (name === 'transfer-encoding') {
    if (value === '') throw new SyntaxFault('Transfer-Encoding is empty');
    said.codings = joined(said.codings, value);
  } else if (name === 'connection') said.connection = joined(said.connection, value);
  else if (name === 'expect') said.expectsContinue ||= value.toLowerCase() === '100-continue';
}

/** HTTP/1.0 cannot change the protocol (RFC 9110, 7.8). */
function listedNames(connection: string, isHttp10: boolean): readonly string[] {
  const names = connectionNames(connection);
  return isHttp10 ? names.filter((name) => name !== 'upgrade') : names;
}

function joined(before: string, value: string): string {
  return before === '' ? value : `${before}, ${value}`;
}

function hasClose(connection: string): boolean {
  return connection.toLowerCase() === 'close' || connectionNames(connection).includes('close');
}

function bodyLengthOf({ codings, contentLength }: Framing, isHttp10: boolean): BodyLength {
  if (codings === '') return Math.max(0, contentLength);
  if (contentLength >= 0) throw new SyntaxFault('it has both Content-Length and Transfer-Encoding');
  if (isHttp10) throw new SyntaxFault('HTTP/1.0 knows no Transfer-Encoding');
  if (codings.toLowerCase() === 'chunked') return chunkedBody;
  // Without chunked at its end nobody could tell where the body ends (RFC 9112, 6.3).
  if (!/(?:^|[,\t ])chunked$/i.test(codings)) throw new SyntaxFault('the last transfer coding is not chunked');
  throw new UnknownCoding('of the transfer codings only "chunked" is supported');
}

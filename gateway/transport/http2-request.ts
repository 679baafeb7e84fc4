import { METHODS } from 'node:http';
import { GatewayError } from '../errors.ts';
import { readContentLength, SyntaxFault } from '../http1/syntax.ts';

/** A request as an HTTP/2 stream states it, in the words of HTTP/1.1: what filters read has one shape. */
export interface Http2Request {
  readonly method: string;
  readonly target: string;
  /** Flat name, value; `host` first, cookies joined. */
  readonly fields: readonly string[];
  /** Bytes; -1: not known before it ends. */
  readonly bodyLength: number;
  readonly expectsContinue: boolean;
  /** Set: it is not served, and why. */
  readonly fault: GatewayError | null;
}

interface Said {
  method: string;
  path: string;
  authority: string | undefined;
  host: string | undefined;
  cookie: string;
  contentLength: number;
  expectsContinue: boolean;
  fault: GatewayError | null;
}

const methods = new Set(METHODS);

/**
 * Reads the fields of a request (RFC 9113, 8.3), flat name, value with the pseudo-fields. nghttp2 has refused by then what
 * is malformed: upper case, fields of a connection, pseudo-fields that are unknown, doubled or late, lengths that are none.
 */
export function readHttp2Request(raw: readonly string[], endsHere: boolean): Http2Request {
  const said: Said = {
    method: '',
    path: '',
    authority: undefined,
    host: undefined,
    cookie: '',
    contentLength: -1,
    expectsContinue: false,
    fault: null,
  };
  const fields: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    const note = notes[name];
    if (note === undefined) fields.push(name, value);
    else note(said, value);
  }
  const host = said.authority ?? said.host;
  if (host !== undefined) fields.unshift('host', host);
  if (said.cookie !== '') fields.push('cookie', said.cookie);
  return {
    method: said.method,
    target: said.path,
    fields,
    bodyLength: endsHere ? 0 : said.contentLength,
    expectsContinue: said.expectsContinue,
    fault: faultOf(said),
  };
}

/** Fields that are more than a line of the request. */
const notes: Readonly<Record<string, (said: Said, value: string) => void>> = Object.assign(Object.create(null), {
  ':method': (said: Said, value: string) => {
    said.method = value;
  },
  ':path': (said: Said, value: string) => {
    said.path = value;
  },
  ':authority': (said: Said, value: string) => {
    said.authority = value;
  },
  // Which of both it is says the listener.
  ':scheme': () => undefined,
  host: (said: Said, value: string) => {
    if (said.host !== undefined) said.fault = badHost;
    said.host = value;
  },
  // Clients may send each cookie by itself; in HTTP/1.1 they stand in one field (RFC 9113, 8.2.3).
  cookie: (said: Said, value: string) => {
    said.cookie = said.cookie === '' ? value : `${said.cookie}; ${value}`;
  },
  'content-length': (said: Said, value: string) => {
    try {
      if (said.contentLength >= 0) throw new SyntaxFault('it has two fields content-length');
      said.contentLength = readContentLength(value);
    } catch (error) {
      said.fault = new GatewayError('GW_BAD_REQUEST', `The request is not valid HTTP/2: ${(error as Error).message}.`);
    }
  },
  expect: (said: Said, value: string) => {
    if (value.toLowerCase() === '100-continue') said.expectsContinue = true;
    else said.fault = new GatewayError('GW_EXPECTATION_UNKNOWN', 'Of the expectations only "100-continue" is known.');
  },
});

const badHost = new GatewayError('GW_BAD_HOST', 'The request names two hosts.');
const badPath = new GatewayError('GW_BAD_PATH', 'The request target is not a path.');
const unknownMethod = new GatewayError(
  'GW_METHOD_NOT_SUPPORTED',
  'The request is not valid HTTP/2: the method is not known.',
);

function faultOf({ fault, method, path, authority, host }: Said): GatewayError | null {
  if (fault !== null) return fault;
  if (!methods.has(method)) return unknownMethod;
  if (authority !== undefined && host !== undefined && authority.toLowerCase() !== host.toLowerCase()) return badHost;
  return method === 'CONNECT' || path.startsWith('/') ? null : badPath;
}

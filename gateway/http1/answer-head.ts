import {
  type BodyLength,
  bodyUntilClose,
  chunkedBody,
  connectionNames,
  readContentLength,
  readFields,
  SyntaxFault,
} from './syntax.ts';

/** What the bytes of an answer's head say. Everything in it was checked. */
export interface ParsedAnswer {
  readonly status: number;
  /** Flat name, value, in their order; without Content-Length, Transfer-Encoding and Connection. */
  readonly fields: string[];
  readonly bodyLength: BodyLength;
  /** What Content-Length says, also where no body follows (HEAD, 304); -1 when it is absent. */
  readonly contentLength: number;
  /** Names that Connection lists, lower case: fields that stop here. */
  readonly connectionNames: readonly string[];
  /** The backend takes no further request on this connection. */
  readonly closes: boolean;
  /** Seconds that the backend keeps the idle connection, as its Keep-Alive field says; -1: not stated. */
  readonly keepsForSeconds: number;
}

/**
 * `text`: the bytes from the first of the status line to the empty line, as latin1. `toHead`: it answers a HEAD request,
 * so no body follows whatever it says. Throws a {@link SyntaxFault}.
 */
export function parseAnswerHead(text: string, toHead: boolean): ParsedAnswer {
  const lineEnd = text.indexOf('\r\n');
  const status = readStatus(text, lineEnd);
  const isHttp10 = text.charCodeAt(7) === 0x30;
  const raw: string[] = [];
  readFields(text, lineEnd + 2, raw);
  if (raw.length > maxFields * 2) throw new SyntaxFault('it has too many fields');
  const said = new Said(isHttp10);
  for (let i = 0; i < raw.length; i += 2) said.note(raw[i] ?? '', raw[i + 1] ?? '');
  if (status < 200 && said.closes) throw new SyntaxFault('an interim answer is the last of its connection');
  return {
    status,
    fields: said.fields,
    bodyLength: said.bodyLength(toHead || status < 200 || status === 204 || status === 304),
    contentLength: said.contentLength,
    connectionNames: said.names,
    closes: said.closes,
    keepsForSeconds: said.keepsForSeconds,
  };
}

/** `HTTP/1.x SP 3DIGIT`, then SP and a reason that is dropped, or nothing: many servers leave the SP out with the reason. */
function readStatus(text: string, lineEnd: number): number {
  const line = text.slice(0, lineEnd);
  if (line === lastLine) return lastStatus;
  const [, digits] = statusLine.exec(line) ?? [];
  if (digits === undefined) throw new SyntaxFault('its status line is not one of HTTP/1.1');
  lastLine = line;
  lastStatus = Number(digits);
  return lastStatus;
}

const statusLine = /^HTTP\/1\.[01] ([1-9]\d\d)(?: [\t -~\x80-\xff]*)?$/;

/** Most answers begin like the one before. */
let lastLine = '';
let lastStatus = 0;

const maxFields = 256;

const noNames: readonly string[] = [];

/** Sorts the fields: what is about this connection or the length is read, everything else is kept. */
class Said {
  readonly fields: string[] = [];
  contentLength = -1;
  names = noNames;
  closes: boolean;
  keepsForSeconds = -1;
  #isChunked = false;

  constructor(isHttp10: boolean) {
    this.closes = isHttp10;
  }

  note(name: string, value: string): void {
    // By length first: by far most names are never lower-cased.
    const { length } = name;
    if ((length === 10 || length === 14 || length === 17) && this.#read(name.toLowerCase(), value)) return;
    this.fields.push(name, value);
  }

  bodyLength(hasNone: boolean): BodyLength {
    if (this.#isChunked && this.contentLength >= 0) {
      throw new SyntaxFault('it has both Content-Length and Transfer-Encoding');
    }
    if (hasNone) return 0;
    if (this.#isChunked) return chunkedBody;
    return this.contentLength >= 0 ? this.contentLength : bodyUntilClose;
  }

  /** True: the field is dealt with and goes no further. */
  #read(name: string, value: string): boolean {
    if (name === 'content-length') this.#readLength(value);
    else if (name === 'transfer-encoding') this.#readCoding(value);
    else if (name === 'connection') this.#readConnection(value);
    else if (name === 'keep-alive') this.#readKeepAlive(value);
    else return false;
    return true;
  }

  #readLength(value: string): void {
    if (this.contentLength >= 0) throw new SyntaxFault('it has two fields Content-Length');
    this.contentLength = readContentLength(value);
  }

  #readCoding(value: string): void {
    // Another coding would be lost on the way, and the body with it.
    if (this.#isChunked || value.toLowerCase() !== 'chunked') {
      throw new SyntaxFault('it has a transfer coding other than chunked');
    }
    this.#isChunked = true;
  }

  #readConnection(value: string): void {
    const lower = value.toLowerCase();
    if (lower === 'keep-alive') return;
    const listed = connectionNames(lower);
    this.names = this.names.length === 0 ? listed : connectionNames([...this.names, ...listed].join());
    if (lower === 'close' || listed.includes('close')) this.closes = true;
  }

  #readKeepAlive(value: string): void {
    const seconds = /(?:^|[,;\t ])timeout=(\d{1,6})/i.exec(value)?.[1];
    if (seconds !== undefined) this.keepsForSeconds = Number(seconds);
  }
}

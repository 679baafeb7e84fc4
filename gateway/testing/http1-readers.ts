import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { type ParsedAnswer, parseAnswerHead } from '../http1/answer-head.ts';
import { BodyReader } from '../http1/body-reader.ts';
import { type ParsedRequest, parseRequestHead } from '../http1/request-head.ts';
import { SyntaxFault } from '../http1/syntax.ts';
import { UnreadBytes } from '../http1/unread-bytes.ts';

/** A request as one of two parsers has read it, to its last byte. */
export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly string[];
  /** latin1. */
  readonly body: string;
}

export interface Reading<Message> {
  readonly messages: readonly Message[];
  /** Why reading stopped; undefined: all bytes were read, or wait for more. */
  readonly fault: string | undefined;
}

/** Reads requests one after the other, as a connection would. */
class RequestReader {
  readonly messages: ReadRequest[] = [];
  readonly #unread = new UnreadBytes(16 * 1024);
  readonly #body = new BodyReader();
  #head: ParsedRequest | undefined = undefined;
  #payload = '';

  add(piece: Buffer): void {
    this.#unread.add(piece);
    while (this.#readOne());
  }

  onPayload(piece: Buffer): void {
    this.#payload += piece.toString('latin1');
  }

  /** False: more bytes are needed. */
  #readOne(): boolean {
    const head = this.#head ?? this.#readHead();
    if (head === undefined) return false;
    const bytes = this.#unread.takeAll();
    this.#unread.add(bytes.subarray(this.#body.read(bytes, 0, this)));
    if (!this.#body.isDone) return false;
    this.messages.push({ method: head.method, target: head.target, fields: head.fields, body: this.#payload });
    if (head.closes) throw new SyntaxFault('the connection closes');
    this.#head = undefined;
    this.#payload = '';
    return true;
  }

  #readHead(): ParsedRequest | undefined {
    this.#unread.skipEmptyLines();
    const text = this.#unread.length === 0 ? '' : this.#unread.takeHead();
    if (text === '') return undefined;
    this.#head = parseRequestHead(text);
    this.#body.begin(this.#head.bodyLength);
    return this.#head;
  }
}

/** What our parser reads from a connection whose bytes come in these pieces. */
export function readRequests(pieces: readonly Buffer[]): Reading<ReadRequest> {
  const reader = new RequestReader();
  const fault = faultWhile(() => {
    for (const piece of pieces) reader.add(piece);
  });
  return { messages: reader.messages, fault };
}

function faultWhile(work: () => void): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

/** What node:http (llhttp) reads as a server. */
export function referenceRequests(bytes: Buffer): Promise<Reading<ReadRequest>> {
  // In the order of their heads; a place stays empty until the body is complete.
  const places: { message?: ReadRequest }[] = [];
  let fault: string | undefined;
  const server = createServer({ maxHeaderSize: 16 * 1024, requireHostHeader: false });
  server.maxHeadersCount = 0;
  const readHead = ({ method = '', url: target = '', rawHeaders: fields }: IncomingMessage) => ({
    method,
    target,
    fields,
  });
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const place: { message?: ReadRequest } = {};
    places.push(place);
    let body = '';
    request.setEncoding('latin1').on('data', (text) => {
      body += text;
    });
    request
      .on('error', () => undefined)
      .on('end', () => {
        place.message = { ...readHead(request), body };
        response.end();
      });
  };
  server.on('request', take).on('checkContinue', take).on('checkExpectation', take);
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    places.push({ message: { ...readHead(request), body: '' } });
    setImmediate(() => setImmediate(() => socket.destroy()));
  });
  return new Promise((resolve) => {
    const [client, serverSide] = duplexPair();
    server.on('clientError', (error, socket) => {
      fault = error.message;
      // What was read before has still to come out of its streams.
      setImmediate(() => setImmediate(() => socket.destroy()));
    });
    serverSide.on('close', () => resolve({ messages: places.flatMap(({ message }) => message ?? []), fault }));
    client.on('error', () => undefined).resume();
    server.emit('connection', serverSide);
    client.end(bytes);
  });
}

/** An answer as one of two parsers has read it, to its last byte. */
export interface ReadAnswer {
  readonly status: number;
  readonly fields: readonly string[];
  readonly body: string;
}

/** Reads the final answer, as a connection to a backend would. */
class AnswerReader {
  readonly #unread = new UnreadBytes(64 * 1024);
  readonly #body = new BodyReader();
  readonly #toHead: boolean;
  #head: ParsedAnswer | undefined = undefined;
  #payload = '';

  constructor(toHead: boolean) {
    this.#toHead = toHead;
  }

  add(piece: Buffer): void {
    this.#unread.add(piece);
    while (this.#head === undefined && this.#readHead());
    if (this.#head === undefined || this.#body.isDone) return;
    const bytes = this.#unread.takeAll();
    this.#unread.add(bytes.subarray(this.#body.read(bytes, 0, this)));
  }

  onPayload(piece: Buffer): void {
    this.#payload += piece.toString('latin1');
  }

  /** The connection has ended. */
  end(): ReadAnswer[] {
    if (this.#head === undefined || !this.#body.endWithConnection()) return [];
    return [{ status: this.#head.status, fields: this.#head.fields, body: this.#payload }];
  }

  /** False: more bytes are needed. */
  #readHead(): boolean {
    const text = this.#unread.takeHead();
    if (text === '') return false;
    const head = parseAnswerHead(text, this.#toHead);
    if (head.status < 200) return true;
    this.#head = head;
    this.#body.begin(head.bodyLength);
    return true;
  }
}

/** What our parser reads of the first final answer; no message when it is not complete. */
export function readAnswer(pieces: readonly Buffer[], toHead: boolean): Reading<ReadAnswer> {
  const reader = new AnswerReader(toHead);
  const fault = faultWhile(() => {
    for (const piece of pieces) reader.add(piece);
  });
  return { messages: fault === undefined ? reader.end() : [], fault };
}

/** What node:http (llhttp) reads as a client, unless it waits for more. */
export function referenceAnswer(bytes: Buffer, toHead: boolean): Promise<Reading<ReadAnswer>> {
  return new Promise((resolve) => {
    const [client, serverSide] = duplexPair();
    const nothing = (fault?: string) => resolve({ messages: [], fault });
    const request = httpRequest({
      createConnection: () => client,
      method: toHead ? 'HEAD' : 'GET',
      maxHeaderSize: 64 * 1024,
    });
    request.maxHeadersCount = 0;
    request.on('error', (error) => setImmediate(() => nothing(error.message)));
    request.on('upgrade', () => nothing('upgrade'));
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('latin1').on('data', (text) => {
        body += text;
      });
      response.on('error', (error) => nothing(error.message)).on('aborted', () => nothing('aborted'));
      response.on('end', () => {
        const fields = response.rawHeaders;
        resolve({ messages: [{ status: response.statusCode ?? 0, fields, body }], fault: undefined });
      });
    });
    request.end();
    serverSide.on('error', () => undefined).resume();
    serverSide.end(bytes);
  });
}

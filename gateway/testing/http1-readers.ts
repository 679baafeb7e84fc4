import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { type ParsedAnswer, parseAnswerHead } from '../http1/answer-head.ts';
import { BodyReader } from '../http1/body-reader.ts';
import { parseRequestHead } from '../http1/request-head.ts';
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

/** What our parser reads from a connection whose bytes come in these pieces. */
export function readRequests(pieces: readonly Buffer[]): Reading<ReadRequest> {
  const unread = new UnreadBytes(16 * 1024);
  const body = new BodyReader();
  const messages: ReadRequest[] = [];
  let head: ReturnType<typeof parseRequestHead> | undefined;
  let payload = '';
  const sink = { onPayload: (piece: Buffer) => (payload += piece.toString('latin1')) };
  /** True: something was read. */
  const step = (): boolean => {
    if (head === undefined) {
      unread.skipEmptyLines();
      const text = unread.length === 0 ? '' : unread.takeHead();
      if (text === '') return false;
      head = parseRequestHead(text);
      body.begin(head.bodyLength);
    }
    const bytes = unread.takeAll();
    unread.add(bytes.subarray(body.read(bytes, 0, sink)));
    if (!body.isDone) return false;
    messages.push({ method: head.method, target: head.target, fields: head.fields, body: payload });
    if (head.closes) throw new SyntaxFault('the connection closes');
    head = undefined;
    payload = '';
    return true;
  };
  try {
    for (const piece of pieces) {
      unread.add(piece);
      while (step());
    }
  } catch (error) {
    return { messages, fault: messageOf(error) };
  }
  return { messages, fault: undefined };
}

/** What node:http (llhttp) reads as a server. */
export function referenceRequests(bytes: Buffer): Promise<Reading<ReadRequest>> {
  const messages: ReadRequest[] = [];
  let fault: string | undefined;
  const server = createServer({ maxHeaderSize: 16 * 1024, requireHostHeader: false });
  server.maxHeadersCount = 0;
  const take = (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.setEncoding('latin1').on('data', (text) => {
      body += text;
    });
    request.on('error', () => undefined).on('end', () => {
      const { method = '', url = '', rawHeaders } = request;
      messages.push({ method, target: url, fields: rawHeaders, body });
      response.end();
    });
  };
  server.on('request', take).on('checkContinue', take).on('checkExpectation', take);
  server.on('connect', ({ method = '', url = '', rawHeaders }: IncomingMessage, socket: Duplex) => {
    messages.push({ method, target: url, fields: rawHeaders, body: '' });
    socket.destroy();
  });
  return new Promise((resolve) => {
    const [client, serverSide] = duplexPair();
    server.on('clientError', (error, socket) => {
      fault = error.message;
      // What was read before has still to come out of its streams.
      setImmediate(() => setImmediate(() => socket.destroy()));
    });
    serverSide.on('close', () => resolve({ messages, fault }));
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

/** What our parser reads of the first final answer; undefined messages while it is not complete. */
export function readAnswer(pieces: readonly Buffer[], toHead: boolean): Reading<ReadAnswer> {
  const unread = new UnreadBytes(64 * 1024);
  const body = new BodyReader();
  let head: ParsedAnswer | undefined;
  let payload = '';
  const sink = { onPayload: (piece: Buffer) => (payload += piece.toString('latin1')) };
  try {
    for (const piece of pieces) {
      unread.add(piece);
      while (head === undefined) {
        const text = unread.takeHead();
        if (text === '') break;
        const next = parseAnswerHead(text, toHead);
        if (next.status >= 200) head = next;
        body.begin(next.bodyLength);
      }
      if (head === undefined) continue;
      const bytes = unread.takeAll();
      unread.add(bytes.subarray(body.read(bytes, 0, sink)));
      if (body.isDone) break;
    }
    if (head !== undefined && body.endWithConnection()) {
      return { messages: [{ status: head.status, fields: head.fields, body: payload }], fault: undefined };
    }
  } catch (error) {
    return { messages: [], fault: messageOf(error) };
  }
  return { messages: [], fault: undefined };
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

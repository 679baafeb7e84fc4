import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { CodedError } from '#api/errors.ts';
import type { Clock } from '../clock.ts';
import { type GatewayCode, GatewayError, replyFor } from '../errors.ts';
import { type Downstream, Exchange } from '../exchange.ts';
import type { Chain } from '../filters/chain.ts';
import { type Peer, peerOf } from '../router/trusted-proxies.ts';
import { RequestBody } from './request-body.ts';

export interface TransportLimits {
  /** Bytes of request line and header fields together. */
  readonly maxHeadBytes: number;
  /** A head must be complete this long after its first byte. */
  readonly headTimeoutMs: number;
  /** A client that neither sends nor reads, although it is its turn, is given up after this long. */
  readonly idleTimeoutMs: number;
  /** A kept connection with no call is closed after this long; above what load balancers use (60 s). */
  readonly keepAliveMs: number;
}

export const defaultTransportLimits: TransportLimits = {
  maxHeadBytes: 16 * 1024,
  headTimeoutMs: 10_000,
  idleTimeoutMs: 30_000,
  keepAliveMs: 75_000,
};

/** A port could not be opened. */
export class ListenError extends CodedError {
  constructor(host: string, port: number, cause: unknown) {
    super('GW_LISTEN_FAILED', `cannot listen on ${host}:${port}`, { cause });
  }
}

export interface TransportDeps {
  readonly chain: Chain;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly limits: TransportLimits;
}

/** One listening port on node:http. The only part, with `request-body.ts`, that knows what carries the bytes. */
export class NodeServer {
  readonly #server: Server<typeof IncomingMessage, typeof GatewayResponse>;
  readonly #deps: TransportDeps;
  readonly #connections = new WeakMap<Duplex, Connection>();
  #draining = false;

  constructor(deps: TransportDeps) {
    this.#deps = deps;
    const { limits } = deps;
    this.#server = createServer({
      ServerResponse: GatewayResponse,
      maxHeaderSize: limits.maxHeadBytes,
      headersTimeout: limits.headTimeoutMs,
      // Bodies may take long; what is bounded is silence (`timeout`) and the whole call (the backend's deadline).
      requestTimeout: 0,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(1000, limits.headTimeoutMs),
      // The filter `head` looks for the Host field, and answers with a problem document.
      requireHostHeader: false,
    });
    // The default (2000) would drop fields silently; the filter `head` refuses instead.
    this.#server.maxHeadersCount = 0;
    this.#server.timeout = limits.idleTimeoutMs;
    this.#server.on('connection', (socket) => this.#accept(socket));
    this.#server.on('request', (request, response) => this.#serve(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#serve(request, response, true));
    this.#server.on('checkExpectation', (request, response) => this.#serve(request, response, false));
    this.#server.on('connect', (request: IncomingMessage, socket: Duplex) => this.#refuseConnect(request, socket));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuseBytes(error, socket));
    this.#server.on('timeout', (socket) => this.#onSilence(socket));
  }

  /** Port 0 takes a free one. */
  listen(port: number, host: string): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      const onError = (error: Error) => reject(new ListenError(host, port, error));
      this.#server.once('error', onError);
      this.#server.listen({ port, host, backlog: 1024 }, () => {
        this.#server.off('error', onError);
        const address = this.#server.address();
        if (typeof address === 'object' && address !== null) resolve(address);
      });
    });
  }

  /** From now on every answer says `Connection: close`; new connections are still taken. */
  beginDrain(): void {
    this.#draining = true;
  }

  /** Stops listening; resolves when the last call is done. Kept connections without a call close at once. */
  stop(): Promise<void> {
    this.#draining = true;
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }

  /** Breaks what is still open. */
  destroy(): void {
    this.#server.closeAllConnections();
  }

  #accept(socket: Socket): void {
    this.#connections.set(socket, new Connection(peerOf(socket.remoteAddress ?? '')));
  }

  #serve(request: IncomingMessage, response: GatewayResponse, expectsContinue: boolean): void {
    const connection = this.#connections.get(request.socket) ?? new Connection(peerOf(''));
    const { chain, clock } = this.#deps;
    const downstream = new NodeDownstream(request, response, chain, expectsContinue);
    downstream.closing = this.#draining;
    const exchange = new Exchange(
      {
        method: request.method ?? '',
        target: request.url ?? '',
        rawHeaders: request.rawHeaders,
        peer: connection.peer,
        startedAt: clock.steady(),
        time: clock.now(),
      },
      downstream,
    );
    downstream.exchange = exchange;
    response.downstream = downstream;
    connection.current = downstream;
    response.on('close', onResponseClose);
    chain.run(exchange);
  }

  /** CONNECT never becomes a request; it is refused like one. */
  #refuseConnect(_request: IncomingMessage, socket: Duplex): void {
    this.#answerRaw(socket, 'GW_METHOD_NOT_SUPPORTED', 'CONNECT is not served here.');
  }

  /** Bytes that never became a request: answered with a problem document, then the connection ends. */
  #refuseBytes(error: NodeJS.ErrnoException, socket: Duplex): void {
    const current = this.#connections.get(socket)?.current;
    if (!socket.writable || error.code === 'ECONNRESET' || current?.isAnswering() === true) {
      socket.destroy();
      return;
    }
    if (error.code === 'HPE_HEADER_OVERFLOW') {
      const limit = this.#deps.limits.maxHeadBytes;
      this.#answerRaw(socket, 'GW_HEAD_TOO_LARGE', `A request head has at most ${limit} bytes.`);
    } else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
      this.#answerRaw(socket, 'GW_REQUEST_TIMEOUT', 'The request head did not arrive in time.');
    } else this.#answerRaw(socket, 'GW_BAD_REQUEST', 'The request is not valid HTTP/1.1.');
  }

  #answerRaw(socket: Duplex, code: GatewayCode, detail: string): void {
    const requestId = this.#deps.newId();
    const { status, headers, body } = replyFor(new GatewayError(code, detail), requestId);
    let head = `HTTP/1.1 ${status} ${code}\r\nConnection: close\r\nX-Request-Id: ${requestId}\r\n`;
    for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
    socket.end(`${head}\r\n${body}`, () => socket.destroy());
  }

  /** Nothing has moved on this connection for a while: whose turn was it? */
  #onSilence(socket: Socket): void {
    const current = this.#connections.get(socket)?.current;
    if (current === null || current === undefined || current.isDone()) {
      socket.destroy();
      return;
    }
    if (current.isClientAwaited()) current.giveUp();
    else socket.setTimeout(this.#deps.limits.idleTimeoutMs);
  }
}

class Connection {
  readonly peer: Peer;
  current: NodeDownstream | null = null;

  constructor(peer: Peer) {
    this.peer = peer;
  }
}

/** Carries its call, so that one listener function serves all calls. */
class GatewayResponse extends ServerResponse {
  downstream: NodeDownstream | null = null;
}

function onResponseClose(this: GatewayResponse): void {
  this.downstream?.onClose();
}

function onResponseDrain(this: GatewayResponse): void {
  this.downstream?.exchange?.upstream?.resume();
}

/** After an answer to a request whose body is not read to its end: how long, and how much, the rest is taken and thrown away. */
const lingerMs = 1000;
const lingerBytes = 1024 * 1024;

/** Up to here copying a body is cheaper than a second buffer in the write. */
const smallBodyBytes = 4096;

/** The client's side of a call on node:http. */
class NodeDownstream implements Downstream {
  exchange: Exchange | null = null;
  /** The connection ends with this answer. */
  closing = false;
  readonly #request: IncomingMessage;
  readonly #response: GatewayResponse;
  readonly #chain: Chain;
  readonly #expectsContinue: boolean;
  #answered = false;
  #aborted = false;
  #waitsForDrain = false;
  #bodyIsOpen = false;
  #hasWritten = false;

  constructor(request: IncomingMessage, response: GatewayResponse, chain: Chain, expectsContinue: boolean) {
    this.#request = request;
    this.#response = response;
    this.#chain = chain;
    this.#expectsContinue = expectsContinue;
  }

  writeHead(status: number, headers: string[]): void {
    // A body that is not read to its end cannot be told from the next request.
    if (this.closing || this.#hasRest()) headers.push('Connection', 'close');
    this.#response.writeHead(status, headers);
  }

  write(chunk: Uint8Array): boolean {
    this.#hasWritten = true;
    if (this.#response.write(chunk)) return true;
    if (!this.#waitsForDrain) {
      this.#waitsForDrain = true;
      this.#response.on('drain', onResponseDrain);
    }
    return false;
  }

  end(chunk?: Uint8Array | string): void {
    this.#answered = true;
    if (this.#hasRest()) this.#linger(chunk);
    else if (chunk instanceof Buffer && this.#isSmallAndFirst(chunk)) {
      // As text of the same bytes Node sends head and body in one write instead of a vector of two.
      this.#response.end(chunk.toString('latin1'), 'latin1');
    } else this.#response.end(chunk);
  }

  #isSmallAndFirst(chunk: Buffer): boolean {
    return chunk.length <= smallBodyBytes && !this.#hasWritten;
  }

  abort(): void {
    this.#aborted = true;
    // A reset, not a close: to a client that reads until the end, a close would look like one.
    const { socket } = this.#request;
    socket.resetAndDestroy();
  }

  openBody(limit: number): Readable {
    if (this.exchange === null) throw new CodedError('GW_INTERNAL', 'the body of a call that has not begun');
    this.#bodyIsOpen = true;
    if (this.#expectsContinue) this.#response.writeContinue();
    return new RequestBody(this.#request, this.exchange, limit);
  }

  onClose(): void {
    const { exchange } = this;
    if (exchange === null || exchange.finished) return;
    if (!this.#aborted && !(this.#answered && (this.#response.writableFinished || this.#hasRest()))) {
      exchange.clientAborted = true;
      exchange.upstream?.abort();
    }
    this.#chain.ended(exchange);
  }

  isDone(): boolean {
    return this.exchange?.finished !== false;
  }

  isAnswering(): boolean {
    return this.exchange !== null && !this.exchange.finished && this.exchange.status !== 0;
  }

  /** Is it the client's turn: to send more of its body, or to read more of the answer? Else the backend is waited for. */
  isClientAwaited(): boolean {
    const sends = this.#bodyIsOpen && !this.#request.complete && !this.#request.isPaused();
    return sends || this.#response.writableLength > 0;
  }

  /** The client has been silent for too long in the middle of its call. */
  giveUp(): void {
    const { exchange } = this;
    if (exchange === null) return;
    exchange.upstream?.abort();
    this.#chain.refuse(exchange, new GatewayError('GW_REQUEST_TIMEOUT', 'The request body did not arrive in time.'));
  }

  /** Is there request body that nobody has read? */
  #hasRest(): boolean {
    return this.exchange?.hasBody === true && !this.#request.complete;
  }

  /**
   * Ends the answer but keeps reading for a moment. Closing at once would make the kernel reset the connection, and the
   * client, still busy sending, would never see why it was refused.
   */
  #linger(chunk: Uint8Array | string | undefined): void {
    const response = this.#response;
    if (chunk !== undefined) response.write(chunk);
    else response.flushHeaders();
    let rest = lingerBytes;
    const finish = () => {
      clearTimeout(timer);
      response.end();
    };
    const timer = setTimeout(finish, lingerMs);
    this.#request.on('data', (more: Buffer) => {
      rest -= more.length;
      if (rest < 0) finish();
    });
    this.#request.once('end', finish).once('close', finish).resume();
  }
}

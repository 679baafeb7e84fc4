import type { Clock } from '../clock.ts';
import { catalogue, GatewayError } from '../errors.ts';
import type { Exchange, Upstream } from '../exchange.ts';
import { bodyLimitOf } from '../filters/body-limit.ts';
import type { Chain } from '../filters/chain.ts';
import type { ParsedAnswer } from '../http1/answer-head.ts';
import { SyntaxFault } from '../http1/syntax.ts';
import { isNamed } from '../http1/write-head.ts';
import { answerFields } from './answer-fields.ts';
import type { Endpoint } from './backend.ts';
import type { AnswerSink, BackendConnection } from './backend-connection.ts';
import { BackendBrokeOff, refusalOf } from './backend-error.ts';
import type { ConnectionTaker } from './connection-pool.ts';
import type { AnswerChange } from './header-change.ts';
import { requestText } from './request-text.ts';

/**
 * One call of a backend, and what its events do to the client's side:
 *
 *   start ──▶ waiting ──connection──▶ sending ──head──▶ answering ──body…──▶ end ──▶ done
 *                │                       │                  │
 *                └──── fault, deadline ──┴─▶ 502 / 504      └─ fault, deadline ─▶ client connection broken
 *
 *   client gone, at any time ──▶ connection to the backend closed
 *
 * Tried again in one case only (RFC 9112, 9.3.1): a kept connection closes before a byte of the answer has come, and the
 * method may be repeated. Then a new connection gets the call. Anything else may have had its effect.
 */
export class BackendCall implements AnswerSink, ConnectionTaker, Upstream {
  isDone = false;
  readonly #exchange: Exchange;
  readonly #chain: Chain;
  readonly #clock: Clock;
  #endpoint: Endpoint | null = null;
  #connection: BackendConnection | null = null;
  #wasRepeated = false;

  constructor(exchange: Exchange, chain: Chain, clock: Clock) {
    this.#exchange = exchange;
    this.#chain = chain;
    this.#clock = clock;
  }

  start(): void {
    const exchange = this.#exchange;
    const { api } = exchange;
    if (api === null) throw new GatewayError('GW_ROUTE_NOT_FOUND', 'No API is served at this host and path.');
    const endpoint = api.backend.next();
    if (endpoint === undefined)
      throw new GatewayError('GW_NO_ENDPOINT', 'All endpoints of this API have the weight 0.');
    if (exchange.upgrade !== '' && !endpoint.pool.takesTunnels) {
      throw new GatewayError(
        'GW_TOO_MANY_TUNNELS',
        'The backend of this API has as many WebSocket connections as it may.',
      );
    }
    exchange.upstream = this;
    exchange.backendStartedAt = this.#clock.steady();
    exchange.backend = endpoint.authority;
    this.#endpoint = endpoint;
    const timeoutMs = exchange.operation?.timeoutMs ?? api.backend.timeoutMs;
    exchange.downstream.setDeadline(exchange.backendStartedAt, timeoutMs);
    endpoint.pool.acquire(this);
  }

  // What the pool calls.

  onConnection(connection: BackendConnection): void {
    const exchange = this.#exchange;
    if (this.#endpoint === null) return;
    this.#connection = connection;
    const { body, bodyLength } = exchange;
    const frame = { bodyLength, toHead: exchange.method === 'HEAD', upgrades: exchange.upgrade !== '' };
    connection.begin(this, requestText(exchange, this.#endpoint), frame);
    if (body !== null) connection.write(body);
    if (body === null && bodyLength !== 0) exchange.downstream.readBody(bodyLimitOf(exchange));
    else if (!frame.upgrades) connection.end();
  }

  onNoConnection(error: Error): void {
    if (this.isDone) return;
    this.#finish();
    this.#fail(refusalOf(error), error);
  }

  // What the connection to the backend calls.

  onAnswer(head: ParsedAnswer): void {
    const exchange = this.#exchange;
    if (exchange.upgrade !== '') this.#checkUpgrade(head);
    if (head.status >= 500) exchange.fault = 'provider';
    exchange.downstream.writeHead(head.status, answerFields(head, answerChangeOf(exchange)), head.contentLength);
    if (head.status === 101) exchange.downstream.readBody(Number.POSITIVE_INFINITY);
  }

  /** The answer to an upgrade: the other protocol, or HTTP as if nobody had asked. */
  #checkUpgrade({ status, fields }: ParsedAnswer): void {
    if (status !== 101) this.#connection?.end();
    else if (
      !fields.some((field, i) => isNamed(field, 'upgrade') && isNamed(fields[i + 1] ?? '', this.#exchange.upgrade))
    ) {
      throw new SyntaxFault('it changes to another protocol than it was asked for');
    }
  }

  onAnswerBody(piece: Buffer): boolean {
    return this.#exchange.downstream.write(piece);
  }

  onAnswerEnd(): void {
    this.#finish();
    this.#exchange.downstream.end();
  }

  onAnswerFault(error: Error): void {
    if (this.isDone) return;
    if (this.#mayRepeat(error)) {
      this.#wasRepeated = true;
      this.#connection = null;
      this.#endpoint?.pool.acquireFresh(this);
      return;
    }
    this.#finish();
    this.#fail(refusalOf(error), error);
  }

  onDrain(): void {
    this.#exchange.downstream.resumeBody();
  }

  // What the transport calls.

  resume(): void {
    this.#connection?.resume();
  }

  abort(): void {
    if (this.isDone) return;
    const connection = this.#connection;
    this.#finish();
    if (connection === null) this.#endpoint?.pool.forget(this);
    else connection.destroy();
  }

  onBody(piece: Buffer): boolean {
    return this.#connection === null || this.#connection.write(piece);
  }

  onBodyEnd(): void {
    this.#connection?.end();
  }

  onBodyFault(fault: GatewayError): void {
    this.#give(fault);
  }

  expire(): void {
    this.#give(new GatewayError('GW_BACKEND_TIMEOUT', 'The backend did not complete its answer in time.'));
  }

  /** Gives the call up for a reason that the backend has nothing more to say to. */
  #give(refusal: GatewayError): void {
    if (this.isDone) return;
    this.abort();
    this.#fail(refusal, undefined);
  }

  #mayRepeat(error: Error): boolean {
    const { method, bodyLength, upgrade } = this.#exchange;
    const isStale = this.#connection?.isReused === true && !this.#connection.hasAnswered && isBrokenOff(error);
    return isStale && bodyLength === 0 && upgrade === '' && repeatable.has(method) && !this.#wasRepeated;
  }

  #finish(): void {
    this.isDone = true;
    // It may serve another call from now on.
    this.#connection = null;
    this.#exchange.backendMs = this.#clock.steady() - this.#exchange.backendStartedAt;
  }

  /** `refusal` undefined: the error is the gateway's own. */
  #fail(refusal: GatewayError | undefined, cause: Error | undefined): void {
    const exchange = this.#exchange;
    if (refusal !== undefined) {
      exchange.cause = cause instanceof GatewayError ? undefined : cause;
      exchange.code = refusal.code;
      exchange.fault = catalogue[refusal.code].fault;
    }
    this.#chain.refuse(exchange, refusal ?? cause);
  }
}

/** Idempotent methods (RFC 9110, 9.2.2). */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

function isBrokenOff(error: Error & { readonly code?: string }): boolean {
  return error instanceof BackendBrokeOff || error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

function answerChangeOf({ operation, api }: Exchange): AnswerChange | null {
  return operation?.answerChange ?? api?.backend.answerChange ?? null;
}

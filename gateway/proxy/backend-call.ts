import type { CompiledRetryReason } from '#api/compiled/traffic.ts';
import type { Clock } from '../clock.ts';
import { catalogue, GatewayError } from '../errors.ts';
import type { Exchange, Upstream } from '../exchange.ts';
import { bodyLimitOf } from '../filters/body-limit.ts';
import type { Chain } from '../filters/chain.ts';
import { isGrpc, resultOf, statedGrpcStatus } from '../filters/grpc.ts';
import { readWholeBody } from '../filters/whole-body.ts';
import type { ParsedAnswer } from '../http1/answer-head.ts';
import { SyntaxFault } from '../http1/syntax.ts';
import { isNamed } from '../http1/write-head.ts';
import { answerFields } from './answer-fields.ts';
import { type Backend, backendOf } from './backend.ts';
import type { AnswerSink, BackendChannel, ChannelTaker } from './backend-channel.ts';
import { refusalOf } from './backend-error.ts';
import { answerChangeOf, checkForHttp2, grpcNotSupported, isBrokenOff, isOutOfOrder, timeoutOf } from './call-rules.ts';
import type { Endpoint } from './endpoint.ts';
import { RequestUnprocessed } from './http2-stream.ts';
import { AddressRefused } from './open-socket.ts';
import { requestText } from './request-text.ts';
import { isRepeatable, type RetryPolicy } from './retry-policy.ts';
import { SentBody } from './sent-body.ts';

/**
 * One call of a backend, and what its events do to the client's side:
 *
 *   start ──▶ waiting ──connection──▶ sending ──head──▶ answering ──body…──▶ end ──▶ done
 *                │                       │                  │
 *                └──── fault, deadline ──┴─▶ 502 / 504      └─ fault, deadline ─▶ client connection broken
 *
 *   client gone, at any time ──▶ connection to the backend closed
 *
 * In one case a call is always tried again (RFC 9112, 9.3.1): a kept connection closes before a byte of the answer has
 * come, and the method may be repeated. Then a new connection gets it. Everything else is for the {@link RetryPolicy} of
 * the API to say: then the call waits a moment and begins again, at another endpoint if there is one.
 */
export class BackendCall implements AnswerSink, ChannelTaker, Upstream {
  isDone = false;
  readonly #exchange: Exchange;
  readonly #chain: Chain;
  readonly #clock: Clock;
  /** Null: the call is sent once. */
  #retries: RetryPolicy | null = null;
  /** Where the current attempt goes; null between two attempts. */
  #endpoint: Endpoint | null = null;
  #connection: BackendChannel | null = null;
  /** What has gone to a backend that may refuse it unseen; null: nothing. */
  #sent: SentBody | null = null;
  /** How often it was sent again whatever the policy says. */
  #repeats = 0;
  /** The circuit of the endpoint is half open, and this call decides. */
  #decides = false;
  /** The endpoint has shown with this call whether it works. */
  #isJudged = false;
  /** Steady milliseconds. */
  #deadline = 0;
  /** Of the attempt, or of the pause before the next. */
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(exchange: Exchange, chain: Chain, clock: Clock) {
    this.#exchange = exchange;
    this.#chain = chain;
    this.#clock = clock;
  }

  start(): void {
    const exchange = this.#exchange;
    const backend = backendOf(exchange);
    if (backend === null) throw new GatewayError('GW_ROUTE_NOT_FOUND', 'No API is served at this host and path.');
    this.#retries = backend.retries;
    const token = backend.token?.ready();
    const body =
      this.#retries?.keepsBody(exchange) === true ? readWholeBody(exchange, bodyLimitOf(exchange)) : undefined;
    if (token === undefined && body === undefined) this.#begin(backend);
    else {
      Promise.all([token, body])
        .then(() => exchange.finished || this.#begin(backend))
        .catch((error: unknown) => this.#chain.refuse(exchange, error));
    }
  }

  #begin(backend: Backend): void {
    const exchange = this.#exchange;
    const now = this.#clock.steady();
    const endpoint = backend.pick(exchange, now, null);
    if (backend.isHttp2) checkForHttp2(exchange);
    else if (exchange.isHttp2 && isGrpc(exchange)) throw grpcNotSupported();
    if (exchange.upgrade !== '' && !endpoint.pool.takesTunnels) {
      throw new GatewayError(
        'GW_TOO_MANY_TUNNELS',
        'The backend of this API has as many WebSocket connections as it may.',
      );
    }
    exchange.upstream = this;
    exchange.backendStartedAt = now;
    const timeoutMs = timeoutOf(exchange, backend);
    exchange.downstream.setDeadline(now, timeoutMs);
    this.#deadline = now + timeoutMs;
    this.#retries?.begin(now);
    this.#attempt(endpoint);
  }

  #attempt(endpoint: Endpoint): void {
    this.#exchange.attempts++;
    this.#exchange.backend = endpoint.authority;
    this.#endpoint = endpoint;
    this.#decides = endpoint.state.enter();
    this.#isJudged = false;
    const perTryMs = this.#retries?.perTryTimeoutMs ?? 0;
    if (perTryMs > 0) this.#timer = setTimeout(() => this.#onTryTimeout(), perTryMs);
    endpoint.pool.acquire(this);
  }

  // What the pool calls.

  onConnection(connection: BackendChannel): void {
    const exchange = this.#exchange;
    if (this.#endpoint === null) return;
    this.#connection = connection;
    const { body, bodyLength } = exchange;
    const toHead = exchange.method === 'HEAD';
    const upgrades = exchange.upgrade !== '';
    connection.begin(this, requestText(exchange, this.#endpoint), {
      bodyLength,
      toHead,
      upgrades,
      deadline: this.#deadline,
    });
    if (body !== null) connection.write(body);
    if (body === null && bodyLength !== 0) this.#sendBody(connection);
    else if (!upgrades) connection.end();
  }

  #sendBody(connection: BackendChannel): void {
    const sent = this.#sent;
    if (sent === null) {
      if (connection.mayRefuse) this.#sent = new SentBody();
      this.#exchange.downstream.readBody(bodyLimitOf(this.#exchange));
      return;
    }
    for (const piece of sent.pieces) connection.write(piece);
    if (sent.isComplete) connection.end();
    else this.#exchange.downstream.resumeBody();
  }

  onNoConnection(error: Error): void {
    if (this.isDone) return;
    // That we have too many calls says nothing about the endpoint.
    if (!(error instanceof GatewayError)) {
      this.#judge(false);
      if (!(error instanceof AddressRefused) && this.#retry('ConnectFailure')) return;
    }
    this.#finish();
    this.#fail(refusalOf(error), error);
  }

  // What the connection to the backend calls.

  onAnswer(head: ParsedAnswer): void {
    const exchange = this.#exchange;
    if (exchange.upgrade !== '') this.#checkUpgrade(head);
    this.#sent?.drop();
    if (backendOf(exchange)?.isHttp2) exchange.grpcStatus = statedGrpcStatus(head.fields);
    this.#judge(!isOutOfOrder(resultOf(exchange, head.status)));
    if (this.#retries !== null) {
      if (this.#retryInstead(head.status)) return;
      clearTimeout(this.#timer);
    }
    if (head.status === 401) backendOf(exchange)?.token?.doubt();
    if (resultOf(exchange, head.status) >= 500) exchange.fault = 'provider';
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
    const { downstream } = this.#exchange;
    if (this.#connection?.lends !== true) return downstream.write(piece);
    return downstream.writeLent === undefined ? downstream.write(Buffer.from(piece)) : downstream.writeLent(piece);
  }

  onAnswerEnd(trailers?: readonly string[]): void {
    this.#finish();
    if (trailers !== undefined) this.#noteTrailers(trailers);
    this.#exchange.downstream.end(trailers);
  }

  onAnswerFault(error: Error): void {
    if (this.isDone) return;
    if (this.#mayRepeat(error)) {
      this.#repeats++;
      this.#exchange.attempts++;
      this.#connection = null;
      this.#endpoint?.pool.acquireFresh(this);
      return;
    }
    this.#judge(false);
    if (this.#isBeforeAnswer(error) && this.#retry('ResetBeforeAnswer')) return;
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
    const endpoint = this.#endpoint;
    this.#finish();
    if (connection === null) endpoint?.pool.forget(this);
    else connection.destroy();
  }

  onBody(piece: Buffer): boolean {
    this.#sent?.add(piece);
    // Without a connection it is being sent again: what is kept goes first.
    return this.#connection === null ? this.#sent === null : this.#connection.write(piece);
  }

  onBodyEnd(): void {
    if (this.#sent !== null) this.#sent.isComplete = true;
    this.#connection?.end();
  }

  onBodyFault(fault: GatewayError): void {
    this.#give(fault);
  }

  expire(): void {
    this.#judge(false);
    this.#give(new GatewayError('GW_BACKEND_TIMEOUT', 'The backend did not complete its answer in time.'));
  }

  /** Gives the call up for a reason that the backend has nothing more to say to. */
  #give(refusal: GatewayError): void {
    if (this.isDone) return;
    this.abort();
    this.#fail(refusal, undefined);
  }

  #mayRepeat(error: Error): boolean {
    // Nothing has become of it, whatever its method.
    if (error instanceof RequestUnprocessed) return this.#repeats < maxRepeats && this.#sent?.isLost !== true;
    const isStale = this.#connection?.isReused === true && this.#isBeforeAnswer(error);
    return isStale && this.#exchange.bodyLength === 0 && isRepeatable(this.#exchange) && this.#repeats === 0;
  }

  #noteTrailers(trailers: readonly string[]): void {
    const status = statedGrpcStatus(trailers);
    if (status < 0) return;
    this.#exchange.grpcStatus = status;
    if (resultOf(this.#exchange) >= 500) this.#exchange.fault = 'provider';
  }

  #isBeforeAnswer(error: Error): boolean {
    return this.#connection?.hasAnswered === false && isBrokenOff(error);
  }

  // Attempts after the first.

  /** Throws the answer away, if one of this status is to be tried again. */
  #retryInstead(status: number): boolean {
    const connection = this.#connection;
    if (!this.#retry(status)) return false;
    connection?.discard();
    return true;
  }

  #onTryTimeout(): void {
    if (this.isDone || this.#exchange.status !== 0) return;
    const connection = this.#connection;
    const endpoint = this.#endpoint;
    this.#judge(false);
    if (!this.#retry('Timeout')) {
      this.#give(
        new GatewayError('GW_BACKEND_TIMEOUT', 'The backend did not begin its answer in the time of an attempt.'),
      );
      return;
    }
    if (connection === null) endpoint?.pool.forget(this);
    else connection.destroy();
  }

  /** Ends the attempt and has the next one begin after a pause, where that is allowed and time is left for it. */
  #retry(reason: CompiledRetryReason): boolean {
    const exchange = this.#exchange;
    const policy = this.#retries;
    if (policy === null) return false;
    const now = this.#clock.steady();
    const pauseMs = policy.delayMs(exchange.attempts, Math.random);
    if (now + pauseMs >= this.#deadline || !policy.allows(exchange, reason, now)) return false;
    const before = this.#endpoint;
    this.#leave();
    this.#timer = setTimeout(() => this.#attemptAgain(before), pauseMs);
    return true;
  }

  #attemptAgain(avoided: Endpoint | null): void {
    const backend = backendOf(this.#exchange);
    if (this.isDone || backend === null) return;
    try {
      this.#attempt(backend.pick(this.#exchange, this.#clock.steady(), avoided));
    } catch (error) {
      this.#finish();
      this.#chain.refuse(this.#exchange, error);
    }
  }

  /** Once for each attempt: later failures come too late to keep it away from the endpoint. */
  #judge(works: boolean): void {
    if (this.#isJudged || this.isDone) return;
    this.#isJudged = true;
    const state = this.#endpoint?.state;
    if (state?.breaker) state.judge(works, this.#decides, this.#clock.steady());
  }

  /** The attempt is over. */
  #leave(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#endpoint?.state.leave(this.#decides && !this.#isJudged);
    this.#endpoint = null;
    // It may serve another call from now on.
    this.#connection = null;
  }

  #finish(): void {
    this.isDone = true;
    this.#leave();
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

/** Backends that go away may each refuse the same call. */
const maxRepeats = 3;

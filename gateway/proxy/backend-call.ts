import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { CodedError } from '#api/errors.ts';
import type { Clock } from '../clock.ts';
import { catalogue, GatewayError } from '../errors.ts';
import type { Exchange, Upstream } from '../exchange.ts';
import { bodyLimitOf } from '../filters/body-limit.ts';
import type { Chain } from '../filters/chain.ts';
import { answerHead } from './answer-head.ts';
import type { Endpoint } from './backend.ts';
import { refusalOf } from './backend-error.ts';
import { requestFields } from './request-head.ts';

/** The client went away, so nobody waits for the backend any more. */
export class ClientGone extends CodedError {
  constructor() {
    super('GW_CLIENT_GONE', 'the client closed the connection');
  }
}

/**
 * One call of a backend, and what its events do to the client's side:
 *
 *   start ──▶ dispatched ──onConnect──▶ sending ──onHeaders──▶ answering ──onData…──▶ onComplete ──▶ done
 *                 │                        │                      │
 *                 └──── onError, deadline ─┴─▶ 502 / 504          └─ onError, deadline ─▶ client connection broken
 *
 *   client gone, at any time ──▶ upstream request aborted
 *
 * Never retried: undici sends a request only on a connection that is still open, and what has been sent once may have
 * had its effect. It is its own undici handler, so a call allocates one object.
 */
export class BackendCall implements Dispatcher.DispatchHandler, Upstream {
  readonly #exchange: Exchange;
  readonly #chain: Chain;
  readonly #clock: Clock;
  #abort: ((error?: Error) => void) | null = null;
  #resume: (() => void) | null = null;
  #deadline: NodeJS.Timeout | undefined = undefined;
  #body: Readable | null = null;
  /** Bytes of the answer that are still to come; -1 when it does not say. */
  #remaining = -1;
  #answered = false;
  #done = false;

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
    exchange.upstream = this;
    exchange.backendStartedAt = this.#clock.steady();
    const timeoutMs = exchange.operation?.timeoutMs ?? api.backend.timeoutMs;
    this.#deadline = setTimeout(passDeadline, timeoutMs, this);
    if (exchange.hasBody) this.#body = exchange.downstream.openBody(bodyLimitOf(exchange));
    endpoint.pool.dispatch(
      {
        path: backendPath(exchange, endpoint, api.baseLength),
        method: exchange.method,
        headers: requestFields(exchange, endpoint),
        body: this.#body,
      },
      this,
    );
  }

  // What undici calls.

  onConnect(abort: (error?: Error) => void): void {
    if (this.#done) abort(new ClientGone());
    else this.#abort = abort;
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    // Interim answers (100, 103) end here: the final one is what was asked for.
    if (status < 200 || this.#done) return true;
    const exchange = this.#exchange;
    const head = answerHead(status, raw);
    if (head.fault !== '') {
      throw new GatewayError('GW_BACKEND_PROTOCOL', `The answer of the backend cannot be passed on: ${head.fault}.`);
    }
    this.#resume = resume;
    this.#chain.answering(exchange);
    const { fields } = head;
    for (const field of exchange.answerHeaders) fields.push(field);
    exchange.status = status;
    if (status >= 500) exchange.fault = 'provider';
    exchange.downstream.writeHead(status, fields);
    this.#remaining = hasNoBody(exchange.method, status) ? -1 : head.contentLength;
    return true;
  }

  onData(chunk: Buffer): boolean {
    const exchange = this.#exchange;
    if (this.#done) return true;
    exchange.bytesOut += chunk.length;
    if (this.#remaining < 0) return exchange.downstream.write(chunk);
    this.#remaining -= chunk.length;
    if (this.#remaining > 0) return exchange.downstream.write(chunk);
    // The last chunk goes out together with the end: one write less.
    this.#answered = true;
    exchange.downstream.end(chunk);
    return true;
  }

  onComplete(): void {
    const wasDone = this.#done;
    this.#finish();
    if (wasDone || this.#answered) return;
    this.#answered = true;
    this.#exchange.downstream.end();
  }

  onError(error: Error): void {
    if (this.#done) return;
    this.#finish();
    if (error instanceof ClientGone) this.#exchange.downstream.abort();
    else this.#fail(refusalOf(error), error);
  }

  // What the transport calls.

  resume(): void {
    this.#resume?.();
  }

  abort(): void {
    this.#stop(new ClientGone());
  }

  /** The deadline of the whole call has passed. */
  expire(): void {
    if (this.#done) return;
    const refusal = new GatewayError('GW_BACKEND_TIMEOUT', 'The backend did not complete its answer in time.');
    this.#stop(refusal);
    this.#fail(refusal, undefined);
  }

  #stop(reason: Error): void {
    if (this.#done) return;
    this.#finish();
    this.#abort?.(reason);
    this.#body?.destroy();
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#deadline);
    this.#exchange.backendMs = this.#clock.steady() - this.#exchange.backendStartedAt;
  }

  #fail(refusal: GatewayError, cause: unknown): void {
    const exchange = this.#exchange;
    exchange.cause = cause instanceof GatewayError ? undefined : cause;
    exchange.code = refusal.code;
    exchange.fault = catalogue[refusal.code].fault;
    this.#chain.refuse(exchange, refusal);
  }
}

function passDeadline(call: BackendCall): void {
  call.expire();
}

/** The path without base path, joined to the endpoint's own; the query as it came. */
function backendPath(exchange: Exchange, endpoint: Endpoint, baseLength: number): string {
  const path = `${endpoint.prefix}${exchange.path.slice(baseLength)}`;
  return `${path === '' ? '/' : path}${exchange.query}`;
}

function hasNoBody(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

import { GatewayError, replyFor } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { type Filter, type FilterName, filterOrder } from './filter.ts';
import { grpcReply, grpcStatusOf, grpcTrailers, isGrpc } from './grpc.ts';

/** Called with every call that no filter answered. Never throws. */
export type Forward = (exchange: Exchange) => void;

/** Told about errors that are the gateway's own; never about refusals. */
export type ReportError = (exchange: Exchange, error: unknown) => void;

type Step = (exchange: Exchange) => void | Promise<void>;

/**
 * The filters in their order, sorted and split once. Runs without a promise as long as filters return none, which today
 * all do: a call then costs no microtask here.
 */
export class Chain {
  readonly #before: readonly Step[];
  /** Of each step in `#before`. */
  readonly #names: readonly FilterName[];
  readonly #answer: readonly ((exchange: Exchange) => void)[];
  readonly #end: readonly ((exchange: Exchange) => void)[];
  readonly #forward: Forward;
  readonly #report: ReportError;

  constructor(filters: readonly Filter[], forward: Forward, report: ReportError) {
    const sorted = filters.toSorted((a, b) => filterOrder.indexOf(a.name) - filterOrder.indexOf(b.name));
    this.#before = sorted.flatMap((filter) => filter.onRequest ?? []);
    this.#names = sorted.flatMap((filter) => (filter.onRequest === undefined ? [] : [filter.name]));
    this.#answer = sorted.flatMap((filter) => filter.onAnswer ?? []);
    this.#end = sorted.flatMap((filter) => filter.onEnd ?? []).reverse();
    this.#forward = forward;
    this.#report = report;
  }

  /** Takes a call to its answer or its backend. */
  run(exchange: Exchange): void {
    this.#runFrom(exchange, 0);
  }

  /** Takes a call that the filter `name` has begun by itself through the filters behind it. */
  runBehind(name: FilterName, exchange: Exchange): void {
    this.#runFrom(exchange, this.#names.indexOf(name) + 1);
  }

  /** Refuses a call whose head is not sent yet: a GatewayError by its code, anything else as the one generic 500. */
  refuse(exchange: Exchange, error: unknown): void {
    if (exchange.finished) return;
    const isOfGrpc = isGrpc(exchange);
    if (exchange.status !== 0 && !isOfGrpc) {
      exchange.downstream.abort();
      return;
    }
    const reply = replyFor(error, exchange.requestId);
    if (!(error instanceof GatewayError)) this.#report(exchange, error);
    else if (error.cause !== undefined) exchange.cause = error.cause;
    if (isOfGrpc) exchange.grpcStatus = grpcStatusOf(reply.status);
    if (exchange.status !== 0) {
      // What has come so far stands, and its end says what became of the rest.
      exchange.downstream.end(grpcTrailers(reply));
      return;
    }
    exchange.reply = isOfGrpc ? grpcReply(reply) : reply;
    exchange.code = reply.code;
    exchange.fault = reply.fault;
    this.#send(exchange);
  }

  /** Filters add their fields to the answer; the transport calls it right before it sends the head. */
  answering(exchange: Exchange): void {
    if (exchange.answerPrepared) return;
    exchange.answerPrepared = true;
    for (const onAnswer of this.#answer) onAnswer(exchange);
  }

  /** The transport calls it once for each call, when the last byte is out or the client is gone. `now`: steady milliseconds. */
  ended(exchange: Exchange, now: number): void {
    if (exchange.finished) return;
    exchange.finished = true;
    exchange.totalMs = now - exchange.startedAt;
    for (const onEnd of this.#end) onEnd(exchange);
  }

  #runFrom(exchange: Exchange, first: number): void {
    try {
      for (let i = first; i < this.#before.length && exchange.reply === null; i++) {
        const pending = this.#before[i]?.(exchange);
        if (pending === undefined) continue;
        this.#runAfter(pending, exchange, i + 1);
        return;
      }
      if (exchange.finished) return;
      if (exchange.reply === null) this.#forward(exchange);
      else this.#send(exchange);
    } catch (error) {
      this.refuse(exchange, error);
    }
  }

  /** Apart from the loop, which else would make a scope for each filter of each call. */
  #runAfter(pending: Promise<void>, exchange: Exchange, next: number): void {
    pending.then(
      () => this.#runFrom(exchange, next),
      (error: unknown) => this.refuse(exchange, error),
    );
  }

  #send(exchange: Exchange): void {
    const { reply, downstream } = exchange;
    if (reply === null) return;
    const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
    // A 304 would have to say how long the answer is that it stands for (RFC 9110, 8.6).
    downstream.writeHead(reply.status, reply.headers, reply.status === 304 ? -1 : body.length);
    if (exchange.method !== 'HEAD') downstream.write(body);
    downstream.end();
  }
}

import { type Downstream, Exchange } from '../exchange.ts';

/** Calls the backend of an exchange; never throws. */
export type CallBackend = (exchange: Exchange) => void;

/**
 * A call of the backend that no client waits for. It is none of the calls that are counted, limited or logged; whoever
 * begins it bounds how many there are.
 */
export class DetachedCall implements Downstream {
  readonly exchange: Exchange;
  /** Called once, when the answer is complete or there will be none. */
  readonly #onOver: (status: number) => void;
  readonly #maxMs: number;
  #timer: NodeJS.Timeout | undefined = undefined;
  #isOver = false;

  /** `maxMs`: how long it may take, if the backend's own timeout is not shorter. */
  constructor(original: Exchange, onOver: (status: number) => void, maxMs = Number.POSITIVE_INFINITY) {
    this.exchange = copyOf(original, this);
    this.#onOver = onOver;
    this.#maxMs = maxMs;
  }

  writeHead(status: number): void {
    this.exchange.status = status;
  }

  write(): boolean {
    return true;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.exchange.finished = true;
    this.#onOver(this.exchange.status);
  }

  abort(): void {
    this.exchange.status = 0;
    this.end();
  }

  setDeadline(_now: number, ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.exchange.upstream?.expire(), Math.ceil(Math.min(ms, this.#maxMs)));
  }

  // Its request has no body, or one that the exchange holds.
  readBody(): void {}
  resumeBody(): void {}
}

/** The same request, as far as filters have decided, with nothing of an answer. */
function copyOf(original: Exchange, downstream: Downstream): Exchange {
  return Object.assign(Object.create(Exchange.prototype) as Exchange, original, {
    downstream,
    reply: null,
    answerHeaders: [],
    answerPrepared: false,
    status: 0,
    grpcStatus: -1,
    code: '',
    fault: '',
    cause: undefined,
    upstream: null,
    bodySample: null,
    cacheFlight: null,
    backendStartedAt: 0,
    backendMs: 0,
    finished: false,
  });
}

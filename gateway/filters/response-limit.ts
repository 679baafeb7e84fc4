import { GatewayError, replyFor } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Filter } from './filter.ts';
import { PassingDownstream } from './passing-downstream.ts';

/** Refuses an answer that says that it is too large, and breaks off one that turns out to be. */
export function responseLimit(): Filter {
  return {
    name: 'response-limit',
    onRequest(exchange) {
      const limit = exchange.api?.maxResponseBytes;
      if (limit !== undefined) exchange.downstream = new BoundedDownstream(exchange, limit);
    },
  };
}

class BoundedDownstream extends PassingDownstream {
  readonly #exchange: Exchange;
  readonly #limit: number;
  #length = 0;
  #isRefused = false;

  constructor(exchange: Exchange, limit: number) {
    super(exchange.downstream);
    this.#exchange = exchange;
    this.#limit = limit;
  }

  override writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    const { reply, method } = this.#exchange;
    // The head of an answer to HEAD tells the length of another answer; after a 101 there is none.
    const counts = reply === null && method !== 'HEAD' && status !== 101 && status !== 304;
    if (counts && bodyLength > this.#limit) this.#refuse();
    else this.next.writeHead(status, fields, bodyLength);
  }

  override write(piece: Buffer): boolean {
    if (this.#isRefused) return true;
    if (this.#exchange.reply !== null || this.#exchange.status === 101) return this.next.write(piece);
    this.#length += piece.length;
    if (this.#length <= this.#limit) return this.next.write(piece);
    this.#isRefused = true;
    this.#blame();
    this.#exchange.upstream?.abort();
    this.next.abort();
    return true;
  }

  override end(trailers?: readonly string[]): void {
    if (!this.#isRefused) this.next.end(trailers);
  }

  override abort(): void {
    if (!this.#isRefused) this.next.abort();
  }

  #refuse(): void {
    const exchange = this.#exchange;
    const reply = replyFor(this.#blame(), exchange.requestId);
    exchange.reply = reply;
    this.#isRefused = true;
    exchange.upstream?.abort();
    const body = Buffer.from(reply.body);
    this.next.writeHead(reply.status, reply.headers, body.length);
    this.next.write(body);
    this.next.end();
  }

  #blame(): GatewayError {
    this.#exchange.code = 'GW_RESPONSE_TOO_LARGE';
    this.#exchange.fault = 'provider';
    return new GatewayError('GW_RESPONSE_TOO_LARGE', `An answer of this API has at most ${this.#limit} bytes.`, {
      members: { maxResponseBytes: this.#limit },
    });
  }
}

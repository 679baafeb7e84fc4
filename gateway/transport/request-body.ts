import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Exchange } from '../exchange.ts';
import { bodyTooLarge } from '../filters/body-limit.ts';
import { ClientGone } from '../proxy/backend-call.ts';

/**
 * The body of one request as a stream that counts, stops at `limit` bytes with an error, and takes no more from the
 * socket than its reader wants. Destroying it leaves the connection alone: an answer may still have to go out there.
 */
export class RequestBody extends Readable {
  readonly #request: IncomingMessage;
  readonly #exchange: Exchange;
  readonly #limit: number;

  constructor(request: IncomingMessage, exchange: Exchange, limit: number) {
    super({ autoDestroy: true, highWaterMark: 64 * 1024 });
    this.#request = request;
    this.#exchange = exchange;
    this.#limit = limit;
    request.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose).on('error', this.#onClose);
    request.pause();
  }

  override _read(): void {
    this.#request.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#request.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    callback(error);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#exchange.bytesIn += chunk.length;
    if (this.#exchange.bytesIn > this.#limit) this.destroy(bodyTooLarge(this.#limit));
    else if (!this.push(chunk)) this.#request.pause();
  };

  readonly #onEnd = (): void => {
    this.push(null);
  };

  readonly #onClose = (): void => {
    if (!this.#request.complete) this.destroy(new ClientGone());
  };
}

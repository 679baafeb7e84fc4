import type { GatewayError } from '../errors.ts';
import type { Exchange, Upstream } from '../exchange.ts';
import type { ByteMeter } from '../limits/byte-meter.ts';
import { PassingDownstream } from './passing-downstream.ts';

/**
 * Counts the body of an answer on its way to the client, and slows it down where a bandwidth is used up: pieces then wait
 * here, and the backend is not read.
 */
export class MeteredDownstream extends PassingDownstream {
  readonly #exchange: Exchange;
  readonly #meter: ByteMeter;
  readonly #waiting: Buffer[] = [];
  #timer: NodeJS.Timeout | undefined = undefined;
  /** The backend's side; null: the gateway answers itself. */
  #inner: Upstream | null = null;
  /** The backend was told to wait. */
  #holds = false;
  #ended: { readonly trailers: readonly string[] | undefined } | null = null;

  constructor(exchange: Exchange, meter: ByteMeter) {
    super(exchange.downstream);
    this.#exchange = exchange;
    this.#meter = meter;
  }

  override writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    this.#inner = this.#exchange.upstream;
    if (this.#inner !== null) this.#exchange.upstream = new MeteredUpstream(this, this.#inner);
    this.next.writeHead(status, fields, bodyLength);
  }

  override write(piece: Buffer): boolean {
    if (this.#waiting.length === 0 && this.#mayGo()) return this.#send(piece);
    this.#waiting.push(piece);
    this.#holds = true;
    return false;
  }

  override end(trailers?: readonly string[]): void {
    if (this.#waiting.length === 0) this.next.end(trailers);
    else this.#ended = { trailers };
  }

  override abort(): void {
    this.close();
    this.next.abort();
  }

  /** The client takes more. */
  resume(): void {
    if (this.#waiting.length === 0) this.#inner?.resume();
  }

  /** Nothing more goes out. */
  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #send(piece: Buffer): boolean {
    this.#meter.count(piece.length);
    return this.next.write(piece);
  }

  /** False: wait; {@link #goOn} comes later. */
  #mayGo(): boolean {
    const waitMs = this.#meter.waitMs();
    if (waitMs === 0) return true;
    this.#timer = setTimeout(() => this.#goOn(), waitMs);
    return false;
  }

  #goOn(): void {
    if (this.#exchange.finished) {
      this.close();
      return;
    }
    let isTaken = true;
    while (this.#waiting.length > 0) {
      if (!this.#mayGo()) return;
      const piece = this.#waiting.shift();
      if (piece !== undefined) isTaken = this.#send(piece);
    }
    if (this.#ended !== null) this.next.end(this.#ended.trailers);
    else if (this.#holds && isTaken) this.#inner?.resume();
    this.#holds = false;
  }
}

/** What the client's side speaks to meanwhile. */
class MeteredUpstream implements Upstream {
  readonly #meter: MeteredDownstream;
  readonly #inner: Upstream;

  constructor(meter: MeteredDownstream, inner: Upstream) {
    this.#meter = meter;
    this.#inner = inner;
  }

  resume(): void {
    this.#meter.resume();
  }

  abort(): void {
    this.#meter.close();
    this.#inner.abort();
  }

  onBody(piece: Buffer): boolean {
    return this.#inner.onBody(piece);
  }

  onBodyEnd(): void {
    this.#inner.onBodyEnd();
  }

  expire(): void {
    this.#inner.expire();
  }

  onBodyFault(fault: GatewayError): void {
    this.#inner.onBodyFault(fault);
  }
}

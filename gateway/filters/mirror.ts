import type { Exchange, Upstream } from '../exchange.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import { type CallBackend, DetachedCall } from '../proxy/detached-call.ts';
import type { MirrorEntry } from '../snapshot/model.ts';
import type { Filter } from './filter.ts';
import { PassingDownstream } from './passing-downstream.ts';

export interface MirrorDeps {
  readonly metrics: PolicyMetrics;
  readonly callBackend: CallBackend;
  /** 0 to 1. */
  readonly chance: () => number;
}

/**
 * Sends copies of calls to another backend, whose answers are counted and dropped. The call itself waits for nothing of it:
 *
 *   body ──▶ backend ──▶ answer ──▶ client
 *     └copy──▶ complete ──▶ mirror ──▶ answer ──▶ counted
 */
export function mirror(deps: MirrorDeps): Filter {
  return {
    name: 'mirror',
    onRequest(exchange) {
      const entry = exchange.api?.mirror ?? null;
      if (entry === null || exchange.upgrade !== '' || !entry.methods.has(exchange.method)) return;
      if (deps.chance() < entry.rate) copy(exchange, entry, deps);
    },
  };
}

function copy(exchange: Exchange, entry: MirrorEntry, deps: MirrorDeps): void {
  const { body, bodyLength } = exchange;
  if (bodyLength > entry.maxBodyBytes) deps.metrics.countMirrored(exchange, 'too_large');
  else if (entry.inFlight >= entry.maxCalls) deps.metrics.countMirrored(exchange, 'shed');
  else if (bodyLength === 0 || body !== null) new Copy(exchange, entry, deps).send(body);
  else exchange.downstream = new TeeingDownstream(exchange, entry, deps);
}

/** One place among those that may be under way; given back once. */
class Copy {
  readonly #exchange: Exchange;
  readonly #entry: MirrorEntry;
  readonly #deps: MirrorDeps;

  constructor(exchange: Exchange, entry: MirrorEntry, deps: MirrorDeps) {
    this.#exchange = exchange;
    this.#entry = entry;
    this.#deps = deps;
    entry.inFlight++;
  }

  /** Not before the call itself is on its way. */
  send(body: Buffer | null): void {
    setImmediate(() => this.#send(body));
  }

  #send(body: Buffer | null): void {
    const call = new DetachedCall(this.#exchange, (status) => this.end(outcomeOf(call, status)), this.#entry.timeoutMs);
    const { exchange } = call;
    exchange.variant = this.#entry.variant;
    exchange.rawHeaders = [...exchange.rawHeaders, 'Simpul-Mirrored', 'true'];
    exchange.body = body;
    exchange.bodyLength = body === null ? 0 : body.length;
    this.#deps.callBackend(exchange);
  }

  end(outcome: string): void {
    this.#entry.inFlight--;
    this.#deps.metrics.countMirrored(this.#exchange, outcome);
  }
}

/** `2xx` of the mirror's own answer, or `failed`. */
function outcomeOf({ exchange }: DetachedCall, status: number): string {
  return status === 0 || exchange.code !== '' ? 'failed' : `${Math.floor(status / 100)}xx`;
}

/** Copies the body of the request as it passes. */
class TeeingDownstream extends PassingDownstream {
  readonly #exchange: Exchange;
  readonly #entry: MirrorEntry;
  readonly #deps: MirrorDeps;

  constructor(exchange: Exchange, entry: MirrorEntry, deps: MirrorDeps) {
    super(exchange.downstream);
    this.#exchange = exchange;
    this.#entry = entry;
    this.#deps = deps;
  }

  override readBody(limit: number): void {
    const { upstream } = this.#exchange;
    if (upstream !== null && this.#entry.inFlight < this.#entry.maxCalls) {
      const copy = new Copy(this.#exchange, this.#entry, this.#deps);
      this.#exchange.upstream = new TeeingUpstream(upstream, copy, this.#entry.maxBodyBytes);
    }
    this.next.readBody(limit);
  }
}

class TeeingUpstream implements Upstream {
  readonly #inner: Upstream;
  readonly #maxBytes: number;
  /** Null: it is sent, or given up. */
  #copy: Copy | null;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(inner: Upstream, copy: Copy, maxBytes: number) {
    this.#inner = inner;
    this.#copy = copy;
    this.#maxBytes = maxBytes;
  }

  onBody(piece: Buffer): boolean {
    if (this.#copy !== null) this.#keep(piece);
    return this.#inner.onBody(piece);
  }

  onBodyEnd(): void {
    this.#copy?.send(Buffer.concat(this.#pieces));
    this.#copy = null;
    this.#pieces = [];
    this.#inner.onBodyEnd();
  }

  onBodyFault(fault: Parameters<Upstream['onBodyFault']>[0]): void {
    this.#giveUp('aborted');
    this.#inner.onBodyFault(fault);
  }

  abort(): void {
    this.#giveUp('aborted');
    this.#inner.abort();
  }

  resume(): void {
    this.#inner.resume();
  }

  expire(): void {
    this.#giveUp('aborted');
    this.#inner.expire();
  }

  /** A copy of the piece, which is a view of a whole read. */
  #keep(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > this.#maxBytes) this.#giveUp('too_large');
    else this.#pieces.push(Buffer.from(piece));
  }

  #giveUp(outcome: string): void {
    this.#copy?.end(outcome);
    this.#copy = null;
    this.#pieces = [];
  }
}

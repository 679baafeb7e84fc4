import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { GatewayError, replyFor } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { headerOf } from '../validation/call-source.ts';
import { mediaTypeOf } from '../validation/media-types.ts';
import type { BodyChecks, OperationCheck } from '../validation/operation-check.ts';
import { PassingDownstream } from './passing-downstream.ts';
import type { ActiveMode } from './validation.ts';

/** Bytes of an answer that is checked, before and after it is unpacked; a larger one passes and is counted as unchecked. */
export const mostCheckedAnswerBytes = 1024 * 1024;

/**
 * Compares the backend's answer with the definition. With Enforce the answer is held until it is judged, and a wrong one
 * becomes a 502; with Report it passes at once, and a copy is judged at its end. Answers of the gateway itself pass.
 *
 *   head ──▶ nothing to check ──▶ passing
 *     └────▶ Enforce: holding ──too large──▶ passing      Report: copying ──too large──▶ passing
 *                │ end: right ──▶ sent · wrong ──▶ 502 (replaced)      └ end: counted
 */
export class AnswerCheck extends PassingDownstream {
  readonly #exchange: Exchange;
  readonly #check: OperationCheck;
  readonly #mode: ActiveMode;
  readonly #metrics: GatewayMetrics;
  #state: 'passing' | 'holding' | 'copying' | 'replaced' = 'passing';
  #bodies: BodyChecks | undefined;
  #head: { readonly status: number; readonly fields: readonly string[]; readonly bodyLength: number } | undefined;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(
    exchange: Exchange,
    check: OperationCheck,
    { mode, metrics }: { readonly mode: ActiveMode; readonly metrics: GatewayMetrics },
  ) {
    super(exchange.downstream);
    this.#exchange = exchange;
    this.#check = check;
    this.#mode = mode;
    this.#metrics = metrics;
  }

  override writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    if (this.#exchange.reply !== null) {
      // The gateway's own: also when a backend broke off while its answer was held.
      this.#state = 'passing';
      this.#pieces = [];
    }
    const isBackends = this.#exchange.reply === null && status >= 200 && status !== 304;
    const rule = isBackends ? this.#judgeHead(status, fields, bodyLength) : undefined;
    if (rule !== undefined && this.#blames(rule)) {
      this.#replace();
      return;
    }
    if (this.#state === 'holding') this.#head = { status, fields, bodyLength };
    else this.next.writeHead(status, fields, bodyLength);
  }

  override write(piece: Buffer): boolean {
    if (this.#state === 'replaced') return true;
    if (this.#state === 'passing') return this.next.write(piece);
    this.#length += piece.length;
    if (this.#length > mostCheckedAnswerBytes) return this.#giveUp(piece);
    // A copy: the piece is a view of what the next read overwrites or would keep alive.
    this.#pieces.push(Buffer.from(piece));
    return this.#state === 'holding' ? true : this.next.write(piece);
  }

  override end(trailers?: readonly string[]): void {
    if (this.#state === 'replaced') return;
    const rule = this.#state === 'passing' ? undefined : this.#judgeBody();
    if (rule !== undefined && this.#blames(rule)) {
      this.#replace();
      return;
    }
    if (this.#state === 'holding') this.#release();
    this.next.end(trailers);
  }

  override abort(): void {
    if (this.#state === 'replaced') return;
    this.#pieces = [];
    this.next.abort();
  }

  /** The rule that the head breaks; decides how the body is looked at. */
  #judgeHead(status: number, fields: readonly string[], bodyLength: number): string | undefined {
    const bodies = this.#check.responseFor(status);
    // Errors need not be described: every server has more of them than its definition.
    if (bodies === undefined) return status < 300 ? `status ${status} is not in the definition` : undefined;
    if (bodies.isEmpty || this.#exchange.method === 'HEAD' || status === 204 || bodyLength === 0) return undefined;
    const type = mediaTypeOf(headerOf(fields, 'content-type'));
    if (!bodies.takes(type)) return `media type of ${status} is not in the definition`;
    if (!bodies.has(type)) return undefined;
    if (bodyLength > mostCheckedAnswerBytes) {
      this.#metrics.countUnchecked(this.#exchange.api?.id ?? '', 'response');
      return undefined;
    }
    this.#bodies = bodies;
    this.#head = { status, fields, bodyLength };
    this.#state = this.#mode === 'Enforce' ? 'holding' : 'copying';
    return undefined;
  }

  #judgeBody(): string | undefined {
    const { fields = [] } = this.#head ?? {};
    const body = unpacked(Buffer.concat(this.#pieces), headerOf(fields, 'content-encoding') ?? '');
    if (body === undefined) {
      this.#metrics.countUnchecked(this.#exchange.api?.id ?? '', 'response');
      return undefined;
    }
    return this.#bodies?.check(mediaTypeOf(headerOf(fields, 'content-type')), body)[0]?.rule;
  }

  /** Notes that the answer breaks a rule. True: it is to be replaced. */
  #blames(rule: string): boolean {
    if (this.#exchange.brokenRule === '') this.#exchange.brokenRule = `response: ${rule}`;
    this.#metrics.countInvalid(this.#exchange.api?.id ?? '', 'response');
    return this.#mode === 'Enforce';
  }

  #release(): void {
    const { status, fields, bodyLength } = this.#head ?? { status: 502, fields: [], bodyLength: 0 };
    this.#state = 'passing';
    this.next.writeHead(status, fields, bodyLength);
    for (const piece of this.#pieces) this.next.write(piece);
    this.#pieces = [];
  }

  #giveUp(piece: Buffer): boolean {
    this.#metrics.countUnchecked(this.#exchange.api?.id ?? '', 'response');
    if (this.#state === 'holding') this.#release();
    this.#state = 'passing';
    this.#pieces = [];
    return this.next.write(piece);
  }

  /** What is left of the backend's answer is read and dropped. */
  #replace(): void {
    const exchange = this.#exchange;
    const error = new GatewayError(
      'GW_RESPONSE_INVALID',
      'The backend answered otherwise than the definition of the API says; its owner finds the rule in the log.',
    );
    const reply = replyFor(error, exchange.requestId);
    exchange.reply = reply;
    exchange.code = reply.code;
    exchange.fault = reply.fault;
    this.#state = 'replaced';
    this.#pieces = [];
    const body = Buffer.from(reply.body);
    this.next.writeHead(reply.status, reply.headers, body.length);
    if (exchange.method !== 'HEAD') this.next.write(body);
    this.next.end();
  }
}

const unpackers: ReadonlyMap<string, (packed: Buffer, options: { maxOutputLength: number }) => Buffer> = new Map([
  ['', (plain: Buffer) => plain],
  ['identity', (plain: Buffer) => plain],
  ['gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

/** Undefined: it cannot be unpacked, or is too large. */
function unpacked(body: Buffer, encoding: string): Buffer | undefined {
  try {
    return unpackers.get(encoding.trim().toLowerCase())?.(body, { maxOutputLength: mostCheckedAnswerBytes });
  } catch {
    return undefined;
  }
}

import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib';
import { fieldValue } from '../cache/fields.ts';
import type { GatewayError } from '../errors.ts';
import type { Exchange, Upstream } from '../exchange.ts';
import { PassingDownstream } from '../filters/passing-downstream.ts';
import type { AnswerMetrics } from '../metrics/answer-metrics.ts';
import type { Encoding } from './accept-encoding.ts';
import { type CompressionPolicy, encodedFields, varied, weakened } from './compression-policy.ts';

/** Most answers that are compressed at one time, at up to 1 MiB of memory each; others go as they are. */
const maxCompressors = 128;
/** How long bytes of an answer whose length is not known may wait for more of them. */
const flushAfterMs = 50;

/** Who shares the bound. */
export interface CompressionHost {
  readonly metrics: AnswerMetrics;
  compressors: number;
}

/**
 * Compresses an answer on its way to the client, by zlib's threads:
 *
 *   backend ──write──▶ compressor ──data──▶ client
 *      ◀── full: false, then resume() ──┘ ◀── full: pause, then resume()
 *
 * It takes the place of `exchange.upstream` meanwhile, because the client's side tells that one when it takes more.
 */
export class CompressingDownstream extends PassingDownstream {
  readonly #exchange: Exchange;
  readonly #policy: CompressionPolicy;
  readonly #encoding: Encoding | null;
  readonly #host: CompressionHost;
  /** The backend's side; null: the gateway answers itself. */
  #inner: Upstream | null = null;
  #stream: ReturnType<typeof openStream> | null = null;
  #streams = false;
  /** Compressed before. */
  #ready: Buffer | null = null;
  /** Takes the whole body once it is compressed; null: nobody wants it. */
  #keep: ((body: Buffer) => void) | null = null;
  #pieces: Buffer[] = [];
  #flushTimer: NodeJS.Timeout | undefined = undefined;
  #trailers: readonly string[] | undefined = undefined;

  constructor(exchange: Exchange, policy: CompressionPolicy, encoding: Encoding | null, host: CompressionHost) {
    super(exchange.downstream);
    this.#exchange = exchange;
    this.#policy = policy;
    this.#encoding = encoding;
    this.#host = host;
  }

  override writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    const encoding = this.#encoding;
    if (status === 304 && encoding !== null) this.next.writeHead(status, varied(weakened(fields)), bodyLength);
    else if (!this.#policy.covers(status, fields, bodyLength)) this.next.writeHead(status, fields, bodyLength);
    else if (encoding !== null && this.#takeReady(encoding, fields)) {
      this.next.writeHead(status, varied(encodedFields(fields, encoding)), this.#ready?.length ?? -1);
    } else if (encoding === null || !this.#begin(encoding)) this.next.writeHead(status, varied(fields), bodyLength);
    else {
      this.#streams = bodyLength < 0;
      this.next.writeHead(status, varied(encodedFields(fields, encoding)), -1);
    }
  }

  override write(piece: Buffer): boolean {
    if (this.#ready !== null) return true;
    if (this.#stream === null) return this.next.write(piece);
    if (this.#streams) this.#flushTimer ??= setTimeout(() => this.#flush(), flushAfterMs);
    this.#host.metrics.countCompressed('in', piece.length);
    return this.#stream.write(piece);
  }

  override end(trailers?: readonly string[]): void {
    this.#trailers = trailers;
    if (this.#ready !== null && this.#exchange.method !== 'HEAD') this.next.write(this.#ready);
    if (this.#stream === null) this.next.end(trailers);
    else this.#stream.end();
  }

  override abort(): void {
    this.#close();
    this.next.abort();
  }

  /** The client takes more. */
  resume(): void {
    this.#stream?.resume();
    if (this.#stream === null || !this.#stream.writableNeedDrain) this.#inner?.resume();
  }

  /** The client is gone. */
  leave(): void {
    this.#close();
    this.#inner?.abort();
  }

  /** Whether the answer is a stored one, which was compressed before; if it was not, it is kept for the next. */
  #takeReady(encoding: Encoding, fields: readonly string[]): boolean {
    const packed = this.#exchange.reply?.packed;
    if (packed === undefined || packed.contentType !== fieldValue(fields, 'content-type')) return false;
    this.#ready = packed.get(encoding) ?? null;
    if (this.#ready !== null) return true;
    this.#keep = (body) => packed.put(encoding, body);
    this.#pieces = [];
    return false;
  }

  /** False: as many are compressed as may be. A HEAD is told what a GET would be, and there is nothing to compress. */
  #begin(encoding: Encoding): boolean {
    if (this.#exchange.method === 'HEAD') return true;
    if (this.#host.compressors >= maxCompressors) return false;
    this.#host.compressors++;
    const stream = openStream(encoding);
    this.#stream = stream;
    this.#inner = this.#exchange.upstream;
    this.#exchange.upstream = new CompressorsUpstream(this, this.#inner);
    stream.on('data', (bytes: Buffer) => this.#onCompressed(bytes));
    stream.on('drain', () => this.#inner?.resume());
    stream.on('end', () => this.#onEnd());
    stream.on('error', () => this.abort());
    return true;
  }

  #onCompressed(bytes: Buffer): void {
    this.#host.metrics.countCompressed('out', bytes.length);
    if (this.#keep !== null) this.#pieces.push(bytes);
    if (!this.next.write(bytes)) this.#stream?.pause();
  }

  #onEnd(): void {
    this.#close();
    this.#keep?.(Buffer.concat(this.#pieces));
    this.next.end(this.#trailers);
  }

  #flush(): void {
    this.#flushTimer = undefined;
    this.#stream?.flush();
  }

  #close(): void {
    if (this.#stream === null) return;
    clearTimeout(this.#flushTimer);
    this.#stream.removeAllListeners('data').removeAllListeners('end').destroy();
    this.#stream = null;
    this.#host.compressors--;
  }
}

/** What the client's side speaks to meanwhile. `inner`: the backend's side; null: the gateway answers itself. */
class CompressorsUpstream implements Upstream {
  readonly #compressor: CompressingDownstream;
  readonly #inner: Upstream | null;

  constructor(compressor: CompressingDownstream, inner: Upstream | null) {
    this.#compressor = compressor;
    this.#inner = inner;
  }

  resume(): void {
    this.#compressor.resume();
  }

  abort(): void {
    this.#compressor.leave();
  }

  onBody(piece: Buffer): boolean {
    return this.#inner?.onBody(piece) ?? true;
  }

  onBodyEnd(): void {
    this.#inner?.onBodyEnd();
  }

  onBodyFault(fault: GatewayError): void {
    this.#inner?.onBodyFault(fault);
  }

  expire(): void {
    this.#inner?.expire();
  }
}

/** Fast rather than small, with windows that keep a compressor below 1 MiB. */
function openStream(encoding: Encoding) {
  switch (encoding) {
    case 'br':
      return createBrotliCompress({
        params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 17 },
      });
    case 'gzip':
      return createGzip({ level: 5 });
    case 'zstd':
      return createZstdCompress({
        params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_windowLog]: 17 },
      });
  }
}

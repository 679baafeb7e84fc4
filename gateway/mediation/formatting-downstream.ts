import { parseCacheControl } from '../cache/cache-control.ts';
import { fieldValue, without } from '../cache/fields.ts';
import type { Exchange } from '../exchange.ts';
import { PassingDownstream } from '../filters/passing-downstream.ts';
import type { AnswerMetrics } from '../metrics/answer-metrics.ts';
import { type Format, formatRules } from './formats.ts';
import { readJson } from './read-json.ts';

/** Bytes of an answer that is written anew: it is held in memory, and no other call is served meanwhile. */
export const mostFormattedBytes = 2 * 1024 * 1024;

/**
 * Writes a JSON answer in the format that the caller asked for:
 *
 *   head ──▶ no JSON, too large, a part, encoded ──▶ passing
 *     └────▶ holding ──too large, or no JSON after all──▶ passing
 *                └ end ──▶ written anew
 */
export class FormattingDownstream extends PassingDownstream {
  readonly #exchange: Exchange;
  readonly #format: Format;
  readonly #metrics: AnswerMetrics;
  #head: { readonly status: number; readonly fields: readonly string[]; readonly bodyLength: number } | null = null;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(exchange: Exchange, format: Format, metrics: AnswerMetrics) {
    super(exchange.downstream);
    this.#exchange = exchange;
    this.#format = format;
    this.#metrics = metrics;
  }

  override writeHead(status: number, fields: readonly string[], bodyLength: number): void {
    // A second head is the refusal that takes the place of an answer that broke off.
    this.#drop();
    if (!isConvertible(status, fields, bodyLength)) this.next.writeHead(status, varied(fields), bodyLength);
    else if (this.#exchange.method === 'HEAD') this.next.writeHead(status, this.#changed(fields), -1);
    else this.#head = { status, fields, bodyLength };
  }

  override write(piece: Buffer): boolean {
    if (this.#head === null) return this.next.write(piece);
    this.#length += piece.length;
    // A copy: the piece is a view of what the next read overwrites or would keep alive.
    this.#pieces.push(Buffer.from(piece));
    return this.#length <= mostFormattedBytes || this.#release();
  }

  override end(trailers?: readonly string[]): void {
    const head = this.#head;
    const value = head === null ? undefined : readJson(Buffer.concat(this.#pieces).toString('utf8'));
    const write = formatRules[this.#format].write;
    if (head !== null && value !== undefined && write !== null) {
      const body = Buffer.from(write(value));
      this.#drop();
      this.#metrics.countFormatted(this.#format);
      this.next.writeHead(head.status, this.#changed(head.fields), body.length);
      this.next.write(body);
    } else this.#release();
    this.next.end(trailers);
  }

  override abort(): void {
    this.#drop();
    this.next.abort();
  }

  /** Lets it go as it came. */
  #release(): boolean {
    const head = this.#head;
    const pieces = this.#pieces;
    this.#drop();
    if (head === null) return true;
    this.next.writeHead(head.status, varied(head.fields), head.bodyLength);
    return pieces.reduce((_, piece) => this.next.write(piece), true);
  }

  #drop(): void {
    this.#head = null;
    this.#pieces = [];
    this.#length = 0;
  }

  #changed(fields: readonly string[]): readonly string[] {
    const kept = without(fields, aboutBytes);
    const etag = fieldValue(fields, 'etag');
    // Each format has a tag of its own.
    if (etag !== '') kept.push('ETag', `W/${etag.replace(/^W\//, '').replace(/"$/, `-${this.#format}"`)}`);
    return varied([...kept, 'Content-Type', formatRules[this.#format].contentType]);
  }
}

/** About the bytes as they were. */
const aboutBytes = new Set([
  ...['content-type', 'etag', 'accept-ranges'],
  ...['content-md5', 'digest', 'content-digest', 'repr-digest'],
]);

function isConvertible(status: number, fields: readonly string[], bodyLength: number): boolean {
  if (status < 200 || status === 204 || status === 206 || status === 304) return false;
  if (bodyLength === 0 || bodyLength > mostFormattedBytes) return false;
  const type = (fieldValue(fields, 'content-type').split(';')[0] ?? '').trim().toLowerCase();
  // Problem documents are read by those who look for the cause, whatever they asked for.
  if (type === 'application/problem+json' || !(type === 'application/json' || type.endsWith('+json'))) return false;
  const coding = fieldValue(fields, 'content-encoding').toLowerCase();
  if (coding !== '' && coding !== 'identity') return false;
  return !parseCacheControl(fieldValue(fields, 'cache-control')).has('no-transform');
}

/** With the note that who accepts something else gets something else. */
export function varied(fields: readonly string[]): readonly string[] {
  const vary = fieldValue(fields, 'vary').toLowerCase();
  return vary === '*' || /(^|[\s,])accept($|[\s,])/.test(vary) ? fields : [...fields, 'Vary', 'Accept'];
}

import type { CompiledCompression } from '#api/compiled/contract.ts';
import { parseCacheControl } from '../cache/cache-control.ts';
import { fieldValue, without } from '../cache/fields.ts';
import type { Encoding } from './accept-encoding.ts';

/** Which answers of an API are compressed, made ready to be asked for each. */
export class CompressionPolicy {
  readonly encodings: readonly Encoding[];
  readonly #minBytes: number;
  /** `application/json`. */
  readonly #exact: ReadonlySet<string>;
  /** `text/`. */
  readonly #prefixes: readonly string[];
  /** `+json`. */
  readonly #suffixes: readonly string[];

  constructor({ encodings, minBytes, types }: CompiledCompression) {
    this.encodings = encodings;
    this.#minBytes = minBytes;
    this.#exact = new Set(types.filter((type) => !type.includes('*')));
    this.#prefixes = types.filter((type) => type.endsWith('/*')).map((type) => type.slice(0, -1));
    this.#suffixes = types.filter((type) => type.startsWith('*')).map((type) => type.slice(1));
  }

  /** Whether an answer like this is compressed for whoever wants it. */
  covers(status: number, fields: readonly string[], bodyLength: number): boolean {
    if (status < 200 || status === 204 || status === 206 || status === 304) return false;
    if (bodyLength >= 0 && bodyLength < this.#minBytes) return false;
    return this.#coversType(fieldValue(fields, 'content-type')) && mayBeChanged(fields);
  }

  #coversType(contentType: string): boolean {
    const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
    // Events must arrive when they happen, not when enough of them have come together.
    if (type === '' || type === 'text/event-stream') return false;
    if (this.#exact.has(type) || this.#prefixes.some((prefix) => type.startsWith(prefix))) return true;
    return this.#suffixes.some((suffix) => type.endsWith(suffix));
  }
}

function mayBeChanged(fields: readonly string[]): boolean {
  const coding = fieldValue(fields, 'content-encoding').toLowerCase();
  if (coding !== '' && coding !== 'identity') return false;
  if (fieldValue(fields, 'content-range') !== '') return false;
  return !parseCacheControl(fieldValue(fields, 'cache-control')).has('no-transform');
}

/** About the bytes as they were, or about parts of them. */
const aboutBytes = new Set([
  ...['content-encoding', 'etag', 'accept-ranges'],
  ...['content-md5', 'digest', 'content-digest', 'repr-digest'],
]);

/** The fields of the answer once it is compressed. */
export function encodedFields(fields: readonly string[], encoding: Encoding): string[] {
  const kept = without(fields, aboutBytes);
  const etag = fieldValue(fields, 'etag');
  if (etag !== '') kept.push('ETag', weak(etag));
  kept.push('Content-Encoding', encoding);
  return kept;
}

/** The bytes are others, what they say is the same (RFC 9110, 8.8.1). */
function weak(etag: string): string {
  return etag.startsWith('W/') ? etag : `W/${etag}`;
}

/** With the note that who accepts something else gets something else. */
export function varied(fields: readonly string[]): readonly string[] {
  const vary = fieldValue(fields, 'vary').toLowerCase();
  return vary.includes('accept-encoding') || vary === '*' ? fields : [...fields, 'Vary', 'Accept-Encoding'];
}

/** A 304 repeats the ETag of the answer that it stands for. */
export function weakened(fields: readonly string[]): readonly string[] {
  const etag = fieldValue(fields, 'etag');
  if (etag === '' || etag.startsWith('W/')) return fields;
  return [...without(fields, new Set(['etag'])), 'ETag', weak(etag)];
}

import type { CompiledFormat } from '#api/compiled/contract.ts';
import { toCsv } from './csv.ts';
import { toPhpArray, toPhpSerialized } from './php.ts';
import type { Value } from './read-json.ts';
import { toXml } from './xml.ts';

export type Format = CompiledFormat;

interface FormatRule {
  /** Content-Type of an answer. */
  readonly contentType: string;
  /** Media types by which Accept asks for it. */
  readonly types: readonly string[];
  /** Null: the answer goes as it is. */
  readonly write: ((value: Value) => string) | null;
}

export const formatRules: Readonly<Record<Format, FormatRule>> = {
  json: { contentType: 'application/json', types: ['application/json'], write: null },
  xml: { contentType: 'application/xml; charset=utf-8', types: ['application/xml', 'text/xml'], write: toXml },
  csv: { contentType: 'text/csv; charset=utf-8; header=present', types: ['text/csv'], write: toCsv },
  php: {
    contentType: 'application/x-php; charset=utf-8',
    types: ['application/x-php', 'text/x-php'],
    write: toPhpArray,
  },
  phpserialize: {
    contentType: 'application/vnd.php.serialized; charset=utf-8',
    types: ['application/vnd.php.serialized'],
    write: toPhpSerialized,
  },
};

/**
 * The format of `offered` that an Accept field asks for (RFC 9110, 12.5.1): the one of the highest weight, of equals the
 * first offered; undefined where it names none of them, so that whoever wants something else altogether gets what there is.
 */
export function acceptedFormat(accept: string, offered: readonly Format[]): Format | undefined {
  if (accept === '') return undefined;
  const ranges = rangesOf(accept);
  let best: Format | undefined;
  let bestWeight = 0;
  for (const format of offered) {
    const weight = Math.max(...formatRules[format].types.map((type) => weightOf(type, ranges)));
    if (weight > bestWeight) {
      best = format;
      bestWeight = weight;
    }
  }
  return best;
}

/** Weights by range, lower case. */
function rangesOf(accept: string): ReadonlyMap<string, number> {
  const ranges = new Map<string, number>();
  for (const item of accept.split(',')) {
    const [range = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    ranges.set(range, weight === undefined ? 1 : Number(/^q=([01](?:\.\d{0,3})?)$/.exec(weight)?.[1] ?? 0));
  }
  return ranges;
}

/** The most specific range decides. */
function weightOf(type: string, ranges: ReadonlyMap<string, number>): number {
  return ranges.get(type) ?? ranges.get(`${type.split('/')[0]}/*`) ?? ranges.get('*/*') ?? 0;
}

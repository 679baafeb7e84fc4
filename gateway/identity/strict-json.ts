import { parseStrictJson as parseStrict } from '#api/json/strict-json.ts';
import { TokenFault } from './token-fault.ts';

/** A JSON object as it was parsed: read its members with {@link Object.hasOwn} or through {@link member}. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Deepest nesting that is read. */
const maxDepth = 32;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses a JSON object whose reading is beyond doubt: UTF-8, and no name twice at any level (RFC 8725, 2.4; RFC 7515, 4:
 * parsers differ in which of two members they take). Throws a {@link TokenFault}, which never quotes the text.
 */
export function parseStrictJson(bytes: Uint8Array): JsonObject {
  const verdict = parseStrict(decode(bytes), maxDepth);
  if (!verdict.ok) throw new TokenFault(faults[verdict.fault]);
  const { value } = verdict;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TokenFault('is not a JSON object');
  return value as JsonObject;
}

const faults = {
  'not JSON': 'is not JSON',
  'nested too deeply': 'is nested too deeply',
  'a name stands twice in an object': 'has a name twice',
} as const;

/** The object's own member, never one of its prototype. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new TokenFault('is not UTF-8');
  }
}

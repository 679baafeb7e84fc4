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
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    throw new TokenFault('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TokenFault('is not a JSON object');
  refuseDoubledNames(text);
  return value as JsonObject;
}

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

/** Strings, and what begins and ends objects and arrays; all else of valid JSON says nothing about names. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/** `text` is valid JSON, so a string before a colon is a name. */
function refuseDoubledNames(text: string): void {
  /** Names of the objects (and, unused, arrays) that are open. */
  const open: Set<string>[] = [];
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === ':') addName(open, last);
    else if (token === '{' || token === '[') beginLevel(open);
    else if (token === '}' || token === ']') open.pop();
    last = token;
  }
}

function beginLevel(open: Set<string>[]): void {
  if (open.length >= maxDepth) throw new TokenFault('is nested too deeply');
  open.push(new Set());
}

function addName(open: readonly Set<string>[], quoted: string): void {
  const name = JSON.parse(quoted) as string;
  if (open.at(-1)?.has(name)) throw new TokenFault('has a name twice');
  open.at(-1)?.add(name);
}

/** JSON as RFC 8259 has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export type JsonVerdict =
  | { readonly ok: true; readonly value: Json }
  /** What is wrong, without a word of the text. */
  | { readonly ok: false; readonly fault: JsonFault };

export type JsonFault = 'not JSON' | 'nested too deeply' | 'a name stands twice in an object';

/**
 * Reads JSON that others will read again with parsers of their own. A name that stands twice in an object is refused:
 * of two parsers one takes the first and one the last, so what was checked would not be what is used. `JSON.parse`
 * drops the earlier one in silence, so the names in the text are counted and compared with those that are left.
 */
export function parseStrictJson(text: string, maxDepth: number): JsonVerdict {
  const { depth, members } = measure(text, maxDepth);
  if (depth > maxDepth) return { ok: false, fault: 'nested too deeply' };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return { ok: false, fault: 'not JSON' };
  }
  if (members > 1 && countMembers(value) !== members) return { ok: false, fault: 'a name stands twice in an object' };
  return { ok: true, value };
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** Deepest nesting and number of colons outside of strings, in one pass; right for any text that is JSON. */
function measure(text: string, maxDepth: number): { readonly depth: number; readonly members: number } {
  let open = 0;
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length && depth <= maxDepth; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === colon) members++;
    else {
      open += nestingOf(code);
      depth = Math.max(depth, open);
    }
  }
  return { depth, members };
}

/** `[` and `{`, `]` and `}` differ in one bit. */
function nestingOf(code: number): number {
  const bracket = code & ~0x20;
  if (bracket === 0x5b) return 1;
  return bracket === 0x5d ? -1 : 0;
}

function endOfString(text: string, start: number): number {
  let at = start;
  do {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
  } while (isEscaped(text, at));
  return at;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
  return backslashes % 2 === 1;
}

function countMembers(value: Json): number {
  if (value === null || typeof value !== 'object') return 0;
  if (Array.isArray(value)) return value.reduce((sum: number, item: Json) => sum + countMembers(item), 0);
  const members = Object.values(value);
  return members.reduce<number>((sum, member) => sum + countMembers(member), members.length);
}

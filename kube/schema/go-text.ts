import { isJsonObject, type JsonValue } from './json.ts';

/**
 * How Go prints values: the API server is written in Go, and its messages quote what a user wrote. These three give the
 * same characters, so that a message of ours can be compared with, and searched for like, one of the API server's.
 */

const escapes = new Map<string, string>([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
]);

/** `%q`: double quotes, with Go's escapes for what cannot be printed. */
export function goQuote(text: string): string {
  let out = '';
  for (const char of text) out += escapes.get(char) ?? (isPrintable(char) ? char : escapeRune(char));
  return `"${out}"`;
}

/** Go prints letters, marks, numbers, punctuation, symbols and the ASCII space as they are. */
function isPrintable(char: string): boolean {
  return char === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char);
}

function escapeRune(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}

/** `json.Marshal`: members sorted by name, and `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export function goJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (isJsonObject(value)) {
    const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${members.map(([key, member]) => `${goJson(key)}:${goJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${hex(char.charCodeAt(0), 4)}`);
}

/** `%v` of a number: whole numbers in full, others as Go prints a float64. */
export function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return String(BigInt(value));
  return goFloat(value);
}

/** `%v` of a float64: an exponent of two digits from 1e+06 on and below 1e-04. */
export function goFloat(value: number): string {
  const magnitude = Math.abs(value);
  const plain = magnitude === 0 || (magnitude >= 1e-4 && magnitude < 1e6);
  const text = plain ? String(value) : value.toExponential();
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

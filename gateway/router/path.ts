/**
 * The one normalisation of a request path; routing, authorization and forwarding all use its result. Whatever two
 * servers could read in two ways is refused, not guessed (docs/gateway.md says the same for readers):
 *
 *   - %XX of an unreserved character is decoded, other escapes get upper-case digits;
 *   - refused: %2F and %5C, escapes of control characters, raw backslash, `//`, dot segments in any spelling (also with
 *     `;parameters`, encoded twice, or by characters that Unicode folds to dots and slashes), bad escapes, bytes that
 *     are not UTF-8, and characters that RFC 3986 does not allow in a path.
 */
export type NormalPath = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string };

/** `raw` is the path of the request target as it came, without the query. Idempotent. */
export function normalizePath(raw: string): NormalPath {
  if (raw.length > maxPathLength) return refuse(`is longer than ${maxPathLength} characters`);
  if (raw.charCodeAt(0) !== slash) return refuse('does not begin with a slash');
  const fault = scan(raw);
  if (fault === plain) return { ok: true, path: raw };
  if (fault !== escaped) return refuse(fault);
  return decode(raw);
}

const maxPathLength = 8192;
const slash = 0x2f;
const percent = 0x25;
const dot = 0x2e;
const semicolon = 0x3b;

/** Results of {@link scan}, beside a reason. */
const plain = '';
const escaped = '%';

/** 0: not allowed raw. 1: allowed. 2: unreserved, so never escaped in the normal form. */
const pathCharacters = new Uint8Array(256);
for (const character of "!$&'()*+,;=:@/") pathCharacters[character.charCodeAt(0)] = 1;
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') {
  pathCharacters[character.charCodeAt(0)] = 2;
}
pathCharacters[percent] = 1;

/** One pass over the raw path, without allocation: `plain`, `escaped` (look closer) or the reason of a refusal. */
function scan(raw: string): string {
  let sawEscape = false;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code === percent) sawEscape = true;
    const fault = code === slash ? segmentFault(raw, i + 1) : characterFault(code);
    if (fault !== undefined) return fault;
  }
  return sawEscape ? escaped : plain;
}

function characterFault(code: number): string | undefined {
  return code < 256 && pathCharacters[code] !== 0 ? undefined : rawFault(code);
}

/** What is wrong with the beginning of the segment at `start`. */
function segmentFault(raw: string, start: number): string | undefined {
  const first = raw.charCodeAt(start);
  if (first === slash) return 'has an empty segment (//)';
  return first === dot && isDotSegment(raw, start) ? dotReason : undefined;
}

const dotReason = 'has a dot segment (. or ..)';

function rawFault(code: number): string {
  if (code === 0x5c) return 'has a backslash';
  if (code <= 0x20 || code === 0x7f) return 'has a space or a control character';
  if (code > 0x7f) return 'has bytes that are not ASCII: send them as %XX of their UTF-8 form';
  return 'has a character that must be sent as %XX';
}

/**
 * Is the segment that begins at `start` (with a dot) `.` or `..`, perhaps with `;parameters` that some servers cut off,
 * also after they have decoded the semicolon?
 */
function isDotSegment(path: string, start: number): boolean {
  const next = path.charCodeAt(start + 1) === dot ? start + 2 : start + 1;
  const end = path.charCodeAt(next);
  if (next >= path.length || end === slash || end === semicolon) return true;
  return hexByte(path, next + 1) === semicolon && path.charAt(next) === '%';
}

const encodedTwice = /%25[0-9A-Fa-f]{2}/;

/** The slow path: some escape occurs. */
function decode(raw: string): NormalPath {
  let path = '';
  let copied = 0;
  let sawHigh = false;
  for (let at = raw.indexOf('%'); at >= 0; at = raw.indexOf('%', at + 3)) {
    const byte = hexByte(raw, at + 1);
    const fault = escapeFault(byte);
    if (fault !== undefined) return refuse(fault);
    sawHigh ||= byte > 0x7f;
    path += raw.slice(copied, at) + normalEscape(raw, at, byte);
    copied = at + 3;
  }
  path += raw.slice(copied);
  const fault = decodedFault(path, sawHigh);
  return fault === undefined ? { ok: true, path } : refuse(fault);
}

function normalEscape(raw: string, at: number, byte: number): string {
  return pathCharacters[byte] === 2 ? String.fromCharCode(byte) : raw.slice(at, at + 3).toUpperCase();
}

/** What only shows once unreserved characters are decoded. */
function decodedFault(path: string, sawHigh: boolean): string | undefined {
  const fault = scan(path);
  if (fault !== plain && fault !== escaped) return fault;
  // Looked for in the result: the two digits may have been escaped themselves.
  if (encodedTwice.test(path)) return 'is encoded twice (%25 before two hexadecimal digits)';
  return sawHigh ? confusable(path) : undefined;
}

function escapeFault(byte: number): string | undefined {
  if (byte < 0) return 'has a % that two hexadecimal digits do not follow';
  if (byte === slash || byte === 0x5c) return 'has an escaped slash or backslash (%2F, %5C)';
  if (byte < 0x20 || byte === 0x7f) return 'has an escaped control character';
  return undefined;
}

/** -1 when there are not two hexadecimal digits. */
function hexByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Escaped bytes beyond ASCII must be UTF-8, and must not fold (NFKC) into what separates or climbs. */
function confusable(path: string): string | undefined {
  const text = decodeUtf8(path);
  if (text === undefined) return 'has escaped bytes that are not UTF-8';
  const folded = text.normalize('NFKC');
  if (folded === text) return undefined;
  if (count(folded, '/') !== count(text, '/') || folded.includes('\\') || count(folded, '%') !== count(text, '%')) {
    return 'has a character that Unicode folds to a separator';
  }
  return /\/\.{1,2}(?:[/;]|$)/.test(folded) ? dotReason : undefined;
}

function decodeUtf8(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function refuse(reason: string): NormalPath {
  return { ok: false, reason };
}

/**
 * The host name that routing goes by: lower case, without port and without the root's trailing dot. Undefined when
 * `authority` is not `host[:port]` in plain characters; an IPv6 literal keeps its brackets.
 */
export function normalizeHost(authority: string): string | undefined {
  const text = authority.toLowerCase();
  const end = text.charCodeAt(0) === 0x5b ? text.indexOf(']') + 1 : portAt(text);
  if (end <= 0 || !isPort(text, end)) return undefined;
  const stop = text.charCodeAt(end - 1) === 0x2e ? end - 1 : end;
  const host = stop === text.length ? text : text.slice(0, stop);
  return isHost(host) ? host : undefined;
}

function portAt(text: string): number {
  const colon = text.indexOf(':');
  return colon < 0 ? text.length : colon;
}

/** Nothing, or a colon and up to five digits. */
function isPort(text: string, at: number): boolean {
  if (at === text.length) return true;
  if (text.charCodeAt(at) !== 0x3a || text.length - at > 6) return false;
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

function isHost(host: string): boolean {
  if (host.length === 0 || host.length > 253) return false;
  const bracketed = host.charCodeAt(0) === 0x5b;
  const first = bracketed ? 1 : 0;
  const last = bracketed ? host.length - 1 : host.length;
  for (let i = first; i < last; i++) {
    if (!isHostCharacter(host.charCodeAt(i), bracketed)) return false;
  }
  return first < last;
}

function isHostCharacter(code: number, bracketed: boolean): boolean {
  if (code >= 0x61 && code <= 0x7a) return true;
  if (code >= 0x30 && code <= 0x39) return true;
  if (bracketed) return code === 0x3a || code === 0x2e;
  return code === 0x2d || code === 0x2e || code === 0x5f;
}

/** Directives of Cache-Control (RFC 9111, 5.2): lower-case names, values without quotes, empty where there is none. */
export type Directives = ReadonlyMap<string, string>;

const directive = /([^\s,;="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g;
const none: Directives = new Map();

/** Of two with one name the first counts. */
export function parseCacheControl(text: string): Directives {
  if (text === '') return none;
  const found = new Map<string, string>();
  for (const [, name = '', quoted, plain] of text.matchAll(directive)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, quoted ?? plain ?? '');
  }
  return found;
}

/** Milliseconds; undefined: there is no such directive. A value that cannot be read counts as 0: used up (RFC 9111, 4.2.1). */
export function durationOf(directives: Directives, name: string): number | undefined {
  const text = directives.get(name);
  if (text === undefined) return undefined;
  return /^\d{1,10}$/.test(text) ? Number(text) * 1000 : 0;
}

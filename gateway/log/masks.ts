/** What stands in the place of a value that is left out. */
export const masked = '[masked]';
/** What stands where something could not be taken apart, and so may hold anything. */
export const unreadable = '[unreadable]';

/** Names whose values are never written, lower case; one of an ApiService and one of its gateway. */
export interface Masks {
  /** Parameters of operation paths. */
  readonly path: ReadonlySet<string>;
  /** Parameters of the query, and fields of forms. */
  readonly query: ReadonlySet<string>;
  readonly header: ReadonlySet<string>;
  /** Members of JSON bodies: the end of the way to them, outermost name first. */
  readonly body: readonly (readonly string[])[];
}

/** Reads `path.nik`, `query.npwp`, `header.x-nik`, `body.nik` and `body.orang.nik`. */
export function buildMasks(names: readonly string[]): Masks {
  const of = (place: string): string[] =>
    names.flatMap((name) => (name.startsWith(`${place}.`) ? name.slice(place.length + 1).toLowerCase() : []));
  return {
    path: new Set(of('path')),
    query: new Set(of('query')),
    header: new Set(of('header')),
    body: of('body').map((way) => way.split('.')),
  };
}

/** Is `name` one of the masked, in any of `all`? Servers differ in how they read `orang[nik]`, so each part counts. */
export function isMaskedName(all: readonly Masks[], place: 'path' | 'query' | 'header', name: string): boolean {
  const parts = name.toLowerCase().split(/[[\].]+/);
  return all.some((masks) => masks[place].has(name.toLowerCase()) || parts.some((part) => masks[place].has(part)));
}

/** `way`: the names on the way to a member, lower case, outermost first; positions in lists do not count. */
export function isMaskedMember(all: readonly Masks[], way: readonly string[]): boolean {
  return all.some((masks) => masks.body.some((end) => endsWith(way, end)));
}

function endsWith(way: readonly string[], end: readonly string[]): boolean {
  const start = way.length - end.length;
  return start >= 0 && end.every((name, i) => way[start + i] === name);
}

/**
 * Does it hold a run of at least 15 digits, as population numbers (NIK, KK: 16) and tax numbers (NPWP: 15 or 16) do, also
 * when dots, dashes or spaces stand between them? Such a value is never written, whatever its name.
 */
export function looksPersonal(text: string): boolean {
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) digits++;
    else if (code !== 0x2d && code !== 0x2e && code !== 0x20 && code !== 0x2f) digits = 0;
    if (digits >= 15) return true;
  }
  return false;
}

const mostCharacters = 256;

/** A single value as it may be written. Longer ones are cut. */
export function shown(value: string): string {
  if (looksPersonal(value)) return masked;
  if (isNested(value)) return unreadable;
  return value.length <= mostCharacters ? value : `${value.slice(0, mostCharacters)}…`;
}

/** A value with named parts of its own (a URL with a query, a form, JSON, XML) would have to be taken apart again. */
function isNested(value: string): boolean {
  return /[={[<]|%[0-9a-f]{2}/i.test(value);
}

import type { Exchange } from '../exchange.ts';
import type { ParameterSource } from './parameters.ts';

/** Names and values of a query: percent-decoded, `+` is a space. Undefined: an escape is wrong. */
export function readQuery(query: string): ReadonlyMap<string, readonly string[]> | undefined {
  const found = new Map<string, string[]>();
  for (const part of query.slice(1).split('&')) {
    if (part === '') continue;
    const pair = readPair(part);
    if (pair === undefined) return undefined;
    const values = found.get(pair.name);
    if (values === undefined) found.set(pair.name, [pair.value]);
    else values.push(pair.value);
  }
  return found;
}

function readPair(part: string): { readonly name: string; readonly value: string } | undefined {
  const at = part.indexOf('=');
  const name = decode(at < 0 ? part : part.slice(0, at));
  const value = at < 0 ? '' : decode(part.slice(at + 1));
  return name === undefined || value === undefined ? undefined : { name, value };
}

function decode(text: string): string | undefined {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** The segments of `path` that stand where `template` has `{name}`. Both begin with a slash and match. */
export function readPath(template: string, path: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const values = path.split('/');
  for (const [index, segment] of template.split('/').entries()) {
    if (!segment.startsWith('{') || !segment.endsWith('}')) continue;
    const value = values[index] ?? '';
    found.set(segment.slice(1, -1), decodePath(value) ?? value);
  }
  return found;
}

function decodePath(text: string): string | undefined {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch {
    return undefined;
  }
}

/** RFC 6265, 4.2.1. */
export function readCookies(text: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of text?.split(';') ?? []) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at < 0 || found.has(name)) continue;
    const value = part.slice(at + 1).trim();
    found.set(name, decodePath(value) ?? value);
  }
  return found;
}

/** Undefined: the query cannot be read. */
export function sourceOf(
  exchange: Pick<Exchange, 'rawHeaders' | 'query'>,
  path: ReadonlyMap<string, string>,
): ParameterSource | undefined {
  const query = readQuery(exchange.query);
  if (query === undefined) return undefined;
  const header = (name: string) => headerOf(exchange.rawHeaders, name);
  return { query, path, header, cookie: readCookies(header('cookie')) };
}

/** All values of a field joined by commas; undefined: it is not there. `name` is lower case. */
export function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  let joined: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i] ?? '';
    if (field.length !== name.length || field.toLowerCase() !== name) continue;
    joined = joined === undefined ? (rawHeaders[i + 1] ?? '') : `${joined}, ${rawHeaders[i + 1] ?? ''}`;
  }
  return joined;
}

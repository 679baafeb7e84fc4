import { isMaskedName, looksPersonal, type Masks, masked, shown, unreadable } from './masks.ts';

/**
 * The path of a call as it may be written: what the operation spells out stays, parameters are shown unless masked, and the
 * rest that a trailing `*` takes is not shown, because nobody says what stands there. `path` and `operation` are relative to
 * the base path; the call has matched the operation.
 */
export function maskedPath(path: string, operation: string, masks: readonly Masks[]): string {
  const segments = path.split('/');
  return operation
    .split('/')
    .map((step, i) => (step.startsWith('{') ? parameterText(step.slice(1, -1), segments[i] ?? '', masks) : step))
    .join('/');
}

function parameterText(name: string, segment: string, masks: readonly Masks[]): string {
  if (isMaskedName(masks, 'path', name)) return masked;
  const value = decoded(segment);
  return value === undefined ? unreadable : shown(value);
}

const mostParameters = 64;

/**
 * The query of a call as it may be written, decoded: `npwp=[masked]&tahun=2024`. `;` separates like `&`, because servers
 * differ. `query` begins with its question mark.
 */
export function maskedQuery(query: string, masks: readonly Masks[]): string {
  const pairs = query.slice(1).split(/[&;]/);
  const texts = pairs.slice(0, mostParameters).map((pair) => pairText(pair, masks));
  return pairs.length > mostParameters ? `${texts.join('&')}&…` : texts.join('&');
}

/** A name without a value is shown only if it is a word: it may be a value itself. */
const plainName = /^[A-Za-z_][A-Za-z0-9_.[\]-]{0,63}$/;

function pairText(pair: string, masks: readonly Masks[]): string {
  const sign = pair.indexOf('=');
  const name = decoded(sign < 0 ? pair : pair.slice(0, sign));
  if (name === undefined || !plainName.test(name) || looksPersonal(name)) return unreadable;
  if (sign < 0) return isMaskedName(masks, 'query', name) ? masked : name;
  if (isMaskedName(masks, 'query', name)) return `${name}=${masked}`;
  const value = decoded(pair.slice(sign + 1));
  return `${name}=${value === undefined ? unreadable : shown(value)}`;
}

/** Undefined: not escapes of UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

import { type InnerList, type Item, serializeInnerList, serializeItem } from 'structured-headers';
import { SignatureFault } from './signature-fault.ts';

/** A request as its signer has seen it. */
export interface SignedMessage {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** Lower case, without the port that goes without saying. */
  readonly authority: string;
  /** As it came. */
  readonly target: string;
  /** Flat name, value. */
  readonly fields: readonly string[];
}

/** What is signed (RFC 9421, 2.5). Throws a {@link SignatureFault} for components that are not known or not there. */
export function signatureBase(message: SignedMessage, input: InnerList): string {
  const seen = new Set<string>();
  let text = '';
  for (const component of input[0]) {
    const identifier = serializeItem(component);
    if (seen.has(identifier)) throw new SignatureFault(`covers ${identifier} twice`);
    seen.add(identifier);
    text += `${identifier}: ${componentValue(message, component)}\n`;
  }
  return `${text}"@signature-params": ${serializeInnerList(input)}`;
}

function componentValue(message: SignedMessage, [name, parameters]: Item): string {
  if (typeof name !== 'string') throw new SignatureFault('covers a component whose name is no text');
  if (name === '@query-param') return queryParameter(message, parameters);
  // `sf`, `key`, `bs`, `req` and `tr` change what a component means.
  if (parameters.size > 0) throw new SignatureFault('covers a component with parameters that are not known here');
  if (!name.startsWith('@')) return fieldValue(message, name);
  const derive = derived[name];
  if (derive === undefined) throw new SignatureFault('covers a derived component that requests do not have');
  return derive(message);
}

/** RFC 9421, 2.2. */
const derived: Readonly<Record<string, (message: SignedMessage) => string>> = {
  __proto__: null as never,
  '@method': ({ method }) => method,
  '@scheme': ({ scheme }) => scheme,
  '@authority': ({ authority }) => authority,
  '@request-target': ({ target }) => target,
  '@path': (message) => pathAndQuery(message).path,
  '@query': (message) => pathAndQuery(message).query || '?',
  '@target-uri': (message) => {
    const { path, query } = pathAndQuery(message);
    return `${message.scheme}://${message.authority}${path}${query}`;
  },
};

/** `query`: with its question mark; empty: there is none. */
export function pathAndQuery({ target }: Pick<SignedMessage, 'target'>): { path: string; query: string } {
  const origin = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const question = origin.indexOf('?');
  const path = question < 0 ? origin : origin.slice(0, question);
  return { path: path === '' ? '/' : path, query: question < 0 ? '' : origin.slice(question) };
}

/** All values of a field, each without blanks around it (RFC 9421, 2.1). */
function fieldValue({ fields }: SignedMessage, name: string): string {
  const values: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]?.toLowerCase() === name) values.push((fields[i + 1] ?? '').trim());
  }
  if (values.length === 0) throw new SignatureFault('covers a field that the request does not have');
  return values.join(', ');
}

/** RFC 9421, 2.2.8: one that stands twice cannot be covered, because one of them could be exchanged. */
function queryParameter(message: SignedMessage, parameters: Item[1]): string {
  const name = parameters.get('name');
  if (typeof name !== 'string' || parameters.size !== 1)
    throw new SignatureFault('covers a query parameter without name');
  const all = [...new URLSearchParams(pathAndQuery(message).query)].filter(([one]) => encodeQuery(one) === name);
  const [[, value] = []] = all;
  if (value === undefined || all.length > 1) {
    throw new SignatureFault('covers a query parameter that is not there, or more than once');
  }
  return encodeQuery(value);
}

function encodeQuery(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

import type { Exchange } from '../exchange.ts';
import { isApiKeyAuthorization } from '../filters/api-key.ts';
import { viaName } from '../filters/head.ts';
import type { Endpoint } from './backend.ts';
import { DropList, removeNamed } from './hop-by-hop.ts';

/** What a client says about itself and the way is not believed; these are stated anew below. */
const dropped = new DropList([
  'host',
  'expect',
  'content-length',
  'via',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-real-ip',
  'x-request-id',
  'traceparent',
  'tracestate',
]);

/** Fields of the client that the ones stated anew depend on. */
interface Met {
  via: string;
  forwarded: string;
  forwardedFor: string;
  forwardedHost: string;
  forwardedProto: string;
  traceparent: string;
  tracestate: string;
}

/** The whole head of the request for the backend as latin1 text, with its empty line. */
export function requestText(exchange: Exchange, endpoint: Endpoint): string {
  const fields = requestFields(exchange, endpoint);
  let text = `${exchange.method} ${backendPath(exchange, endpoint)} HTTP/1.1\r\n`;
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return `${text}${framingOf(exchange)}\r\n`;
}

/** The path without base path, joined to the endpoint's own; the query as it came. */
function backendPath(exchange: Exchange, endpoint: Endpoint): string {
  const path = `${endpoint.prefix}${exchange.path.slice(exchange.api?.baseLength ?? 0)}`;
  return `${path === '' ? '/' : path}${exchange.query}`;
}

/** Methods whose requests say that they have no body (RFC 9110, 8.6): some servers insist. */
const bodyExpected = new Set(['POST', 'PUT', 'PATCH']);

function framingOf({ bodyLength, method }: Exchange): string {
  if (bodyLength < 0) return 'Transfer-Encoding: chunked\r\n';
  return bodyLength > 0 || bodyExpected.has(method) ? `Content-Length: ${bodyLength}\r\n` : '';
}

/** Header fields for the backend as flat name, value; without what states the length of the body. */
function requestFields(exchange: Exchange, endpoint: Endpoint): string[] {
  const { rawHeaders, connectionNames } = exchange;
  const fields = ['Host', endpoint.authority];
  const met: Met = {
    via: '',
    forwarded: '',
    forwardedFor: '',
    forwardedHost: '',
    forwardedProto: '',
    traceparent: '',
    tracestate: '',
  };
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    if (dropped.has(name)) note(met, name, value);
    else if (isForwarded(exchange, name, value)) fields.push(name, value);
  }
  if (connectionNames.length > 0) removeNamed(fields, connectionNames, hostEntries);
  addForwarding(fields, exchange, met);
  return fields;
}

/** The Host field is ours. */
const hostEntries = 2;

/**
 * Keys stop here. Names with an underscore do too: many servers read `X_Forwarded_For` as `X-Forwarded-For`, so a client
 * could state what is dropped above.
 */
function isForwarded(exchange: Exchange, name: string, value: string): boolean {
  if (name.includes('_')) return false;
  const { keyHeaders } = exchange;
  if (keyHeaders.length === 0) return true;
  if (name.length === 13 && isApiKeyAuthorization(name, value)) return false;
  for (const header of keyHeaders) {
    if (header.length === name.length && name.toLowerCase() === header) return false;
  }
  return true;
}

const noted: Readonly<Record<string, keyof Met>> = {
  via: 'via',
  forwarded: 'forwarded',
  'x-forwarded-for': 'forwardedFor',
  'x-forwarded-host': 'forwardedHost',
  'x-forwarded-proto': 'forwardedProto',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
};

function note(met: Met, name: string, value: string): void {
  const key = noted[name.toLowerCase()];
  if (key !== undefined) met[key] = join(met[key], value);
}

function join(before: string, value: string): string {
  return before === '' ? value : `${before}, ${value}`;
}

/** Who called, by which way: our own word, behind that of a trusted proxy. */
function addForwarding(fields: string[], exchange: Exchange, met: Met): void {
  const { peer, peerIsTrusted, api } = exchange;
  const before = peerIsTrusted ? met : nothingMet;
  fields.push(
    'Via',
    join(met.via, `1.1 ${viaName}`),
    'X-Forwarded-For',
    join(before.forwardedFor, peer.address),
    'X-Forwarded-Host',
    before.forwardedHost === '' ? exchange.authority : before.forwardedHost,
    'X-Forwarded-Proto',
    before.forwardedProto === '' ? 'http' : before.forwardedProto,
    'X-Request-Id',
    exchange.requestId,
    'Traceparent',
    exchange.traceparent,
  );
  if (before.forwarded !== '') fields.push('Forwarded', `${before.forwarded}, for=${forwardedNode(peer.address)}`);
  if (api !== null && api.baseLength > 0) fields.push('X-Forwarded-Prefix', api.basePath);
  // A tracestate means nothing beside a traceparent that is not the client's.
  if (met.tracestate !== '' && met.traceparent === exchange.traceparent) fields.push('Tracestate', met.tracestate);
}

const nothingMet = { forwarded: '', forwardedFor: '', forwardedHost: '', forwardedProto: '' };

/** RFC 7239: IPv6 stands in brackets and quotes. */
function forwardedNode(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address;
}

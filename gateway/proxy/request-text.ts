import type { Exchange } from '../exchange.ts';
import type { ForwardedText } from '../field-memory.ts';
import { viaName } from '../filters/head.ts';
import { carriesProof } from '../filters/presented.ts';
import { flatText } from '../http1/flat-text.ts';
import { backendOf } from './backend.ts';
import type { Endpoint } from './endpoint.ts';
import { DropList } from './hop-by-hop.ts';

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
  // Which certificate the client has is for the gateway to say (RFC 9440, 4).
  'client-cert',
  'client-cert-chain',
  'x-forwarded-client-cert',
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
  const { text, tracestate } = forwardedText(exchange);
  const token = backendOf(exchange)?.token ?? null;
  return (
    `${exchange.method} ${backendPath(exchange, endpoint)}${endpoint.lineEndAndHost}${text}` +
    `X-Request-Id: ${exchange.requestId}\r\nTraceparent: ${exchange.traceparent}\r\n` +
    // A tracestate means nothing in a trace that is not the client's.
    (tracestate !== '' && exchange.continuesTrace ? `Tracestate: ${tracestate}\r\n` : '') +
    (token === null ? '' : token.line) +
    consumerText(exchange) +
    framingText(exchange)
  );
}

/** What does not change from call to call, as long as neither the fields nor the API do. */
function forwardedText(exchange: Exchange): ForwardedText {
  const { memory, rawHeaders } = exchange;
  if (memory.fields !== rawHeaders) return buildForwarded(exchange);
  const known = memory.forwarded;
  if (known === null || !isFor(known, exchange)) {
    memory.forwarded = buildForwarded(exchange);
    return memory.forwarded;
  }
  // It comes again, so it is worth being made flat.
  if (!known.isFlat) memory.forwarded = { ...known, text: flatText(known.text), isFlat: true };
  return memory.forwarded ?? known;
}

function isFor(known: ForwardedText, exchange: Exchange): boolean {
  const { api, authority, peerIsTrusted, proofs } = exchange;
  return (
    known.api === api &&
    known.backend === backendOf(exchange) &&
    known.proofs === proofs &&
    known.peerIsTrusted === peerIsTrusted &&
    known.authority === authority
  );
}

function buildForwarded(exchange: Exchange): ForwardedText {
  const { rawHeaders, api, authority, peerIsTrusted, proofs } = exchange;
  const backend = backendOf(exchange);
  let text = '';
  let met: Met | null = null;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    if (dropped.has(name)) met = noted(met, name, value);
    else if (isForwarded(exchange, name, value)) text += `${name}: ${value}\r\n`;
  }
  text += `${backend?.headers?.text ?? ''}${forwardingText(exchange, met ?? nothingMet)}`;
  return { text, tracestate: met?.tracestate ?? '', isFlat: false, api, backend, proofs, authority, peerIsTrusted };
}

/** The path without base path, joined to the endpoint's own; the query as it came; unless something wants it otherwise. */
function backendPath(exchange: Exchange, endpoint: Endpoint): string {
  const { api, operation, query } = exchange;
  const relative = exchange.path.slice(api?.baseLength ?? 0);
  const rewrite = operation?.rewrite ?? backendOf(exchange)?.rewrite ?? null;
  if (rewrite !== null) {
    const target = `${endpoint.prefix}${rewrite.target(relative, query)}`;
    return target.startsWith('/') ? target : `/${target}`;
  }
  const path = `${endpoint.prefix}${relative}`;
  return `${path === '' ? '/' : path}${exchange.query}`;
}

/** Methods whose requests say that they have no body (RFC 9110, 8.6): some servers insist. */
const bodyExpected = new Set(['POST', 'PUT', 'PATCH']);

/** How the body is framed, and the end of the head. */
function framingText({ bodyLength, method, upgrade }: Exchange): string {
  if (upgrade !== '') return `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`;
  if (bodyLength < 0) return 'Transfer-Encoding: chunked\r\n\r\n';
  return bodyLength > 0 || bodyExpected.has(method) ? `Content-Length: ${bodyLength}\r\n\r\n` : '\r\n';
}

/**
 * Proofs stop here, and what Connection lists or the API wants changed. Names with an underscore do too: many servers read `X_Forwarded_For` as `X-Forwarded-For`, so a client
 * could state what is dropped above.
 */
function isForwarded(exchange: Exchange, name: string, value: string): boolean {
  return (
    !name.includes('_') && !isConsumerField(name) && !isTakenOut(exchange, name) && !stopsHere(exchange, name, value)
  );
}

function isTakenOut(exchange: Exchange, name: string): boolean {
  const { connectionNames } = exchange;
  const dropped = backendOf(exchange)?.headers?.dropped;
  if (dropped === undefined && connectionNames.length === 0) return false;
  const lower = name.toLowerCase();
  return connectionNames.includes(lower) || dropped?.has(lower) === true;
}

function stopsHere({ proofs }: Exchange, name: string, value: string): boolean {
  return proofs !== null && carriesProof(proofs, name, value);
}

/** Backends believe what these say about the caller, so none of a client goes on, whatever the API. */
function isConsumerField(name: string): boolean {
  return name.length > 11 && name.charCodeAt(1) === dash && name.slice(0, 11).toLowerCase() === 'x-consumer-';
}

const dash = 0x2d;

/** Who called, as far as it was proved. */
function consumerText({ subscription, token }: Exchange): string {
  if (subscription === null) return '';
  return token === null ? subscription.backendText : `${subscription.backendText}${token.backendText}`;
}

const metNames: Readonly<Record<string, keyof Met>> = {
  via: 'via',
  forwarded: 'forwarded',
  'x-forwarded-for': 'forwardedFor',
  'x-forwarded-host': 'forwardedHost',
  'x-forwarded-proto': 'forwardedProto',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
};

const nothingMet: Met = {
  via: '',
  forwarded: '',
  forwardedFor: '',
  forwardedHost: '',
  forwardedProto: '',
  traceparent: '',
  tracestate: '',
};

function noted(before: Met | null, name: string, value: string): Met | null {
  const key = metNames[name.toLowerCase()];
  if (key === undefined) return before;
  const met = before ?? { ...nothingMet };
  met[key] = joined(met[key], value);
  return met;
}

function joined(before: string, value: string): string {
  return before === '' ? value : `${before}, ${value}`;
}

/** Who called, by which way: our own word, behind that of a trusted proxy. */
function forwardingText(exchange: Exchange, met: Met): string {
  const { peer, peerIsTrusted, api } = exchange;
  const before = peerIsTrusted ? met : nothingMet;
  const host = before.forwardedHost === '' ? exchange.authority : before.forwardedHost;
  const proto = before.forwardedProto || (exchange.isTls ? 'https' : 'http');
  let text =
    `Via: ${joined(met.via, ownVia(exchange))}\r\nX-Forwarded-For: ${joined(before.forwardedFor, peer.address)}\r\n` +
    `X-Forwarded-Host: ${host}\r\nX-Forwarded-Proto: ${proto}\r\n`;
  if (before.forwarded !== '') text += `Forwarded: ${before.forwarded}, for=${forwardedNode(peer.address)}\r\n`;
  if (api !== null && api.baseLength > 0) text += `X-Forwarded-Prefix: ${api.basePath}\r\n`;
  return text;
}

const via1 = `1.1 ${viaName}`;
const via2 = `2.0 ${viaName}`;

/** Says by which protocol the call came (RFC 9110, 7.6.3). */
function ownVia({ isHttp2 }: Exchange): string {
  return isHttp2 ? via2 : via1;
}

/** RFC 7239: IPv6 stands in brackets and quotes. */
function forwardedNode(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address;
}

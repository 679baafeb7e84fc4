import { isGrpcType } from '../filters/grpc.ts';
import type { ParsedAnswer } from '../http1/answer-head.ts';
import { readContentLength, SyntaxFault } from '../http1/syntax.ts';
import { DropList } from './hop-by-hop.ts';

/** Fields that HTTP/2 has other means for (RFC 9113, 8.2.2), and what is stated anew. */
const notSent = new Set(['connection', 'transfer-encoding', 'keep-alive', 'upgrade', 'proxy-connection', 'te']);

/** Most fields of an answer, as of HTTP/1.1. */
const maxFields = 256;

/**
 * The head of a request, as HTTP/1.1 writes it, as flat fields of HTTP/2. It was written by us, so every line is as it
 * should be. A gRPC backend is told how long the caller and the gateway wait (`timeLeftMs`), whatever the caller said.
 */
export function http2Fields(head: string, isSecure: boolean, timeLeftMs: number): string[] {
  const [requestLine = '', ...lines] = head.slice(0, -4).split('\r\n');
  const [method = '', path = ''] = requestLine.split(' ');
  const fields = [':method', method, ':scheme', isSecure ? 'https' : 'http', ':authority', '', ':path', path];
  let isGrpc = false;
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 2);
    if (name === 'host') fields[5] = value;
    else if (name === 'content-type') isGrpc = isGrpcType(value);
    if (name !== 'host' && name !== 'grpc-timeout' && !notSent.has(name)) fields.push(name, value);
  }
  if (isGrpc) fields.push('grpc-timeout', grpcTimeout(timeLeftMs));
  // Trailers are read whatever becomes of them on the client's side; gRPC servers insist on this field.
  fields.push('te', 'trailers');
  return fields;
}

/** At most eight digits (gRPC over HTTP/2, "Timeout"). */
function grpcTimeout(ms: number): string {
  const whole = Math.max(1, Math.ceil(ms));
  return whole < 100_000_000 ? `${whole}m` : `${Math.min(99_999_999, Math.ceil(whole / 1000))}S`;
}

/** `raw`: flat name, value; nghttp2 has refused what is malformed. `isEmpty`: the stream ends with this head. */
export function answerOf(raw: readonly string[], isEmpty: boolean): ParsedAnswer {
  if (raw.length > maxFields * 2) throw new SyntaxFault('it has too many fields');
  const fields: string[] = [];
  const said = { status: 0, contentLength: isEmpty ? 0 : -1 };
  for (let i = 0; i < raw.length; i += 2) note(raw[i] ?? '', raw[i + 1] ?? '', said, fields);
  return { ...said, fields, bodyLength: -1, connectionNames: [], closes: false, keepsForSeconds: -1 };
}

function note(name: string, value: string, said: { status: number; contentLength: number }, fields: string[]): void {
  if (name === ':status') said.status = readStatus(value);
  else if (name === 'content-length') said.contentLength = readContentLength(value);
  else if (!name.startsWith(':')) fields.push(name, value);
}

function readStatus(value: string): number {
  // 101 would change the protocol, which HTTP/2 does not know.
  if (!/^[2-9]\d\d$/.test(value)) throw new SyntaxFault('it has no status that HTTP/2 knows');
  return Number(value);
}

/** What a trailer cannot say: it belongs to the head, or is for the gateway to say. */
const notInTrailers = new DropList([
  ...['content-length', 'content-encoding', 'content-type', 'content-range', 'set-cookie', 'cache-control'],
  ...['authorization', 'www-authenticate', 'host', 'via', 'x-request-id', 'simpul-code', 'simpul-fault'],
]);

/** The fields behind the body that go on to the client (RFC 9110, 6.5.1). */
export function trailersOf(raw: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length && i < maxFields * 2; i += 2) {
    const name = raw[i] ?? '';
    if (!name.startsWith(':') && !notInTrailers.has(name)) kept.push(name, raw[i + 1] ?? '');
  }
  return kept;
}

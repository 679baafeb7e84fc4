import type { ProblemReply, Reply } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { isNamed } from '../http1/write-head.ts';

/** Whether a Content-Type is that of gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
export function isGrpcType(contentType: string): boolean {
  return contentType.startsWith('application/grpc') && /^application\/grpc(?:$|[+;\s])/.test(contentType);
}

/** Does the caller speak gRPC? Then a refusal is of use to it only in that form. */
export function isGrpc(exchange: Exchange): boolean {
  return exchange.isHttp2 && isGrpcType(fieldOf(exchange, 'content-type'));
}

/** The value of a field of the request; empty: there is none. `name` in lower case. */
function fieldOf({ rawHeaders }: Exchange, name: string): string {
  for (let i = 0; i < rawHeaders.length; i += 2) if (isNamed(rawHeaders[i] ?? '', name)) return rawHeaders[i + 1] ?? '';
  return '';
}

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000_001 };

/** How long a gRPC caller waits, as it says itself, at least 1 ms; infinite: it says nothing that can be read. */
export function grpcTimeoutMs(exchange: Exchange): number {
  const [, amount, unit] = /^(\d{1,8})([HMSmun])$/.exec(fieldOf(exchange, 'grpc-timeout')) ?? [];
  if (amount === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(1, Number(amount) * (unitMs[unit ?? ''] ?? 1));
}

/**
 * A refusal as gRPC has it: 200, and the status beside it ("Trailers-Only"). The code of ours is in `simpul-code` as
 * ever, and what would be the problem's `detail` is the message.
 */
export function grpcReply(reply: ProblemReply): Reply {
  const kept: string[] = [];
  for (let i = 0; i < reply.headers.length; i += 2) {
    const name = reply.headers[i] ?? '';
    if (!isNamed(name, 'content-type')) kept.push(name, reply.headers[i + 1] ?? '');
  }
  const headers = ['content-type', 'application/grpc', ...grpcTrailers(reply), ...kept];
  return { status: 200, headers, body: '' };
}

/** The same behind an answer that has begun. */
export function grpcTrailers({ status, detail }: ProblemReply): string[] {
  return ['grpc-status', String(grpcStatusOf(status)), 'grpc-message', percentEncoded(detail)];
}

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html, by what the status of HTTP means here. */
export function grpcStatusOf(status: number): number {
  return grpcStatuses[status] ?? (status < 500 ? 3 : 13);
}

const grpcStatuses: Readonly<Record<number, number>> = {
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  404: 12, // UNIMPLEMENTED: there is no such method here
  405: 12,
  408: 4, // DEADLINE_EXCEEDED
  410: 12,
  413: 8, // RESOURCE_EXHAUSTED
  429: 8,
  431: 8,
  501: 12,
  502: 14, // UNAVAILABLE
  503: 14,
  504: 4,
};

/** How a call went, for whoever counts: `status`, or what the status of a gRPC call would be in HTTP. */
export function resultOf(exchange: Exchange, status = exchange.status): number {
  const { grpcStatus } = exchange;
  return grpcStatus <= 0 ? status : (httpStatuses[grpcStatus] ?? 500);
}

/** As in google/rpc/code.proto; what nobody is to blame for is none of a server's errors. */
const httpStatuses = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

/** The status that an answer of a backend states, in its trailers or its head; -1: none. Flat name, value. */
export function statedGrpcStatus(fields: readonly string[]): number {
  for (let i = 0; i < fields.length; i += 2) {
    if (isNamed(fields[i] ?? '', 'grpc-status'))
      return /^\d{1,2}$/.test(fields[i + 1] ?? '') ? Number(fields[i + 1]) : 2;
  }
  return -1;
}

/** Of UTF-8 what is neither printable ASCII nor a percent sign itself, as gRPC wants messages. */
function percentEncoded(text: string): string {
  return text.toWellFormed().replace(/[^ -$&-~]+/g, encodeURIComponent);
}

import type { Exchange } from '../exchange.ts';
import { resultOf } from '../filters/grpc.ts';
import type { CallSpan } from './call-span.ts';

/** A span before anything of OpenTelemetry is loaded. Names of attributes: its semantic conventions for HTTP, stable ones. */
export interface SpanRecord {
  readonly name: string;
  readonly kind: 'server' | 'client';
  readonly traceId: string;
  readonly id: string;
  /** Empty: none. */
  readonly parentId: string;
  /** The parent is in another process. */
  readonly parentIsRemote: boolean;
  readonly state: string;
  /** Milliseconds since the epoch, with fractions. */
  readonly start: number;
  readonly end: number;
  readonly failed: boolean;
  readonly attributes: Record<string, string | number>;
}

/** The spans of a call that has ended: its own, and that of its backend if it was called. Never a path, query or address of a caller. */
export function spansOf(exchange: Exchange, span: CallSpan): SpanRecord[] {
  const server = serverSpan(exchange, span);
  return exchange.backendStartedAt === 0 ? [server] : [server, clientSpan(exchange, span)];
}

function serverSpan(exchange: Exchange, { id, parentId, state }: CallSpan): SpanRecord {
  const { method, host, time, traceId } = exchange;
  const route = routeOf(exchange);
  return {
    name: route === '' ? methodOf(method) : `${methodOf(method)} ${route}`,
    kind: 'server',
    ...{ traceId, id, parentId, state },
    parentIsRemote: true,
    start: time,
    end: time + exchange.totalMs,
    failed: resultOf(exchange) >= 500,
    attributes: {
      'http.request.method': methodOf(method),
      'url.scheme': exchange.isTls ? 'https' : 'http',
      // The template in the place of the path, which may hold personal numbers.
      ...(route === '' ? {} : { 'url.path': route, 'http.route': route }),
      'server.address': host,
      'http.request.body.size': exchange.bytesIn,
      'http.response.body.size': exchange.bytesOut,
      ...outcomeOf(exchange, 500),
      'simpul.request_id': exchange.requestId,
      ...ownersOf(exchange),
    },
  };
}

function clientSpan(exchange: Exchange, { id, backendId, state }: CallSpan): SpanRecord {
  const { method, traceId, backend } = exchange;
  const start = exchange.time + exchange.backendStartedAt - exchange.startedAt;
  const { hostname, port } = URL.parse(`http://${backend}`) ?? { hostname: backend, port: '' };
  return {
    name: methodOf(method),
    kind: 'client',
    ...{ traceId, id: backendId, parentId: id, state },
    parentIsRemote: false,
    start,
    end: start + exchange.backendMs,
    failed: resultOf(exchange) >= 400 || exchange.code !== '',
    attributes: {
      'http.request.method': methodOf(method),
      'server.address': hostname,
      ...(port === '' ? {} : { 'server.port': Number(port) }),
      ...outcomeOf(exchange, 400),
      'simpul.api': exchange.api?.id ?? '',
    },
  };
}

/** `errorFrom`: the status from which on it counts as an error; for a server the caller's mistakes are none. */
function outcomeOf(exchange: Exchange, errorFrom: number): Record<string, string | number> {
  const { status, grpcStatus, code, fault, clientAborted } = exchange;
  const error = code === '' ? String(grpcStatus < 0 ? status : grpcStatus) : code;
  return {
    ...(status === 0 ? {} : { 'http.response.status_code': status }),
    ...(grpcStatus < 0 ? {} : { 'rpc.grpc.status_code': grpcStatus }),
    ...(resultOf(exchange) >= errorFrom ? { 'error.type': error } : {}),
    ...(code === '' ? {} : { 'simpul.code': code }),
    ...(fault === '' ? {} : { 'simpul.fault': fault }),
    ...(clientAborted ? { 'simpul.aborted': 'true' } : {}),
  };
}

function ownersOf({ api, subscription, plan }: Exchange): Record<string, string> {
  return {
    ...(api === null ? {} : { 'simpul.api': api.id, 'simpul.version': api.version, 'simpul.tenant': api.tenantId }),
    ...(subscription === null
      ? {}
      : {
          'simpul.subscription': subscription.id,
          'simpul.application': subscription.application,
          'simpul.consumer': subscription.tenantId,
        }),
    ...(plan === null ? {} : { 'simpul.plan': plan.name }),
  };
}

/** `/penduduk/v2/nik/{nik}`; the base path where the API lists no operations; empty without an API. */
function routeOf({ api, operation }: Exchange): string {
  if (api === null) return '';
  if (operation === null) return api.basePath;
  return api.basePath === '/' ? operation.path : `${api.basePath}${operation.path === '/' ? '' : operation.path}`;
}

/** What anybody can make up is not a name (semantic conventions for HTTP). */
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY']);

function methodOf(method: string): string {
  return knownMethods.has(method) ? method : '_OTHER';
}

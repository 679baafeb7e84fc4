import { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { grpcTimeoutMs, isGrpc } from '../filters/grpc.ts';
import { type Backend, backendOf } from './backend.ts';
import { BackendBrokeOff } from './backend-error.ts';
import type { AnswerChange } from './header-change.ts';

/** For the whole call; a gRPC caller may have less time than the API gives. */
export function timeoutOf(exchange: Exchange, backend: Backend): number {
  const timeoutMs = exchange.operation?.timeoutMs ?? backend.timeoutMs;
  return backend.isHttp2 && isGrpc(exchange) ? Math.min(timeoutMs, grpcTimeoutMs(exchange)) : timeoutMs;
}

export function checkForHttp2({ upgrade }: Exchange): void {
  if (upgrade === '') return;
  throw new GatewayError(
    'GW_UPGRADE_NOT_SUPPORTED',
    'The backend of this API speaks HTTP/2, which carries no WebSocket here.',
  );
}

export function grpcNotSupported(): GatewayError {
  return new GatewayError(
    'GW_GRPC_NOT_SUPPORTED',
    'The backend of this API is called by HTTP/1.1, which carries no gRPC; its owner can set protocol: HTTP2.',
  );
}

/**
 * The endpoint, or what stands in front of it, cannot serve at all. A 500 may be about this one call, and whoever knows how
 * to bring it about must not close the API for others.
 */
export function isOutOfOrder(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

export function isBrokenOff(error: Error & { readonly code?: string }): boolean {
  return error instanceof BackendBrokeOff || error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

export function answerChangeOf(exchange: Exchange): AnswerChange | null {
  return exchange.operation?.answerChange ?? backendOf(exchange)?.answerChange ?? null;
}

import { GatewayError } from '../errors.ts';
import { UnknownCoding, UnknownMethod, UnknownVersion } from '../http1/request-head.ts';
import { SyntaxFault } from '../http1/syntax.ts';
import type { TransportLimits } from './limits.ts';

/** What a request that cannot be read means to the one who sent it. */
export function faultOf(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (!(error instanceof SyntaxFault)) return new GatewayError('GW_BAD_REQUEST', 'The request is not valid HTTP/1.1.');
  const detail = `The request is not valid HTTP/1.1: ${error.message}.`;
  if (error instanceof UnknownMethod) return new GatewayError('GW_METHOD_NOT_SUPPORTED', detail);
  if (error instanceof UnknownVersion) return new GatewayError('GW_VERSION_NOT_SUPPORTED', detail);
  if (error instanceof UnknownCoding) return new GatewayError('GW_TRANSFER_CODING_NOT_SUPPORTED', detail);
  return new GatewayError('GW_BAD_REQUEST', detail);
}

export function headTooLarge(limits: TransportLimits): GatewayError {
  return new GatewayError('GW_HEAD_TOO_LARGE', `A request head has at most ${limits.maxHeadBytes} bytes.`);
}

export function headTooSlow(): GatewayError {
  return new GatewayError('GW_REQUEST_TIMEOUT', 'The request head did not arrive in time.');
}

export function bodyTooSlow(): GatewayError {
  return new GatewayError('GW_REQUEST_TIMEOUT', 'The request body did not arrive in time.');
}

import { GatewayError } from '../errors.ts';

/** No call is sent, so that the backend recovers. */
export function circuitOpen(seconds: number): GatewayError {
  return new GatewayError(
    'GW_CIRCUIT_OPEN',
    `Calls of the backend of this API failed one after the other; it is tried again in ${seconds} s.`,
    { headers: ['Retry-After', String(seconds)] },
  );
}

/** One call more would be too many. */
export function overloaded(detail: string): GatewayError {
  return new GatewayError('GW_BACKEND_OVERLOADED', detail, { headers: ['Retry-After', '1'] });
}

import { CodedError } from '#api/errors.ts';
import { GatewayError } from '../errors.ts';
import { SyntaxFault } from '../http1/syntax.ts';
import { AddressRefused, ConnectTimeout } from './open-socket.ts';

/** The backend closed the connection before its answer was complete. */
export class BackendBrokeOff extends CodedError {
  constructor() {
    super('GW_BACKEND_BROKE_OFF', 'the connection was closed before the answer was complete');
  }
}

/**
 * What a failure between gateway and backend means to the caller. Addresses and names of hosts stay in the log. Undefined:
 * it is no such failure but an error of ours.
 */
export function refusalOf(error: Error): GatewayError | undefined {
  if (error instanceof GatewayError) return error;
  if (error instanceof AddressRefused) {
    return new GatewayError(
      'GW_BACKEND_ADDRESS_REFUSED',
      'The backend has an address that may not be called; those who run the gateway can allow it (backendAccess).',
    );
  }
  if (error instanceof ConnectTimeout) {
    return new GatewayError('GW_BACKEND_CONNECT_TIMEOUT', 'The backend did not take the connection in time.');
  }
  if (error instanceof SyntaxFault) {
    return new GatewayError('GW_BACKEND_PROTOCOL', `The answer of the backend is not valid HTTP: ${error.message}.`);
  }
  const code = codeOf(error);
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') {
    return new GatewayError(
      'GW_BACKEND_PROTOCOL',
      'The backend does not speak the version of HTTP that it is asked for (ALPN).',
    );
  }
  if (code === '') return undefined;
  if (isTlsCode(code)) {
    return new GatewayError(
      'GW_BACKEND_TLS_FAILED',
      "The TLS connection to the backend cannot be made or trusted; the gateway's log has the reason for the owner of the API.",
    );
  }
  if (unreachable.has(code)) return new GatewayError('GW_BACKEND_UNREACHABLE', unreachableDetail(code));
  return new GatewayError('GW_BACKEND_BROKE_OFF', 'The backend closed the connection before its answer was complete.');
}

const unreachable = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EADDRNOTAVAIL',
  'EMFILE',
]);

function unreachableDetail(code: string): string {
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'The name of the backend has no address.';
  return 'The backend does not take connections.';
}

function isTlsCode(code: string): boolean {
  return /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/.test(code);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // Node tries all addresses of a name and bundles what each of them said.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code: unknown = inner instanceof Error && 'code' in inner ? inner.code : undefined;
  return typeof code === 'string' ? code : '';
}

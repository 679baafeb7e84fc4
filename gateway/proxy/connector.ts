import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import type { AddressJudge } from '#api/backend-address.ts';
import { CodedError } from '#api/errors.ts';

/** The backend's name leads to an address that may not be called. */
export class AddressRefused extends CodedError {
  constructor(host: string, address: string, reason: string) {
    super('GW_BACKEND_ADDRESS_REFUSED', `the address ${address} of ${host} ${reason}`);
  }
}

/** The connection was not there in time. */
export class ConnectTimeout extends CodedError {
  constructor(timeoutMs: number) {
    super('GW_BACKEND_CONNECT_TIMEOUT', `no connection within ${timeoutMs} ms`);
  }
}

export interface ConnectorOptions {
  readonly judge: AddressJudge;
  readonly connectTimeoutMs: number;
  /** The backend speaks https. */
  readonly secure: boolean;
  /** PEM certificates that vouch for https backends, beside those of the system. */
  readonly extraCa: readonly string[];
}

/**
 * Makes connections for undici. The address is judged here and nowhere earlier: after DNS, and the connection goes to
 * the very address that was judged, so a name that changes its answer between check and use gains nothing.
 */
export function buildGuardedConnector(options: ConnectorOptions): buildConnector.connector {
  const connect = buildConnector({
    // Ours ends first: undici's own timer has a resolution of half a second.
    timeout: options.connectTimeoutMs + 1000,
    lookup: guardedLookup(options.judge),
    ...(options.secure ? { secureContext: trustingContext(options.extraCa) } : {}),
    allowH2: false,
    maxCachedSessions: 16,
  });
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    // A literal address is never looked up, so it is judged before.
    const reason = isIP(host) === 0 ? undefined : options.judge(host);
    if (reason !== undefined) callback(new AddressRefused(host, host, reason), null);
    else connectInTime(connect, target, options.connectTimeoutMs, callback);
  };
}

function connectInTime(
  connect: buildConnector.connector,
  target: buildConnector.Options,
  timeoutMs: number,
  callback: buildConnector.Callback,
): void {
  let settled = false;
  const timer = setTimeout(() => {
    settled = true;
    callback(new ConnectTimeout(timeoutMs), null);
  }, timeoutMs);
  connect(target, (...[error, socket]) => {
    if (settled) {
      socket?.destroy();
      return;
    }
    settled = true;
    clearTimeout(timer);
    if (error === null) callback(null, socket);
    else callback(error, null);
  });
}

/** dns.lookup that hands on only addresses that may be called. */
function guardedLookup(judge: AddressJudge): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const allowed = addresses.filter((found) => judge(found.address) === undefined);
      const [first] = allowed;
      if (first === undefined) callback(refusalOf(hostname, addresses, judge), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function refusalOf(hostname: string, addresses: readonly LookupAddress[], judge: AddressJudge): AddressRefused {
  const address = addresses[0]?.address ?? 'none';
  return new AddressRefused(hostname, address, judge(address) ?? 'may not be called');
}

const contexts = new Map<string, SecureContext>();

/**
 * Trusts Node's own list, the machine's, what NODE_EXTRA_CA_CERTS adds, and `extra`. Made once: reading some hundred
 * certificates for each connection would cost more than the handshake.
 */
function trustingContext(extra: readonly string[]): SecureContext {
  const key = extra.join();
  let context = contexts.get(key);
  if (context === undefined) {
    const ca = new Set([...getCACertificates('default'), ...getCACertificates('system'), ...extra]);
    context = createSecureContext({ ca: [...ca], minVersion: 'TLSv1.2' });
    contexts.set(key, context);
  }
  return context;
}

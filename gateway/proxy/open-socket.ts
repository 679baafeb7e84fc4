import type { LookupAddress } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as secureConnect } from 'node:tls';
import type { AddressJudge } from '#api/backend-address.ts';
import { CodedError } from '#api/errors.ts';
import type { BackendTls } from './backend-tls.ts';
import type { OpenSocket } from './connection-pool.ts';
import { SharedLookup } from './shared-lookup.ts';

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

export interface OpenSocketOptions {
  /** `http://10.0.0.1:9000`. */
  readonly origin: string;
  readonly judge: AddressJudge;
  readonly connectTimeoutMs: number;
  /** For https. */
  readonly tls: BackendTls;
}

/**
 * Makes connections to one origin. The address is judged here and nowhere earlier: after DNS, and the connection goes to
 * the very address that was judged, so a name that changes its answer between check and use gains nothing.
 */
export function buildOpenSocket(options: OpenSocketOptions): OpenSocket {
  const { judge, connectTimeoutMs } = options;
  const host = new URL(options.origin).hostname.replace(/^\[|\]$/g, '');
  const open = dialer(options, host);
  return (done) => {
    // A literal address is never looked up, so it is judged before.
    const reason = isIP(host) === 0 ? undefined : judge(host);
    if (reason === undefined) settleInTime(open(), connectTimeoutMs, done);
    else done(new AddressRefused(host, host, reason));
  };
}

/** A socket under way, and the event that says it is ready. */
interface Dialed {
  readonly socket: Socket;
  readonly readyEvent: 'connect' | 'secureConnect';
}

function dialer({ origin, judge, tls }: OpenSocketOptions, host: string): () => Dialed {
  const url = new URL(origin);
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const target = { host, port, lookup: guardedLookup(judge), noDelay: true };
  if (!secure) return () => ({ socket: connect(target), readyEvent: 'connect' });
  const { secureContext } = tls;
  // An address is no name that SNI could carry (RFC 6066, 3).
  const servername = tls.serverName ?? (isIP(host) === 0 ? host : '');
  let session: Buffer | undefined;
  return () => {
    const socket = secureConnect({ ...target, secureContext, servername, ALPNProtocols: ['http/1.1'], session });
    socket.on('session', (next) => {
      session = next;
    });
    return { socket, readyEvent: 'secureConnect' };
  };
}

function settleInTime({ socket, readyEvent }: Dialed, timeoutMs: number, done: (opened: Socket | Error) => void): void {
  const settle = (opened: Socket | Error) => {
    clearTimeout(timer);
    socket.off(readyEvent, onReady).off('error', settle);
    if (opened instanceof Error) socket.on('error', () => undefined).destroy();
    done(opened);
  };
  const onReady = () => settle(socket);
  const timer = setTimeout(() => settle(new ConnectTimeout(timeoutMs)), timeoutMs);
  socket.once(readyEvent, onReady).once('error', settle);
}

const lookups = new SharedLookup();

/** dns.lookup that hands on only addresses that may be called. */
function guardedLookup(judge: AddressJudge): LookupFunction {
  return (hostname, options, callback) => {
    lookups.find(hostname, (error, addresses) => {
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

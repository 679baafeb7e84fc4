import { connect, isIP, type Socket } from 'node:net';
import { connect as secureConnect } from 'node:tls';
import type { AddressJudge } from '#api/backend-address.ts';
import { CodedError } from '#api/errors.ts';
import { connectLending } from '../http1/lending-socket.ts';
import { BackendName, type NameDeps } from './backend-name.ts';
import type { BackendTls } from './backend-tls.ts';
import type { OpenSocket } from './connection-pool.ts';
import { type Dialed, Race } from './race.ts';
import { Turns } from './turns.ts';

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
  /** Null: the origin speaks plain http. */
  readonly tls: BackendTls | null;
  /** What is asked for over TLS. */
  readonly alpn: 'http/1.1' | 'h2';
  /** Plain connections are read by `readFrom` (`http1/lending-socket.ts`) and not as streams. */
  readonly lends: boolean;
  readonly names: NameDeps;
}

/** Makes connections to one origin. */
export interface Opener {
  readonly open: OpenSocket;
  /** Asks for the addresses of its name again if it is time. */
  readonly refresh: () => void;
  /** How many addresses are known; 1 until the name was asked for. */
  readonly countAddresses: () => number;
}

/**
 * Makes connections to one origin, to each of its addresses in turn. An address is judged here and nowhere earlier: after
 * DNS, each time, and the connection goes to the very address that was judged, so a name that changes its answer between
 * check and use gains nothing. `onAddresses` hears when the name has other addresses than before.
 */
export function buildOpener(options: OpenSocketOptions, onAddresses: (addresses: ReadonlySet<string>) => void): Opener {
  const { judge, connectTimeoutMs, names } = options;
  const host = new URL(options.origin).hostname.replace(/^\[|\]$/g, '');
  const name = isIP(host) === 0 ? new BackendName(host, names, onAddresses) : undefined;
  const dial = dialer(options, host);
  const turns = new Turns(names.clock);
  const open: OpenSocket = (done) => {
    let race: Race | undefined;
    let isOver = false;
    const settle = (opened: Socket | Error) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      done(opened);
    };
    const timer = setTimeout(() => {
      race?.cancel();
      settle(new ConnectTimeout(connectTimeoutMs));
    }, connectTimeoutMs);
    const onFound = (found: readonly string[] | Error) => {
      if (isOver) return;
      const allowed = found instanceof Error ? found : allowedOf(host, found, judge);
      if (allowed instanceof Error) settle(allowed);
      else race = new Race(turns.order(allowed), { dial, onFailed: turns.avoid, done: settle });
    };
    if (name === undefined) onFound([host]);
    else name.find(onFound);
  };
  return { open, refresh: () => name?.refresh(), countAddresses: () => Math.max(1, name?.size ?? 1) };
}

function allowedOf(host: string, addresses: readonly string[], judge: AddressJudge): readonly string[] | Error {
  const allowed = addresses.filter((address) => judge(address) === undefined);
  if (allowed.length > 0) return allowed;
  const address = addresses[0] ?? 'none';
  return new AddressRefused(host, address, judge(address) ?? 'may not be called');
}

function dialer({ origin, tls, alpn, lends }: OpenSocketOptions, name: string): (address: string) => Dialed {
  const url = new URL(origin);
  const port = url.port === '' ? (tls === null ? 80 : 443) : Number(url.port);
  if (tls === null) {
    const plainly = (host: string) => (lends ? connectLending(host, port) : connect({ host, port, noDelay: true }));
    return (host) => ({ socket: plainly(host), readyEvent: 'connect' });
  }
  const { secureContext } = tls;
  // An address is no name that SNI could carry (RFC 6066, 3).
  const servername = tls.serverName ?? (isIP(name) === 0 ? name : '');
  let session: Buffer | undefined;
  return (host) => {
    const target = { host, port, noDelay: true, secureContext, servername, session };
    const socket = secureConnect({ ...target, ALPNProtocols: [alpn] });
    socket.on('session', (next) => {
      session = next;
    });
    return { socket, readyEvent: 'secureConnect' };
  };
}

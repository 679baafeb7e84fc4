import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { ClientLink } from '../exchange.ts';
import type { Peer } from '../router/trusted-proxies.ts';
import { clientCertificateOf } from '../tls/client-certificate.ts';
import type { TlsSettings } from '../tls/tls-settings.ts';
import { type ArrivalReport, tlsFailureOf } from './arrival-report.ts';
import type { OpenConnection } from './connection-host.ts';

export interface TlsAcceptorDeps {
  readonly clock: Clock;
  readonly report: ArrivalReport;
  readonly handshakeTimeoutMs: number;
  /** More handshakes at a time are refused by a reset: each costs a private-key operation and some 30 KiB. */
  readonly maxHandshakes: number;
  /** The handshake is complete. */
  readonly onOpen: (connection: OpenConnection) => void;
}

interface Arriving {
  readonly raw: Socket;
  readonly peer: Peer;
}

/**
 * The TLS side of one listener, as long as it lives: {@link use} changes the settings for the handshakes to come, and
 * connections that stand go on as they are.
 */
export class TlsAcceptor {
  readonly #deps: TlsAcceptorDeps;
  /** By the client's address and port, which is how the connection below is found again. */
  readonly #arriving = new Map<string, Arriving>();
  #settings: TlsSettings;
  #http2: boolean;
  #server: Server;

  constructor(settings: TlsSettings, http2: boolean, deps: TlsAcceptorDeps) {
    this.#deps = deps;
    this.#settings = settings;
    this.#http2 = http2;
    this.#server = this.#buildServer(settings, http2);
  }

  /** `http2`: offer it to clients that know it. */
  use(settings: TlsSettings, http2: boolean): void {
    if (settings === this.#settings && http2 === this.#http2) return;
    this.#settings = settings;
    this.#http2 = http2;
    this.#server = this.#buildServer(settings, http2);
  }

  /** `raw`: a TCP connection of which nothing that belongs to TLS has been read. */
  accept(raw: Socket, peer: Peer): void {
    const { report, maxHandshakes, clock } = this.#deps;
    if (this.#arriving.size >= maxHandshakes) {
      report.failed('overload', '', clock.steady());
      raw.destroy();
      return;
    }
    const key = keyOf(raw);
    this.#arriving.set(key, { raw, peer });
    raw.once('close', () => this.#arriving.delete(key));
    this.#server.emit('connection', raw);
  }

  /** A server that never listens: connections are handed to it. */
  #buildServer(settings: TlsSettings, http2: boolean): Server {
    const { certificates, serverOptions, clientCertificates } = settings;
    const { report, clock, handshakeTimeoutMs } = this.#deps;
    const server = createServer({
      ...serverOptions,
      handshakeTimeout: handshakeTimeoutMs,
      ALPNProtocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
      SNICallback: (host, done) => done(null, certificates.contextFor(host)),
    });
    server.on('secureConnection', (socket: TLSSocket) => this.#onSecure(socket, clientCertificates));
    server.on('tlsClientError', (error: Error & { readonly code?: string }, socket) => {
      const code = error.code ?? '';
      report.failed(tlsFailureOf(code), code, clock.steady());
      // Node does so itself after every other error, but not when the time is up.
      socket.destroy();
    });
    return server;
  }

  #onSecure(socket: TLSSocket, mode: TlsSettings['clientCertificates']): void {
    const key = keyOf(socket);
    const arriving = this.#arriving.get(key);
    if (arriving === undefined) {
      // The client is gone already, and with it its address.
      socket.on('error', () => undefined).destroy();
      return;
    }
    this.#arriving.delete(key);
    const { raw, peer } = arriving;
    this.#deps.onOpen({
      ...{ socket, raw },
      link: { peer, isTls: true, isHttp2: socket.alpnProtocol === 'h2', ...shownBy(socket, mode) },
    });
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Which certificate the client has shown, and whether it will do. */
function shownBy(
  socket: TLSSocket,
  mode: TlsSettings['clientCertificates'],
): Pick<ClientLink, 'certificate' | 'fault'> {
  if (mode === 'None') return { certificate: null, fault: null };
  const shown = socket.getPeerX509Certificate();
  if (shown === undefined) {
    const detail = 'This listener needs a client certificate, and none was shown.';
    const fault = mode === 'Required' ? new GatewayError('GW_CLIENT_CERTIFICATE_MISSING', detail) : null;
    return { certificate: null, fault };
  }
  if (socket.authorized) return { certificate: clientCertificateOf(shown), fault: null };
  const detail = `The client certificate is not trusted here: ${socket.authorizationError}.`;
  return { certificate: null, fault: new GatewayError('GW_CLIENT_CERTIFICATE_INVALID', detail) };
}

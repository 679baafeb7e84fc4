import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { TestAuthority } from '#gateway/testing/authority.ts';
import { readSites, type Site } from '../../examples/banten/backend/sites.ts';

/** What the backend saw of one call. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** The name that was asked for in the TLS handshake. */
  readonly serverName: string;
  /** Common name of the certificate that was shown. */
  readonly client: string;
}

const { rows } = readSites(new URL('../../examples/banten/data/banten-sites.csv', import.meta.url));

/** A population number that stands for a row of the data, which its last four digits name; one of many for each. */
export const nikOf = (row: number, person = 0): string =>
  `3671${String(person).padStart(8, '0')}${String(row).padStart(4, '0')}`;
export const rowOf = (nik: string): Site | undefined => rows[Number(nik.slice(-4)) - 1];

/** One endpoint of the file's backend: https with mutual TLS, on port 443 of its own address. */
export class Dukcapil {
  readonly address: string;
  readonly seen: Seen[] = [];
  /** Answers to the next calls that are none of the data. */
  nextStatuses: number[] = [];
  /** All calls are answered by it; undefined: by the data. */
  status: number | undefined = undefined;
  delayMs = 0;
  isWell = true;
  /** Bytes in each answer that the definition does not know. */
  padding = 0;
  #server: Server | undefined = undefined;

  constructor(address: string) {
    this.address = address;
  }

  /** `names`: what its certificate is for. */
  async start(authority: TestAuthority, names = 'DNS:dukcapil.internal'): Promise<void> {
    const { certificate, privateKey } = await authority.issue(`backend-${this.address}`, { names });
    const tls = { cert: certificate, key: privateKey, ca: authority.ca, requestCert: true, rejectUnauthorized: true };
    const server = createServer(tls, (request, response) => void this.#answer(request, response));
    this.#server = server;
    server.listen(443, this.address);
    await once(server, 'listening');
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    if (url === '/healthz') {
      response.writeHead(this.isWell ? 200 : 503).end();
      return;
    }
    const socket = request.socket as TLSSocket;
    const client = String(socket.getPeerCertificate().subject.CN);
    this.seen.push({ method, url, headers, serverName: String(socket.servername), client });
    if (this.delayMs > 0) await delay(this.delayMs);
    const status = this.nextStatuses.shift() ?? this.status;
    const site = rowOf(url.split(/[/?]/)[3] ?? '');
    if (status !== undefined || site === undefined) response.writeHead(status ?? 404).end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(this.#person(url, site)));
  }

  /** As the definition wants it, but for the padding. */
  #person(url: string, { no, opd }: Site): object {
    const person = { id: Number(no), nik: url.split(/[/?]/)[3], nama: opd };
    return this.padding === 0 ? person : { ...person, catatan: 'x'.repeat(this.padding) };
  }
}

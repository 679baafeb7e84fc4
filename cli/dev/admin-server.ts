import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page of the admin server, made anew for each request. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** The small server of `simpul dev` on 127.0.0.1. It never shows a key. */
export class AdminServer {
  readonly #server: Server;
  readonly #pages: ReadonlyMap<string, () => Promise<Page>>;

  constructor(pages: Readonly<Record<string, () => Promise<Page>>>) {
    this.#pages = new Map(Object.entries(pages));
    this.#server = createServer({ maxHeaderSize: 8192, requestTimeout: 10_000 }, (request, response) => {
      void this.#serve(request.method ?? '', request.url ?? '/', response);
    });
  }

  /** Rejects when the port cannot be opened. */
  listen(port: number): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host: '127.0.0.1' }, () => resolve(this.#server.address() as AddressInfo));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(method: string, url: string, response: ServerResponse): Promise<void> {
    const { status, type, body } = await this.#choose(method, url.split('?', 1)[0] ?? '/');
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store' };
    response.writeHead(status, status === 405 ? { ...headers, allow: 'GET, HEAD' } : headers);
    response.end(method === 'HEAD' ? undefined : body);
  }

  async #choose(method: string, path: string): Promise<Page> {
    const page = this.#pages.get(path);
    if (page === undefined) return textPage(404, `Nothing is here; there are ${[...this.#pages.keys()].join(', ')}.`);
    if (method !== 'GET' && method !== 'HEAD') return textPage(405, 'Only GET and HEAD.');
    try {
      return await page();
    } catch (error) {
      return textPage(500, `This page could not be made: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

export function textPage(status: number, text: string): Page {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

export function jsonPage(value: unknown): Page {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(value, null, 2)}\n` };
}

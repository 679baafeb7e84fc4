import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Exposition } from '../metrics/exposition.ts';
import { ListenError } from '../transport/http-listener.ts';
import { type Period, periodOf } from '../usage/usage-keeper.ts';
import type { UsageReport } from '../usage/usage-table.ts';

export interface AdminDeps {
  /** The metrics, for a scraper with this Accept field. `now`: steady milliseconds. */
  readonly exposition: (accept: string, now: number) => Promise<Exposition>;
  /** Undefined: ready. Else why not. */
  readonly unready: () => string | undefined;
  /** `/usage?from=` and `until=`: milliseconds since the epoch; hours that begin in between. */
  readonly usage: (period: Period) => Promise<UsageReport>;
  /** What is to be told about backends, as JSON. */
  readonly backends: () => unknown;
  readonly clock: Clock;
}

/** `/healthz`, `/readyz`, `/metrics`, `/usage` and `/backends`, on a port that callers do not reach. */
export class AdminServer {
  readonly #server: Server;
  readonly #deps: AdminDeps;

  constructor(deps: AdminDeps) {
    this.#deps = deps;
    this.#server = createServer({ maxHeaderSize: 8192 }, (request, response) => this.#serve(request, response));
  }

  listen(port: number, host: string): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => reject(new ListenError(host, port, error)));
      this.#server.listen({ port, host }, () => {
        const address = this.#server.address();
        if (typeof address === 'object' && address !== null) resolve(address);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405, 'only GET and HEAD\n');
      return;
    }
    switch (request.url) {
      case '/healthz':
        answer(response, 200, 'ok\n');
        return;
      case '/readyz': {
        const reason = this.#deps.unready();
        answer(response, reason === undefined ? 200 : 503, `${reason ?? 'ok'}\n`);
        return;
      }
      case '/backends':
        void this.#servePage(response, async () => jsonPage(await this.#deps.backends()));
        return;
      case '/metrics':
        void this.#servePage(response, () =>
          this.#deps.exposition(request.headers.accept ?? '', this.#deps.clock.steady()),
        );
        return;
      case '/usage':
        void this.#servePage(response, async () => jsonPage(await this.#deps.usage(periodOf(request.url ?? '/'))));
        return;
      default:
        answer(response, 404, 'there are /healthz, /readyz, /metrics, /usage and /backends\n');
    }
  }

  async #servePage(response: ServerResponse, make: () => Promise<Exposition>): Promise<void> {
    try {
      const { type, text } = await make();
      answer(response, 200, text, type);
    } catch {
      answer(response, 500, 'what was asked for could not be put together\n');
    }
  }
}

function jsonPage(value: unknown): Exposition {
  return { type: 'application/json', text: `${JSON.stringify(value)}\n` };
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': type }).end(text);
}

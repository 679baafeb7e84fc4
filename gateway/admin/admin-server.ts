import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.ts';
import { Expositions } from '../metrics/exposition.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { ListenError } from '../transport/http-listener.ts';
import { type Period, periodOf } from '../usage/usage-keeper.ts';
import type { UsageReport } from '../usage/usage-table.ts';

export interface AdminDeps {
  readonly metrics: GatewayMetrics;
  /** Brings gauges up to date before they are read. */
  readonly refresh: () => void;
  /** Undefined: ready. Else why not. */
  readonly unready: () => string | undefined;
  readonly usage: (period: Period) => Promise<UsageReport>;
  /** What is to be told about backends, as JSON. */
  readonly backends: () => unknown;
  readonly clock: Clock;
}

/** `/healthz`, `/readyz`, `/metrics`, `/usage` and `/backends`, on a port that callers do not reach. */
export class AdminServer {
  readonly #server: Server;
  readonly #deps: AdminDeps;
  readonly #expositions: Expositions;

  constructor(deps: AdminDeps) {
    this.#deps = deps;
    this.#expositions = new Expositions(deps.metrics.registry, deps.refresh);
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
        answer(response, 200, `${JSON.stringify(this.#deps.backends())}\n`, 'application/json');
        return;
      case '/metrics':
        void this.#serveMetrics(request.headers.accept ?? '', response);
        return;
      case '/usage':
        void this.#serveUsage(request.url ?? '/', response);
        return;
      default:
        answer(response, 404, 'there are /healthz, /readyz, /metrics, /usage and /backends\n');
    }
  }

  /** `?from=` and `until=`: milliseconds since the epoch; hours that begin in between. */
  async #serveUsage(target: string, response: ServerResponse): Promise<void> {
    const report = await this.#deps.usage(periodOf(target));
    answer(response, 200, JSON.stringify(report), 'application/json');
  }

  async #serveMetrics(accept: string, response: ServerResponse): Promise<void> {
    try {
      const { type, text } = await this.#expositions.get(accept, this.#deps.clock.steady());
      response.writeHead(200, { 'Content-Type': type }).end(text);
    } catch {
      answer(response, 500, 'the metrics could not be put together\n');
    }
  }
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': type }).end(text);
}

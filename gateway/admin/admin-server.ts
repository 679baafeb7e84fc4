import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { ListenError } from '../transport/http-listener.ts';
import type { UsageReport } from '../usage/usage-table.ts';

export interface AdminDeps {
  readonly metrics: GatewayMetrics;
  /** Brings gauges up to date before they are read. */
  readonly refresh: () => void;
  /** Undefined: ready. Else why not. */
  readonly unready: () => string | undefined;
  readonly usage: () => UsageReport;
  readonly clock: Clock;
}

/** Putting all series into text takes long enough to be felt; everybody who asks within this time gets the same. */
const metricsCacheMs = 1000;

/** `/healthz`, `/readyz`, `/metrics` and `/usage`, on a port that callers do not reach. */
export class AdminServer {
  readonly #server: Server;
  readonly #deps: AdminDeps;
  #metricsText: Promise<string> | undefined = undefined;
  #metricsUntil = 0;

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
      case '/metrics':
        void this.#serveMetrics(response);
        return;
      case '/usage':
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(this.#deps.usage()));
        return;
      default:
        answer(response, 404, 'there are /healthz, /readyz, /metrics and /usage\n');
    }
  }

  async #serveMetrics(response: ServerResponse): Promise<void> {
    const { registry } = this.#deps.metrics;
    const now = this.#deps.clock.steady();
    if (this.#metricsText === undefined || now >= this.#metricsUntil) {
      this.#deps.refresh();
      this.#metricsText = registry.metrics();
      this.#metricsUntil = now + metricsCacheMs;
    }
    try {
      response.writeHead(200, { 'Content-Type': registry.contentType }).end(await this.#metricsText);
    } catch {
      this.#metricsText = undefined;
      answer(response, 500, 'the metrics could not be put together\n');
    }
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}

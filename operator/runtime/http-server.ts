import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { type Clock, systemClock } from './clock.ts';

export interface HttpServerOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Default: all addresses, because the kubelet calls the pod's. */
  readonly host?: string;
  /** One sentence for each thing that only a restart helps; empty while well. That we answer shows that we are alive. */
  readonly problems: () => readonly string[];
  /** True once the first lists are complete; a standby is ready, too. */
  readonly isReady: () => boolean;
  /** Why it is not, in one sentence; default: the first lists. */
  readonly waitsFor?: () => string;
  readonly registry: Pick<Registry, 'metrics' | 'contentType'>;
  readonly clock?: Clock;
}

/** The operator's small server for the kubelet and Prometheus. */
export interface HttpServer {
  readonly port: number;
  /** Ends open connections. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Page = () => Answer | Promise<Answer>;

/** However many scrape, metrics are put together at most this often. */
const metricsCacheMs = 1_000;

/** Listens; resolves once it does, rejects when the port is taken. Serves /healthz, /readyz and /metrics. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { waitsFor = () => 'the first lists are not complete yet' } = options;
  const pages: ReadonlyMap<string, Page> = new Map<string, Page>([
    ['/healthz', () => health(options.problems())],
    ['/readyz', () => (options.isReady() ? text(200, 'ok') : text(503, waitsFor()))],
    ['/metrics', metricsPage(options)],
  ]);
  const server = createServer(
    { headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 10_000, maxHeaderSize: 8 * 1024 },
    (request, response) => void answer(pages, request, response),
  );
  server.maxConnections = 64;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return { port, close: () => close(server) };
}

function health(problems: readonly string[]): Answer {
  return problems.length === 0 ? text(200, 'ok') : text(503, problems.join('\n'));
}

function metricsPage({ registry, clock = systemClock }: HttpServerOptions): Page {
  let cached: { readonly untilMs: number; readonly body: Promise<string> } | undefined;
  return async () => {
    if (cached === undefined || clock.now() >= cached.untilMs) {
      cached = { untilMs: clock.now() + metricsCacheMs, body: registry.metrics() };
    }
    return { status: 200, body: await cached.body, headers: { 'Content-Type': registry.contentType } };
  };
}

async function answer(pages: ReadonlyMap<string, Page>, request: IncomingMessage, response: ServerResponse) {
  const { status, body, headers } = await choose(pages, request);
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(body);
}

async function choose(pages: ReadonlyMap<string, Page>, { method, url = '/' }: IncomingMessage): Promise<Answer> {
  const page = pages.get(url.split('?', 1)[0] ?? '');
  if (page === undefined) return text(404, `not found; there are ${[...pages.keys()].join(', ')}`);
  if (method !== 'GET' && method !== 'HEAD')
    return { ...text(405, 'only GET and HEAD'), headers: { Allow: 'GET, HEAD' } };
  try {
    return await page();
  } catch {
    return text(500, 'this page could not be put together');
  }
}

function text(status: number, line: string): Answer {
  return { status, body: `${line}\n` };
}

function listen(server: Server, { port, host }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

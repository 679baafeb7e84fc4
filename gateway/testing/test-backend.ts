import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import type { CompiledBackend } from '#api/compiled/contract.ts';

export interface TestBackend {
  readonly port: number;
  readonly url: string;
  readonly server: Server | TcpServer;
  /** Heads in the order in which they came. */
  readonly requests: IncomingMessage[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** A real HTTP backend on a free port of 127.0.0.1. */
export async function aBackend(listener: RequestListener): Promise<TestBackend> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  server.keepAliveTimeout = 10_000;
  const port = await listening(server);
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port, url: `http://127.0.0.1:${port}`, server, requests, [Symbol.asyncDispose]: close };
}

/** A backend of raw bytes: `serve` gets the socket and everything that came with the first read. */
export async function aRawBackend(serve: (socket: Socket, head: string) => void): Promise<TestBackend> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('data', (head) => serve(socket, head.toString('latin1')));
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listening(server);
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { port, url: `http://127.0.0.1:${port}`, server, requests: [], [Symbol.asyncDispose]: close };
}

export function backendAt(url: string, change: Partial<CompiledBackend> = {}): CompiledBackend {
  return { endpoints: [{ url, weight: 1 }], timeoutMs: 5000, connectTimeoutMs: 2000, ...change };
}

function listening(server: Server | TcpServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

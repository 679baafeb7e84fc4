import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EchoBackend {
  /** Base URL. */
  readonly url: string;
  close(): void;
}

/** Answers every call with the path that it got, so that an answer tells which generation of a route led to it. */
export async function startEchoBackend(): Promise<EchoBackend> {
  const server = createServer((request, response) => {
    const body = request.url ?? '';
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) }).end(body);
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

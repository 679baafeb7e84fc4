import { createServer, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { type Dispatcher, Pool } from 'undici';

/**
 * The least that a proxy on node:http and undici can be: no routing, no filters, no timeouts, no checks; it forwards GET
 * and nothing else. It is no gateway; it shows how much of the way to nginx the two libraries themselves take.
 */
export function serveBareProxy(options: { port: number; backend: string }): void {
  const pool = new Pool(options.backend, { connections: 64, pipelining: 1 });
  const server = createServer((request, response) => {
    response.sendDate = false;
    pool.dispatch(
      { path: request.url ?? '/', method: 'GET', headers: request.rawHeaders.filter(notConnection) },
      handlerFor(response),
    );
  });
  server.listen(options.port, '127.0.0.1');
}

function notConnection(_text: string, at: number, fields: string[]): boolean {
  return fields[at - (at % 2)]?.toLowerCase() !== 'connection';
}

/** Answers by undici's older handler methods: raw fields in, raw fields out, and one write where it can be one. */
function handlerFor(response: ServerResponse): Dispatcher.DispatchHandler {
  let last: Buffer | undefined;
  return {
    onConnect: () => undefined,
    onHeaders: (status, fields) => {
      response.writeHead(
        status,
        fields.map((field) => field.toString('latin1')),
      );
      return true;
    },
    onData: (chunk) => {
      if (last !== undefined) response.write(last);
      last = chunk;
      return true;
    },
    onComplete: () => {
      response.end(last);
    },
    onError: () => {
      response.destroy();
    },
  };
}

/**
 * The least that anything on node:net can be: each connection has one to the backend, and bytes go from one to the other
 * unread. It is no proxy; it shows how much of the way to nginx Node.js itself takes.
 */
export function serveSplice(options: { port: number; backend: string }): void {
  const { hostname, port } = new URL(options.backend);
  const server = createTcpServer({ noDelay: true }, (client) => {
    const backend = connect({ host: hostname, port: Number(port), noDelay: true });
    copy(client, backend);
    copy(backend, client);
  });
  server.listen(options.port, '127.0.0.1');
}

function copy(from: Socket, to: Socket): void {
  from.on('data', (bytes) => to.write(bytes));
  from.on('error', () => to.destroy()).on('close', () => to.destroy());
}

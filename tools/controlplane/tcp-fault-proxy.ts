import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on 127.0.0.1 that can hurt the connections through it. Bytes (and so TLS) pass unread. */
export interface TcpFaultProxy {
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Swallows all bytes of the present connections from now on, without closing them: half-open. New ones pass. */
  freeze(): void;
  /** Resets the present connections. */
  cut(): void;
  /** Resets the present connections and every new one, until {@link mend}. */
  refuse(): void;
  mend(): void;
  stop(): Promise<void>;
}

export async function startTcpFaultProxy(target: string): Promise<TcpFaultProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let accepted = 0;
  let refusing = false;

  const server = createServer((client) => {
    accepted += 1;
    client.on('error', () => undefined);
    if (refusing) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, pair.toReversed() as [Socket, Socket]]) {
      from.on('error', () => undefined);
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = () => {
    for (const [client, upstream] of pairs) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  };
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get accepted() {
      return accepted;
    },
    freeze: () => {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream).on('data', () => undefined);
        upstream.unpipe(client).on('data', () => undefined);
      }
    },
    cut,
    refuse: () => {
      refusing = true;
      cut();
    },
    mend: () => {
      refusing = false;
    },
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

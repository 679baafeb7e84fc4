import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** A backend that remembers which calls reached it, and how often. */
export class CountingBackend {
  readonly calls = new Map<string, number>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((incoming, response) => {
      const id = String(incoming.headers['x-request-id']);
      this.calls.set(id, (this.calls.get(id) ?? 0) + 1);
      const size = Number(new URL(incoming.url ?? '/', 'http://a').searchParams.get('size') ?? 20);
      incoming.resume().on('end', () => response.end(Buffer.alloc(size, 120)));
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** How one call ended for the client. */
export interface Ended {
  /** 0: without an answer. */
  readonly status: number;
  /** Steady milliseconds. */
  readonly at: number;
}

interface Kind {
  readonly path: string;
  readonly key?: string;
  readonly body?: Buffer;
}

/** Calls of all kinds from several clients at once, each with an id of its own; remembers how each ended. */
export class Traffic {
  readonly ended = new Map<string, Ended>();
  #stopped = false;
  /** Idle for less than the gateways' drain delay: they close what is idle when it is over. */
  readonly #agent = new Agent({ connections: 32, keepAliveTimeout: 300 });
  readonly #url: string;
  readonly #kinds: readonly Kind[];
  readonly #running: Promise<void>[] = [];

  constructor(url: string, key: string) {
    this.#url = url;
    const body = Buffer.alloc(10_000, 120);
    this.#kinds = [
      { path: '/soak/data', key },
      { path: '/soak/data', key },
      { path: '/soak/data', key, body },
      { path: '/soak/data?size=100000', key },
      { path: '/soak/limited', key }, // mostly 429
      { path: '/soak/crowded?size=1000', key }, // calls at the same time and bytes are limited
      { path: '/soak/churned', key }, // comes and goes
      { path: '/soak/data' }, // 401
      { path: '/soak/data', key: `${key}x` }, // 401
      { path: '/nowhere' }, // 404
    ];
  }

  start(clients: number): void {
    for (let i = 0; i < clients; i++) this.#running.push(this.#run());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
    await this.#agent.destroy();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const kind = this.#kinds[Math.floor(Math.random() * this.#kinds.length)];
      if (kind !== undefined) await this.#call(kind);
      await delay(10 + Math.random() * 20);
    }
  }

  async #call({ path, key, body }: Kind): Promise<void> {
    const id = randomUUID();
    const headers = { host: 'gw.test', 'x-request-id': id, ...(key === undefined ? {} : { 'x-api-key': key }) };
    const method = body === undefined ? 'GET' : 'POST';
    try {
      const sent = { method, headers, dispatcher: this.#agent, ...(body === undefined ? {} : { body }) } as const;
      const answer = await request(`${this.#url}${path}`, sent);
      await answer.body.dump({ limit: 1e9 });
      this.ended.set(id, { status: answer.statusCode, at: performance.now() });
    } catch {
      this.ended.set(id, { status: 0, at: performance.now() });
    }
  }
}

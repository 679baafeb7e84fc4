import { describeError } from '#api/errors.ts';
import type { Log } from '../log/log.ts';
import type { HttpListener, ListenerSettings } from './http-listener.ts';

export interface ListenerSpec {
  readonly name: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** A port that the configuration wants, and how it is spoken there. */
export interface WantedListener extends ListenerSpec {
  readonly settings: ListenerSettings;
}

export interface ListenerAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

const retryAfterMs = 1000;

/** The open ports, kept in step with what the configuration wants. A port that cannot be opened is tried again. */
export class ListenerSet {
  readonly #open = new Map<string, { readonly server: HttpListener; readonly address: ListenerAddress }>();
  /** Closed for new connections; their last calls are under way. */
  readonly #leaving = new Set<HttpListener>();
  readonly #makeServer: (name: string) => HttpListener;
  readonly #log: Log;
  readonly #onChange: () => void;
  #wanted: readonly WantedListener[] = [];
  #work: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined = undefined;
  #stopped = false;

  constructor(makeServer: (name: string) => HttpListener, log: Log, onChange: () => void) {
    this.#makeServer = makeServer;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Opens what is new and closes what is gone, in the background; what stays open has its new settings at once. */
  want(wanted: readonly WantedListener[]): void {
    if (this.#stopped) return;
    const before = this.#wanted.map(keyOf);
    this.#wanted = wanted;
    for (const spec of wanted) this.#open.get(keyOf(spec))?.server.use(spec.settings);
    if (wanted.length !== before.length || wanted.some((spec, i) => keyOf(spec) !== before[i])) this.#settleSoon();
  }

  /** Every wanted port is open, and there is one. */
  get isComplete(): boolean {
    return this.#wanted.length > 0 && this.#wanted.every((spec) => this.#open.has(keyOf(spec)));
  }

  addresses(): readonly ListenerAddress[] {
    return [...this.#open.values()].map(({ address }) => address);
  }

  beginDrain(): void {
    for (const { server } of this.#open.values()) server.beginDrain();
  }

  /** Stops listening; resolves when all calls are done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#work;
    await Promise.all(this.#servers().map((server) => server.stop()));
  }

  destroy(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    for (const server of this.#servers()) server.destroy();
  }

  #servers(): HttpListener[] {
    return [...[...this.#open.values()].map(({ server }) => server), ...this.#leaving];
  }

  #settleSoon(): void {
    clearTimeout(this.#retry);
    this.#work = this.#work.then(() => this.#settle());
  }

  async #settle(): Promise<void> {
    if (this.#stopped) return;
    const keys = new Set(this.#wanted.map(keyOf));
    for (const [key, { server }] of this.#open) {
      if (keys.has(key)) continue;
      this.#open.delete(key);
      this.#leaving.add(server);
      void server.stop().then(() => this.#leaving.delete(server));
    }
    for (const spec of this.#wanted) if (!this.#open.has(keyOf(spec))) await this.#openPort(spec);
    this.#onChange();
  }

  async #openPort(spec: WantedListener): Promise<void> {
    const server = this.#makeServer(spec.name);
    server.use(spec.settings);
    try {
      const { address, port } = await server.listen(spec.port, spec.host);
      // They may have changed meanwhile.
      server.use(this.#wanted.find((wanted) => keyOf(wanted) === keyOf(spec))?.settings ?? spec.settings);
      this.#open.set(keyOf(spec), { server, address: { name: spec.name, host: address, port } });
      this.#log.info({ listener: spec.name, host: address, port }, 'listening');
    } catch (error) {
      this.#log.error(
        { listener: spec.name, cause: describeError(error) },
        'a port could not be opened; it is tried again',
      );
      this.#retry = setTimeout(() => this.#settleSoon(), retryAfterMs);
    }
  }
}

function keyOf(spec: ListenerSpec): string {
  return `${spec.name} ${spec.host} ${spec.port}`;
}

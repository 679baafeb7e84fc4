import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';

/** Opens a connection to one provider: judged, and with TLS where it is https. */
export type OpenProvider = (opened: (connection: Duplex | Error) => void) => void;

/** A connection that nobody uses is closed after this time. */
const idleMs = 10_000;
/** And one in use after this, between two questions: its address is judged anew, and another pod may be asked. */
const longestMs = 60_000;

/** The connections to one provider, kept between questions. */
export class KeptConnections extends Agent {
  readonly #open: OpenProvider;
  /** Milliseconds of `performance.now()`. */
  readonly #openedAt = new WeakMap<Duplex, number>();

  constructor(open: OpenProvider) {
    super({ keepAlive: true, maxFreeSockets: 4, timeout: idleMs });
    this.#open = open;
  }

  override createConnection(_options: unknown, done?: (error: Error | null, connection: Duplex) => void): undefined {
    this.#open((opened) => {
      if (opened instanceof Error) return done?.(opened, undefined as never);
      this.#openedAt.set(opened, performance.now());
      done?.(null, opened);
    });
  }

  /** Node asks this after each answer; false closes the connection. */
  override keepSocketAlive(connection: Duplex): boolean {
    const age = performance.now() - (this.#openedAt.get(connection) ?? 0);
    return age < longestMs && (super.keepSocketAlive(connection) as unknown as boolean);
  }
}

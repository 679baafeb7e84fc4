import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { StoreError } from './store-error.ts';
import type { Line, LineTarget, OpenedStream } from './watch-line.ts';

/** A watch ends by `timeoutSeconds` (at most 300) by itself; one that is older has lost its end. */
const maxAgeMs = 330_000;
/** Of the connection and of each stream: a burst of events need not wait for a round trip per 64 KiB. */
const windowBytes = 1024 * 1024;

/**
 * As many watches as the server allows on one HTTP/2 connection that is asked for a sign of life. On node:http2 itself and not undici, which
 * breaks all streams at a polite GOAWAY (the API server sends one beside every 401) and does not bound a PING.
 */
export class Http2Line implements Line {
  readonly maxAgeMs = maxAgeMs;
  readonly #session: ClientHttp2Session;
  readonly #timer: NodeJS.Timeout;
  #streams = 0;

  private constructor(socket: TLSSocket, { origin, limits, onDead }: LineTarget) {
    const session = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: windowBytes },
    });
    this.#session = session;
    session.once('connect', () => session.setLocalWindowSize(windowBytes));
    session.on('error', () => undefined); // each stream gets it too, and its reader tells
    session.once('close', () => clearInterval(this.#timer));
    this.#timer = setInterval(() => ping(session, limits.pingTimeoutMs, onDead), limits.pingIntervalMs).unref();
  }

  get closed(): boolean {
    return this.#session.closed || this.#session.destroyed;
  }

  /** Resolves once the server has said how many streams it allows, which is the first that it says. */
  static async open(socket: TLSSocket, target: LineTarget, opening: AbortSignal): Promise<Http2Line> {
    const line = new Http2Line(socket, target);
    try {
      await once(line.#session, 'remoteSettings', { signal: opening });
      return line;
    } catch (error) {
      const cause = new StoreError('Unreachable', 'the connection of the watches could not be opened', {
        cause: error,
      });
      line.destroy(cause);
      throw cause;
    }
  }

  get full(): boolean {
    return this.#streams >= (this.#session.remoteSettings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY);
  }

  async open(path: string, headers: Record<string, string>, opening: AbortSignal): Promise<OpenedStream> {
    const stream = this.#session.request({ ...headers, ':method': 'GET', ':path': path });
    this.#streams += 1;
    stream.once('close', () => {
      this.#streams -= 1;
    });
    try {
      const head = await headOf(stream, opening);
      // Whoever reads the body gets the error; without this, one between two reads would end the process.
      stream.on('error', () => undefined);
      return {
        statusCode: Number(head[':status']),
        headers: { 'retry-after': text(head['retry-after']) },
        body: stream,
      };
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  destroy(error: Error): void {
    clearInterval(this.#timer);
    this.#session.destroy(error);
  }
}

type Head = Readonly<Record<string, string | number | string[] | undefined>>;

/**
 * The head of the answer. A stream whose connection is lost closes without an error: who waited for `response` and
 * `error` alone would wait for ever.
 */
function headOf(stream: ClientHttp2Stream, opening: AbortSignal): Promise<Head> {
  return new Promise<Head>((resolve, reject) => {
    const giveUp = () => reject(new StoreError('Unreachable', 'opening the watch was given up'));
    const settle = () => opening.removeEventListener('abort', giveUp);
    stream.once('response', resolve).once('response', settle);
    stream.once('error', reject);
    stream.once('close', () => {
      settle();
      reject(new StoreError('Unreachable', 'the connection ended before the watch was answered'));
    });
    opening.addEventListener('abort', giveUp, { once: true });
    if (opening.aborted) giveUp();
  });
}

function ping(session: ClientHttp2Session, timeoutMs: number, onDead: () => void): void {
  const timer = setTimeout(() => {
    onDead();
    session.destroy(new StoreError('Unreachable', `no answer to PING for ${timeoutMs / 1000} s`));
  }, timeoutMs).unref();
  // Answered or refused (too many are under way, the session ends): only silence counts.
  const sent = session.destroyed || session.ping(() => clearTimeout(timer));
  if (!sent) clearTimeout(timer);
}

function text(value: string | number | string[] | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

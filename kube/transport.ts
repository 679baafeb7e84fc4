import { text } from 'node:stream/consumers';
import { Pool } from 'undici';
import { CodedError } from '#api/errors.ts';
import type { Connection, Credentials, TlsMaterial } from './connection.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { errorFromAnswer } from './status-error.ts';
import { StoreError } from './store-error.ts';
import { defaultLimits, type TransportLimits, type TransportOptions } from './transport-limits.ts';
import { type OpenedStream, WatchLine } from './watch-line.ts';

/** One request. `path` begins with `/` and carries the query. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  /** Media types that the answer may have; default JSON. */
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly contentType: string;
  /** From Retry-After in seconds; the API server sends no dates. */
  readonly retryAfterMs: number | undefined;
}

/** The bytes of a watch, and how old it may grow: see {@link WatchLine}. */
export interface Stream {
  readonly body: OpenedStream['body'];
  readonly maxAgeMs: number;
}

/**
 * HTTP to one API server: a pool of kept HTTP/1.1 connections for calls, and one line for watches (`watch-line.ts`), so
 * that neither waits for the other. Both are made anew when the TLS material changes; what is under way ends in peace.
 */
export class Transport {
  readonly #connection: Connection;
  readonly #limits: TransportLimits;
  readonly #origin: string;
  readonly #pathPrefix: string;
  #tls: TlsMaterial | undefined;
  #pool: Pool | undefined;
  #watchLine: WatchLine | undefined;
  #closed = false;

  constructor(connection: Connection, options: TransportOptions = {}) {
    this.#connection = connection;
    this.#limits = { ...defaultLimits, ...options };
    const url = new URL(connection.server);
    this.#origin = url.origin;
    this.#pathPrefix = url.pathname.replace(/\/+$/, '');
  }

  /**
   * Sends and reads the whole answer, whatever its status. 401 is tried once more with fresh credentials: the API
   * server did not look at the request. Throws StoreError `Unreachable`, `Timeout` or `Aborted` when there is no answer.
   */
  async call(call: Call): Promise<Answer> {
    const deadline = startDeadline(this.#limits.callTimeoutMs, call.signal);
    try {
      const answer = await this.#send(call, deadline);
      if (answer.status !== 401) return answer;
      this.#connection.invalidate();
      return await this.#send(call, deadline);
    } catch (error) {
      throw transportError(error, `${call.method} ${pathOnly(call.path)}`, deadline);
    } finally {
      deadline.done();
    }
  }

  /**
   * Opens a watch. An answer other than 200 is thrown as the StoreError that it stands for. The bytes end with an error
   * when the connection breaks, stalls or the signal aborts.
   */
  async stream(path: string, signal: AbortSignal | undefined): Promise<Stream> {
    const what = `watch ${pathOnly(path)}`;
    const deadline = startDeadline(this.#limits.callTimeoutMs, signal);
    try {
      const first = await this.#open(path, deadline);
      if (first.statusCode !== 401) return await accepted(first);
      first.body.destroy();
      this.#connection.invalidate();
      return await accepted(await this.#open(path, deadline));
    } catch (error) {
      throw transportError(error, what, deadline);
    } finally {
      deadline.done();
    }
  }

  /** Breaks everything that is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#pool?.destroy(), this.#watchLine?.destroy()]);
  }

  async #send(call: Call, deadline: Deadline): Promise<Answer> {
    const { credentials, pool } = await this.#prepare();
    const response = await pool.request({
      method: call.method,
      path: `${this.#pathPrefix}${call.path}`,
      headers: headersOf(credentials, call),
      body: call.body ?? null,
      signal: deadline.signal,
    });
    const body = Buffer.from(await response.body.arrayBuffer());
    const { 'content-type': contentType, 'retry-after': retryAfter } = response.headers;
    return {
      status: response.statusCode,
      body,
      contentType: String(contentType ?? ''),
      retryAfterMs: retryAfterOf(retryAfter),
    };
  }

  async #open(path: string, deadline: Deadline): Promise<OpenedStream & { maxAgeMs: number }> {
    const { credentials, watchLine } = await this.#prepare();
    return await watchLine.open(`${this.#pathPrefix}${path}`, headersOf(credentials), deadline.signal);
  }

  async #prepare(): Promise<{ credentials: Credentials; pool: Pool; watchLine: WatchLine }> {
    const credentials = await this.#connection.credentials();
    if (this.#closed) throw new StoreError('Aborted', 'the store is closed');
    if (this.#pool === undefined || this.#watchLine === undefined || credentials.tls !== this.#tls) {
      this.#replaceLines(credentials.tls);
    }
    const [pool, watchLine] = [this.#pool, this.#watchLine];
    if (pool === undefined || watchLine === undefined) throw new StoreError('Aborted', 'the store is closed');
    return { credentials, pool, watchLine };
  }

  #replaceLines(tls: TlsMaterial): void {
    // Calls under way end in peace. Old watches break: they must not outlive the credentials that they were opened with.
    void this.#pool?.close();
    void this.#watchLine?.destroy();
    this.#tls = tls;
    this.#pool = newPool(this.#origin, tls, this.#limits);
    this.#watchLine = new WatchLine({
      ...{ origin: this.#origin, tls, limits: this.#limits },
      onDead: () => this.#replacePool(tls),
    });
  }

  /** Kept connections may be as dead as the line of the watches, and each would cost a call its whole deadline. */
  #replacePool(tls: TlsMaterial): void {
    if (this.#closed || this.#tls !== tls) return;
    void this.#pool?.close();
    this.#pool = newPool(this.#origin, tls, this.#limits);
  }
}

function newPool(origin: string, tls: TlsMaterial, limits: TransportLimits): Pool {
  return new Pool(origin, {
    connections: limits.connections,
    connect: { ...tls, timeout: limits.connectTimeoutMs, keepAliveInitialDelay: 15_000 },
    // Below the API server's own 90 s, so that a write never meets a connection that is being closed.
    keepAliveTimeout: 30_000,
    // The deadline of the call bounds both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function headersOf(
  credentials: Credentials,
  { accept = 'application/json', contentType }: Pick<Call, 'accept' | 'contentType'> = {},
): Record<string, string> {
  const headers: Record<string, string> = { accept, 'user-agent': 'simpul' };
  if (credentials.authorization !== undefined) headers['authorization'] = credentials.authorization;
  if (contentType !== undefined) headers['content-type'] = contentType;
  return headers;
}

async function accepted(response: OpenedStream & { maxAgeMs: number }): Promise<Stream> {
  if (response.statusCode === 200) return { body: response.body, maxAgeMs: response.maxAgeMs };
  const body = await text(response.body);
  throw errorFromAnswer(response.statusCode, body, retryAfterOf(response.headers['retry-after']));
}

function retryAfterOf(header: string | string[] | undefined): number | undefined {
  const seconds = Number(Array.isArray(header) ? header[0] : header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function transportError(error: unknown, what: string, deadline: Deadline): Error {
  if (error instanceof CodedError) return error;
  return deadline.error(what) ?? new StoreError('Unreachable', `${what}: no complete answer`, { cause: error });
}

function pathOnly(path: string): string {
  const question = path.indexOf('?');
  return question < 0 ? path : path.slice(0, question);
}

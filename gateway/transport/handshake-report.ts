import type { Log } from '../log/log.ts';

/** Why a TLS handshake came to nothing. */
export type HandshakeFailure =
  | 'timeout'
  | 'gone'
  | 'plain-http'
  | 'version'
  | 'refused-by-client'
  | 'overload'
  | 'other';

/** Counts handshakes that failed. */
export interface HandshakeMeter {
  countHandshakeFailure(listener: string, reason: HandshakeFailure): void;
}

const logEveryMs = 10_000;

/**
 * What is told about handshakes that fail: each is counted, and at most every ten seconds a line says how many there
 * were, because whoever can reach the port can make as many as he likes.
 */
export class HandshakeReport {
  readonly #listener: string;
  readonly #meter: HandshakeMeter;
  readonly #log: Log;
  #unreported = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(listener: string, meter: HandshakeMeter, log: Log) {
    this.#listener = listener;
    this.#meter = meter;
    this.#log = log;
  }

  /** `code`: of the error, for the log. `now`: steady milliseconds. */
  failed(reason: HandshakeFailure, code: string, now: number): void {
    this.#meter.countHandshakeFailure(this.#listener, reason);
    this.#unreported++;
    if (now - this.#reportedAt < logEveryMs) return;
    const fields = { listener: this.#listener, failures: this.#unreported, lastReason: reason, lastCode: code };
    this.#log.warn(fields, 'TLS handshakes failed');
    this.#unreported = 0;
    this.#reportedAt = now;
  }
}

/** Sorts what OpenSSL and Node say into a few reasons, which are labels of a metric. */
export function failureOf(code: string): HandshakeFailure {
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'timeout';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'gone';
  if (code === 'ERR_SSL_HTTP_REQUEST') return 'plain-http';
  if (/ALERT/.test(code)) return 'refused-by-client';
  return /VERSION|PROTOCOL|CIPHER/.test(code) ? 'version' : 'other';
}

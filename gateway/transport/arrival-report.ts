import type { Log } from '../log/log.ts';

/** Why a connection ended before its first request. */
export type ArrivalFailure =
  | 'gone'
  | 'overload'
  | 'proxy-header'
  | 'proxy-untrusted'
  | 'timeout'
  | 'tls-other'
  | 'tls-plain-http'
  | 'tls-refused-by-client'
  | 'tls-version';

/** Counts connections that ended before their first request. */
export interface ArrivalMeter {
  countFailedArrival(listener: string, reason: ArrivalFailure): void;
}

const logEveryMs = 10_000;

/**
 * What is told about connections that never bring a request: each is counted, and at most every ten seconds a line says
 * how many there were, because whoever can reach the port can make as many as he likes.
 */
export class ArrivalReport {
  readonly #listener: string;
  readonly #meter: ArrivalMeter;
  readonly #log: Log;
  #unreported = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(listener: string, meter: ArrivalMeter, log: Log) {
    this.#listener = listener;
    this.#meter = meter;
    this.#log = log;
  }

  /** `detail`: for the log. `now`: steady milliseconds. */
  failed(reason: ArrivalFailure, detail: string, now: number): void {
    this.#meter.countFailedArrival(this.#listener, reason);
    this.#unreported++;
    if (now - this.#reportedAt < logEveryMs) return;
    const fields = { listener: this.#listener, failures: this.#unreported, lastReason: reason, lastDetail: detail };
    this.#log.warn(fields, 'connections ended before their first request');
    this.#unreported = 0;
    this.#reportedAt = now;
  }
}

/** Sorts what OpenSSL and Node say into a few reasons, which are labels of a metric. */
export function tlsFailureOf(code: string): ArrivalFailure {
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'timeout';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'gone';
  if (code === 'ERR_SSL_HTTP_REQUEST') return 'tls-plain-http';
  if (/ALERT/.test(code)) return 'tls-refused-by-client';
  return /VERSION|PROTOCOL|CIPHER/.test(code) ? 'tls-version' : 'tls-other';
}

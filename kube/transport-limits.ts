/** Bounds of the HTTP to one API server. Everything is milliseconds unless it says otherwise. */
export interface TransportOptions {
  /** Connections for calls; default 32. Watches share one connection of their own. */
  readonly connections?: number;
  /** Whole call from the first byte to the last; default 30 s. */
  readonly callTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** A watch's connection is asked for a sign of life this often, and given up when none comes; default 15 s each. */
  readonly pingIntervalMs?: number;
  readonly pingTimeoutMs?: number;
}

export type TransportLimits = Required<TransportOptions>;

export const defaultLimits: TransportLimits = {
  connections: 32,
  callTimeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  pingIntervalMs: 15_000,
  pingTimeoutMs: 15_000,
};

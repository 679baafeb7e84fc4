export interface TransportLimits {
  /** Bytes of request line and header fields together. */
  readonly maxHeadBytes: number;
  /** A head must be complete this long after its first byte, and a TLS handshake after the connection. */
  readonly headTimeoutMs: number;
  /** A client that neither sends nor reads, although it is its turn, is given up after this long. */
  readonly idleTimeoutMs: number;
  /** A WebSocket connection on which nothing moves either way is closed after this long. */
  readonly tunnelIdleMs: number;
  /** A kept connection with no call is closed after this long; above what load balancers use (60 s). */
  readonly keepAliveMs: number;
  /** TLS handshakes under way at a time, for each port. */
  readonly maxHandshakes: number;
}

export const defaultTransportLimits: TransportLimits = {
  maxHeadBytes: 16 * 1024,
  headTimeoutMs: 10_000,
  idleTimeoutMs: 30_000,
  tunnelIdleMs: 300_000,
  keepAliveMs: 75_000,
  maxHandshakes: 2048,
};

/** A client connection as its listener keeps it, whatever is spoken on it. */
export interface Tracked {
  /** From now on no call should begin here; those that do are served. */
  beginDrain(): void;
  /** No further call begins; ends when the last one under way has. */
  leave(): void;
  /** Ends at once; half an answer does not look whole. */
  destroy(): void;
  /** Ends what takes too long. `now`: steady milliseconds. */
  checkTime(now: number): void;
}

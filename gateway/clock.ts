/** Time, injected wherever logic depends on it. */
export interface Clock {
  /** Milliseconds since the epoch; may jump when the machine's clock is set. */
  readonly now: () => number;
  /** Milliseconds since some moment; never jumps, never goes back. */
  readonly steady: () => number;
}

export const systemClock: Clock = { now: Date.now, steady: () => performance.now() };

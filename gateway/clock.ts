import { performance } from 'node:perf_hooks';

/** Time, injected wherever logic depends on it. */
export interface Clock {
  /** Milliseconds since the epoch; may jump when the machine's clock is set. */
  readonly now: () => number;
  /** Milliseconds since some moment; never jumps, never goes back. */
  readonly steady: () => number;
}

/** The import, because the global is looked up anew in each call. */
export const systemClock: Clock = { now: Date.now, steady: () => performance.now() };

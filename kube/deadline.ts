import { StoreError } from './store-error.ts';

/** A signal that fires at a deadline or when the caller's own signal does. Call `done` when the work is over. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The error that an aborted call ends with, or undefined when neither the deadline nor the caller stopped it. */
  error(what: string): StoreError | undefined;
  done(): void;
}

/**
 * By hand and not by AbortSignal.any: a caller's signal lives as long as the process, and each composite of it would
 * cost more than the call's own book-keeping.
 */
export function startDeadline(timeoutMs: number, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, timeoutMs);
  const onAbort = () => controller.abort();
  if (outer?.aborted === true) controller.abort();
  else outer?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    error: (what) => {
      if (timedOut) return new StoreError('Timeout', `${what}: no answer within ${timeoutMs / 1000} s`);
      return outer?.aborted === true ? new StoreError('Aborted', `${what}: aborted`) : undefined;
    },
    done: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
    },
  };
}

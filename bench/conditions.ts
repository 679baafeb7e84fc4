import { setTimeout as delay } from 'node:timers/promises';
import { BenchError } from './errors.ts';

export interface Patience {
  /** Completes "waited in vain: …". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly everyMs?: number;
}

/** Asks until it holds. Resolves with the milliseconds that it took. */
export async function until(patience: Patience, holds: () => boolean | Promise<boolean>): Promise<number> {
  const startedAt = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedAt > patience.timeoutMs) {
      throw new BenchError(`waited ${patience.timeoutMs / 1000} s in vain: ${patience.what}`);
    }
    await delay(patience.everyMs ?? 50);
  }
  return performance.now() - startedAt;
}

import type { Window } from '#api/compiled/limit.ts';
import type { SharedCounter } from './shared-counter.ts';

/** Fixed windows, in milliseconds; 0: a calendar window. */
export const fixedMs = { Second: 1000, Minute: 60_000, Hour: 3_600_000, Day: 0, Month: 0 } as const;

/** How often idle tokens are looked for. */
export const tickMs = 50;

/** How long tokens may lie idle: a twentieth of the window, from 50 to 250 ms. */
function patienceOf({ limit }: SharedCounter): number {
  return twentiethOf(limit.per, 250);
}

/** Its tokens can go back. `steady`: milliseconds. */
export function isIdle(counter: SharedCounter, steady: number): boolean {
  return counter.tokens === 0 || steady >= counter.end || steady - counter.spentAt >= patienceOf(counter);
}

/** A twentieth of a window, at most `mostMs`. */
export function twentiethOf(per: Window, mostMs: number): number {
  const length = fixedMs[per];
  return length > 0 ? Math.min(Math.max(length / 20, tickMs), mostMs) : mostMs;
}

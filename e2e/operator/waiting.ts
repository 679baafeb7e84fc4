import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** Cap of a wait when a test says nothing else: several times what any promise allows, because machines may be busy. */
const patienceMs = 60_000;

export interface Wait {
  readonly withinMs?: number;
  /** What was seen, for the message of a wait in vain. */
  readonly seen?: () => unknown;
}

/** Polls until `look` gives something other than false and undefined; fails with what was seen. Resolves with it. */
export async function until<T>(
  what: string,
  look: () => Promise<T | false | undefined> | T | false | undefined,
  { withinMs = patienceMs, seen }: Wait = {},
): Promise<T> {
  const giveUpMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== false && found !== undefined) return found;
    if (performance.now() > giveUpMs) {
      const details = seen === undefined ? '' : `; seen: ${show(seen())}`;
      assert.fail(`waited ${withinMs} ms in vain: ${what}${details}`);
    }
    await delay(25);
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 1);
}

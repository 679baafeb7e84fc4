import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '#kube/store.ts';
import { progress } from '../progress.ts';
import { connections } from './installation.ts';
import type { Written } from './objects.ts';

export const fieldManager = 'bench';

/**
 * Creates all objects over {@link connections} kept connections, at most `rate` a second, in order of their arrival.
 * Resolves with the seconds that it took.
 */
export async function createAll(store: Store, objects: readonly Written[], rate: number): Promise<number> {
  const startedAt = performance.now();
  const progressEvery = Math.max(1000, Math.ceil(objects.length / 10));
  const queue = objects.entries();
  const worker = async (): Promise<void> => {
    for (const [index, object] of queue) {
      const waitMs = startedAt + (index / rate) * 1000 - performance.now();
      if (waitMs > 0) await delay(waitMs);
      await store.create(object, { fieldManager });
      if ((index + 1) % progressEvery === 0) progress(`  ${index + 1} of ${objects.length} objects created`);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return (performance.now() - startedAt) / 1000;
}

import type { KubeObject } from '#api/object.ts';

/**
 * What a reflector tells its owner. Calls come one at a time, in order. `replace` follows every complete list (the
 * first one, and each relist after an expired version); everything else is a single change since then.
 */
export interface ReflectorHandler<T extends KubeObject> {
  /** The complete truth at `resourceVersion`: whatever the owner holds beyond it is gone. `epoch` counts complete lists from 1. */
  replace(items: readonly T[], resourceVersion: string, epoch: number): void | Promise<void>;
  /** Created or changed. */
  upsert(object: T): void;
  /** Deleted; `object` is its last known state. */
  remove(object: T): void;
  /** All changes up to here have been handed over, also those that this selection does not see. */
  progress?(resourceVersion: string): void;
}

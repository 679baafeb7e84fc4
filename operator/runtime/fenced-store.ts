import { CodedError } from '#api/errors.ts';
import { forwarding } from '#kube/forwarding.ts';
import type { Store } from '#kube/store.ts';

/** What the fence asks. Answers from a monotonic clock: false as soon as the lease may be another's, heard of or not. */
export interface Leadership {
  isLeader(): boolean;
}

/** A write was refused because this process does not lead (any more). Nothing was sent. */
export class NotLeaderError extends CodedError {
  constructor(verb: string) {
    super('OPERATOR_NOT_LEADER', `${verb} refused: this process does not hold the lease`);
  }
}

/**
 * A Store whose writes throw {@link NotLeaderError} unless this process leads at the moment of the call; reads pass. It
 * keeps a leader that was paused from acting on what it knew before. It is no proof: a write that has left already may
 * arrive late, so writes that must not be stale also carry the resourceVersion that was read.
 */
export function fencedStore(store: Store, leadership: Leadership): Store {
  function check(verb: string): void {
    if (!leadership.isLeader()) throw new NotLeaderError(verb);
  }
  return {
    ...forwarding(store),
    create: async (object, options) => {
      check('create');
      return await store.create(object, options);
    },
    apply: async (object, options) => {
      check('apply');
      return await store.apply(object, options);
    },
    applyStatus: async (object, options) => {
      check('applyStatus');
      return await store.applyStatus(object, options);
    },
    delete: async (kind, key, options) => {
      check('delete');
      await store.delete(kind, key, options);
    },
  };
}

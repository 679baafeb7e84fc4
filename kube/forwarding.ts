import type { Store } from './store.ts';

/** The calls of `store`, to be spread into another Store that does some of them differently. */
export function forwarding(store: Store): Store {
  return {
    get: store.get.bind(store),
    list: store.list.bind(store),
    watch: store.watch.bind(store),
    create: store.create.bind(store),
    apply: store.apply.bind(store),
    applyStatus: store.applyStatus.bind(store),
    delete: store.delete.bind(store),
  };
}

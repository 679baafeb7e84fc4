import type { ResourceKind } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import type { ListOptions, Store } from '#kube/store.ts';

/** Every object of a kind, all pages, sorted by namespace and name. */
export async function listAll<T extends KubeObject>(
  store: Pick<Store, 'list'>,
  kind: ResourceKind,
  options: Omit<ListOptions, 'continue'> = {},
): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const page = await store.list<T>(kind, { ...options, ...(next === undefined ? {} : { continue: next }) });
    items.push(...page.items);
    next = page.continue;
  } while (next !== undefined && next !== '');
  return items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

import type { ResourceKind } from '#api/kinds.ts';
import type { Selection } from './store.ts';

/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Path of a kind's collection: in one namespace, or over all of them when `namespace` is absent or empty. */
export function collectionPath(kind: ResourceKind, namespace: string | undefined, query: Query = {}): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const within =
    kind.namespaced && namespace !== undefined && namespace !== '' ? `/namespaces/${segment(namespace)}` : '';
  return `${root}${within}/${kind.plural}${queryString(query)}`;
}

export interface ObjectPath {
  readonly kind: ResourceKind;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource?: 'status';
}

export function objectPath({ kind, namespace, name, subresource }: ObjectPath, query: Query = {}): string {
  const tail = subresource === undefined ? '' : `/${subresource}`;
  return `${collectionPath(kind, namespace)}/${segment(name)}${tail}${queryString(query)}`;
}

export function selectionQuery(selection: Selection): Query {
  return { labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector };
}

/** Names never hold these characters, but a bad name must reach the API server as a name and not as another path. */
function segment(name: string): string {
  return encodeURIComponent(name);
}

function queryString(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

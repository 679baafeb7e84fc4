import { goJson } from '#kube/schema/go-text.ts';
import { isJsonObject, type JsonArray, type JsonObject, type JsonValue } from '#kube/schema/json.ts';
import { isNamedProperty, memberSchema, type StructuralSchema } from '#kube/schema/structural-schema.ts';

/**
 * A set of fields of one object, as server-side apply tracks them for each manager: a tree whose edges are
 * `f:<name>` (member of an object), `k:<keys>` (item of a list of type map) and `v:<value>` (item of a set), the
 * elements of Kubernetes' FieldsV1. A node is a member of the set when `owned` is true. Sets are never changed.
 *
 *   {spec: {hosts: [a]}}   ->   f:spec ── f:hosts ── v:"a" (owned)
 */
export interface FieldSet {
  readonly owned: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

const noChildren: ReadonlyMap<string, FieldSet> = new Map();

export const emptySet: FieldSet = { owned: false, children: noChildren };
/** Shared by all leaves: a store of 10,000 objects has a million of them. */
const leaf: FieldSet = { owned: true, children: noChildren };

export function makeSet(owned: boolean, children: ReadonlyMap<string, FieldSet>): FieldSet {
  if (children.size > 0) return { owned, children };
  return owned ? leaf : emptySet;
}

export function isEmpty(set: FieldSet): boolean {
  return !set.owned && set.children.size === 0;
}

/**
 * All fields that a value holds. Scalars, atomic lists and maps, and empty maps are one field each; an empty list of
 * type map or set is none, which is how Kubernetes has it.
 */
export function fieldsOf(schema: StructuralSchema | undefined, value: JsonValue): FieldSet {
  if (Array.isArray(value)) return fieldsOfList(schema, value);
  return isJsonObject(value) && !isAtomicMap(schema) ? fieldsOfObject(schema, value) : leaf;
}

function fieldsOfObject(schema: StructuralSchema | undefined, object: JsonObject): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [key, member] of Object.entries(object)) {
    const known = schema === undefined ? undefined : memberSchema(schema, key);
    const fields = fieldsOf(known, member);
    // Keys of maps are fields by themselves; a property by name is one only when it is a value or an empty map.
    const owned = fields.owned || isEmptyMap(member) || !isNamedProperty(schema, key);
    const set = makeSet(owned, fields.children);
    if (!isEmpty(set)) children.set(`f:${key}`, set);
  }
  return makeSet(false, children);
}

function isEmptyMap(value: JsonValue): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function fieldsOfList(schema: StructuralSchema | undefined, list: JsonArray): FieldSet {
  if (!isAssociative(schema)) return leaf;
  const children = new Map<string, FieldSet>();
  for (const item of list) {
    const below = schema?.['x-kubernetes-list-type'] === 'map' ? fieldsOf(schema.items, item).children : noChildren;
    children.set(itemElement(schema, item), makeSet(true, below));
  }
  return makeSet(false, children);
}

export function isAssociative(schema: StructuralSchema | undefined): boolean {
  const listType = schema?.['x-kubernetes-list-type'];
  return listType === 'map' || listType === 'set';
}

export function isAtomicMap(schema: StructuralSchema | undefined): boolean {
  return schema?.['x-kubernetes-map-type'] === 'atomic';
}

/** Identity of an item within an associative list. A key that is missing counts with its default. */
export function itemElement(schema: StructuralSchema | undefined, item: JsonValue): string {
  if (schema?.['x-kubernetes-list-type'] !== 'map') return `v:${goJson(item)}`;
  const key: JsonObject = {};
  for (const name of schema['x-kubernetes-list-map-keys'] ?? []) {
    const value = isJsonObject(item) && Object.hasOwn(item, name) ? item[name] : undefined;
    const filled = value ?? schema.items?.properties?.[name]?.default;
    if (filled !== undefined) key[name] = filled;
  }
  return `k:${goJson(key)}`;
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  if (isEmpty(left)) return right;
  if (isEmpty(right)) return left;
  const children = new Map(left.children);
  for (const [element, child] of right.children) {
    children.set(element, union(left.children.get(element) ?? emptySet, child));
  }
  return makeSet(left.owned || right.owned, children);
}

/** Fields of `left` that are not fields of `right`. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  if (isEmpty(right)) return left;
  return combine(left, right, (inLeft, inRight) => inLeft && !inRight);
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (inLeft, inRight) => inLeft && inRight);
}

function combine(left: FieldSet, right: FieldSet, keep: (left: boolean, right: boolean) => boolean): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, child] of left.children) {
    const combined = combine(child, right.children.get(element) ?? emptySet, keep);
    if (!isEmpty(combined)) children.set(element, combined);
  }
  return makeSet(keep(left.owned, right.owned), children);
}

export function equalSets(left: FieldSet, right: FieldSet): boolean {
  if (left === right) return true;
  if (left.owned !== right.owned || left.children.size !== right.children.size) return false;
  for (const [element, child] of left.children) {
    const other = right.children.get(element);
    if (other === undefined || !equalSets(child, other)) return false;
  }
  return true;
}

/**
 * The same set with every property by name that leads to a field. Without it a struct whose last field is given up
 * would stay behind, empty.
 */
export function withNamedParents(schema: StructuralSchema | undefined, set: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    const below = withNamedParents(schemaOfElement(schema, element), child);
    const named = element.startsWith('f:') && isNamedProperty(schema, element.slice(2));
    children.set(element, makeSet(below.owned || named, below.children));
  }
  return makeSet(set.owned, children);
}

function schemaOfElement(schema: StructuralSchema | undefined, element: string): StructuralSchema | undefined {
  if (schema === undefined) return undefined;
  return element.startsWith('f:') ? memberSchema(schema, element.slice(2)) : schema.items;
}

/** Paths of all fields of the set, in the API server's notation: `.spec.listeners[name="http"].port`. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const own = set.owned && prefix !== '' ? [prefix] : [];
  return [
    ...own,
    ...[...set.children].flatMap(([element, child]) => pathsOf(child, `${prefix}${elementText(element)}`)),
  ];
}

function elementText(element: string): string {
  const text = element.slice(2);
  if (element.startsWith('f:')) return `.${text}`;
  if (element.startsWith('v:')) return `[=${text}]`;
  const key: unknown = JSON.parse(text);
  const parts = isJsonObject(key) ? Object.entries(key).map(([name, value]) => `${name}=${goJson(value)}`) : [];
  return `[${parts.join(',')}]`;
}

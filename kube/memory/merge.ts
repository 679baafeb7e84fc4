import {
  equalJson,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  ownValue,
  setOwn,
} from '#kube/schema/json.ts';
import { memberSchema, type StructuralSchema } from '#kube/schema/structural-schema.ts';
import {
  emptySet,
  type FieldSet,
  fieldsOf,
  isAssociative,
  isAtomicMap,
  isEmpty,
  itemElement,
  makeSet,
  union,
} from './field-set.ts';
import { mergeOrder } from './merge-order.ts';

/** `live` with everything that `config` says put over it, by the schema's merge rules. Neither is changed. */
export function merge(schema: StructuralSchema | undefined, live: JsonValue | undefined, config: JsonValue): JsonValue {
  if (isJsonObject(live) && isJsonObject(config) && !isAtomicMap(schema)) return mergeObjects(schema, live, config);
  if (Array.isArray(live) && Array.isArray(config) && isAssociative(schema)) return mergeLists(schema, live, config);
  return config;
}

function mergeObjects(schema: StructuralSchema | undefined, live: JsonObject, config: JsonObject): JsonObject {
  const merged: JsonObject = { ...live };
  for (const [key, member] of Object.entries(config)) {
    const known = schema === undefined ? undefined : memberSchema(schema, key);
    setOwn(merged, key, merge(known, ownValue(live, key), member));
  }
  return merged;
}

function mergeLists(schema: StructuralSchema | undefined, live: JsonArray, config: JsonArray): JsonArray {
  const present = itemsOf(schema, live);
  const wanted = itemsOf(schema, config);
  return mergeOrder([...present.keys()], [...wanted.keys()]).flatMap((element) => {
    const [before, after] = [present.get(element), wanted.get(element)];
    if (after === undefined) return before === undefined ? [] : [before];
    return [merge(schema?.items, before, after)];
  });
}

/**
 * Value without the fields of `removed`. A map of which nothing is left stays as an empty one. The API server makes null of
 * it and then refuses the write when the map is the value of another map's key (`plans: {a: {approval: Manual}}` applied
 * again as `plans: {a: {}}`): the one place where we know better.
 */
export function without(schema: StructuralSchema | undefined, value: JsonValue, removed: FieldSet): JsonValue {
  if (removed.children.size === 0) return value;
  if (isJsonObject(value)) return objectWithout(schema, value, removed);
  if (!Array.isArray(value) || !isAssociative(schema)) return value;
  return value.flatMap((item) => {
    const child = removed.children.get(itemElement(schema, item));
    if (child === undefined) return [item];
    return child.owned ? [] : [without(schema?.items, item, child)];
  });
}

function objectWithout(schema: StructuralSchema | undefined, object: JsonObject, removed: FieldSet): JsonObject {
  const kept: JsonObject = {};
  for (const [key, member] of Object.entries(object)) {
    const child = removed.children.get(`f:${key}`);
    const known = schema === undefined ? undefined : memberSchema(schema, key);
    if (child === undefined) setOwn(kept, key, member);
    else if (!child.owned) setOwn(kept, key, without(known, member, child));
  }
  return kept;
}

/** What differs between two versions of an object. */
export interface Comparison {
  /** Fields that are new or have another value. */
  readonly changed: FieldSet;
  /** Fields that are gone. */
  readonly removed: FieldSet;
}

const same: Comparison = { changed: emptySet, removed: emptySet };

export function compare(schema: StructuralSchema | undefined, before: JsonValue, after: JsonValue): Comparison {
  if (isJsonObject(before) && isJsonObject(after) && !isAtomicMap(schema)) {
    const memberOf = (key: string) => (schema === undefined ? undefined : memberSchema(schema, key));
    return compareMembers(entriesOf(before), entriesOf(after), (element) => memberOf(element.slice(2)));
  }
  if (Array.isArray(before) && Array.isArray(after) && isAssociative(schema)) {
    return compareMembers(itemsOf(schema, before), itemsOf(schema, after), () => schema?.items);
  }
  if (equalJson(before, after)) return same;
  const fields = fieldsOf(schema, after);
  return { changed: makeSet(true, fields.children), removed: emptySet };
}

function entriesOf(object: JsonObject): Map<string, JsonValue> {
  return new Map(Object.entries(object).map(([key, member]) => [`f:${key}`, member]));
}

function itemsOf(schema: StructuralSchema | undefined, list: JsonArray): Map<string, JsonValue> {
  return new Map(list.map((item) => [itemElement(schema, item), item]));
}

function compareMembers(
  before: ReadonlyMap<string, JsonValue>,
  after: ReadonlyMap<string, JsonValue>,
  schemaOf: (element: string) => StructuralSchema | undefined,
): Comparison {
  const changed = new Map<string, FieldSet>();
  const removed = new Map<string, FieldSet>();
  for (const [element, value] of after) {
    const old = before.get(element);
    const schema = schemaOf(element);
    const below = old === undefined ? { ...same, changed: wholly(schema, value) } : compare(schema, old, value);
    if (!isEmpty(below.changed)) changed.set(element, below.changed);
    if (!isEmpty(below.removed)) removed.set(element, below.removed);
  }
  for (const [element, value] of before) {
    if (!after.has(element)) removed.set(element, wholly(schemaOf(element), value));
  }
  return { changed: makeSet(false, changed), removed: makeSet(false, removed) };
}

/** A value with all that is in it. */
function wholly(schema: StructuralSchema | undefined, value: JsonValue): FieldSet {
  return union(makeSet(true, new Map()), fieldsOf(schema, value));
}

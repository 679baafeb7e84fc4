import { duplicate, type FieldError, invalid } from './field-error.ts';
import { goJson } from './go-text.ts';
import { equalJson, isJsonObject, type JsonArray, type JsonObject, type JsonValue, ownValue } from './json.ts';
import { isNamedProperty, memberSchema, type StructuralSchema } from './structural-schema.ts';

/** The members of an item that identify it in a list of type `map`. A key that is missing is left out. */
export function listMapKey(schema: StructuralSchema, item: JsonObject): JsonObject {
  const key: JsonObject = {};
  for (const name of schema['x-kubernetes-list-map-keys'] ?? []) {
    const value = ownValue(item, name);
    if (value !== undefined) key[name] = value;
  }
  return key;
}

/** The item of `oldList` with the same identity; undefined unless the list is of type `map`. */
export function correlatedItem(
  schema: StructuralSchema,
  item: JsonValue,
  oldList: JsonValue | undefined,
): JsonValue | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(oldList) || !isJsonObject(item)) return undefined;
  const key = listMapKey(schema, item);
  return oldList.find((old) => isJsonObject(old) && equalJson(listMapKey(schema, old), key));
}

/**
 * Items that occur twice in lists of type `set`, and keys that occur twice in lists of type `map`, at any depth. The
 * second occurrence is reported, further ones are not: that is what the API server does.
 */
export function validateLists(schema: StructuralSchema, value: JsonValue): FieldError[] {
  return validateValueLists(schema, value, '');
}

function validateValueLists(schema: StructuralSchema, value: JsonValue, path: string): FieldError[] {
  if (Array.isArray(value)) return [...duplicates(schema, value, path), ...validateItems(schema, value, path)];
  return isJsonObject(value) ? validateMembers(schema, value, path) : [];
}

function validateItems(schema: StructuralSchema, list: JsonArray, path: string): FieldError[] {
  const { items } = schema;
  if (items === undefined) return [];
  return list.flatMap((item, index) => validateValueLists(items, item, `${path}[${index}]`));
}

function validateMembers(schema: StructuralSchema, object: JsonObject, path: string): FieldError[] {
  return Object.entries(object).flatMap(([key, member]) => {
    const known = memberSchema(schema, key);
    return known === undefined ? [] : validateValueLists(known, member, memberPath(schema, path, key));
  });
}

/** `a.b` for a property, `a[b]` for a map's key: the form that CEL rules and list checks report. */
export function memberPath(schema: StructuralSchema, path: string, key: string): string {
  if (!isNamedProperty(schema, key)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function duplicates(schema: StructuralSchema, list: JsonArray, path: string): FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return repeated(list, list, path);
  if (listType !== 'map') return [];
  const odd = list.findIndex((item) => item !== null && !isJsonObject(item));
  if (odd >= 0) {
    return [invalid(`${path}[${odd}]`, list[odd] ?? null, 'must be an object for an array of list-type map')];
  }
  return repeated(
    list,
    list.map((item) => (isJsonObject(item) ? listMapKey(schema, item) : {})),
    path,
  );
}

function repeated(list: JsonArray, identities: readonly JsonValue[], path: string): FieldError[] {
  const seen = new Map<string, number>();
  const errors: FieldError[] = [];
  for (const [index, identity] of identities.entries()) {
    const text = goJson(identity);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    if (times === 1)
      errors.push(duplicate(`${path}[${index}]`, identities === list ? (list[index] ?? null) : identity));
  }
  return errors;
}

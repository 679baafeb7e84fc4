import { copyJson, isJsonObject, type JsonObject, type JsonValue, setOwn } from './json.ts';
import { memberSchema, type StructuralSchema } from './structural-schema.ts';

/**
 * Fills in defaults in place, exactly as the API server does:
 * - a missing property gets its default, and the default's own members get theirs;
 * - so does one that is null, unless its schema is nullable;
 * - members of maps and items of lists are visited, but never made.
 */
export function applyDefaults(schema: StructuralSchema, object: JsonValue): void {
  fill(schema, object);
}

/**
 * Drops, in place, every null that its schema does not allow and for which there is no default. The API server does so
 * for what is created or replaced, not for what is applied: there a null is a value, and invalid.
 */
export function dropNulls(schema: StructuralSchema | undefined, value: JsonValue): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(schema.items, item);
  } else if (isJsonObject(value)) {
    dropMembers(schema, value);
  }
}

function dropMembers(schema: StructuralSchema, object: JsonObject): void {
  for (const [key, member] of Object.entries(object)) {
    const known = memberSchema(schema, key);
    if (member === null && known !== undefined && known.nullable !== true && known.default === undefined) {
      delete object[key];
    } else {
      dropNulls(known, member);
    }
  }
}

function fill(schema: StructuralSchema | undefined, value: JsonValue): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) fillItems(schema, value);
  else if (isJsonObject(value)) fillMembers(schema, value);
}

function fillItems(schema: StructuralSchema, items: JsonValue[]): void {
  for (const [index, item] of items.entries()) {
    const filled = item === null ? replacement(schema.items) : item;
    items[index] = filled;
    fill(schema.items, filled);
  }
}

function fillMembers(schema: StructuralSchema, object: JsonObject): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default !== undefined && !Object.hasOwn(object, key)) setOwn(object, key, copyJson(property.default));
  }
  for (const [key, member] of Object.entries(object)) {
    const known = memberSchema(schema, key);
    const filled = member === null ? replacement(known) : member;
    if (filled !== member) setOwn(object, key, filled);
    fill(known, filled);
  }
}

function replacement(schema: StructuralSchema | undefined): JsonValue {
  if (schema === undefined || schema.nullable === true || schema.default === undefined) return null;
  return copyJson(schema.default);
}

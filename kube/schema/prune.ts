import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { memberSchema, type StructuralSchema } from './structural-schema.ts';

/**
 * Removes, in place, every field that the schema does not know, as the API server does before it stores an object.
 * Gives back their paths (`spec.foo`, `spec.limits[0].bar`), sorted: what `kubectl` reports as `unknown field`.
 */
export function prune(schema: StructuralSchema, object: JsonValue): string[] {
  const unknown: string[] = [];
  pruneValue(schema, object, '', unknown);
  return unknown.sort();
}

function pruneValue(schema: StructuralSchema | undefined, value: JsonValue, path: string, unknown: string[]): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) pruneValue(schema?.items, item, `${path}[${index}]`, unknown);
  } else if (isJsonObject(value)) {
    pruneObject(schema, value, path, unknown);
  }
}

function pruneObject(schema: StructuralSchema | undefined, object: JsonObject, path: string, unknown: string[]): void {
  for (const key of Object.keys(object)) {
    const member = schema === undefined ? undefined : memberSchema(schema, key);
    const memberPath = path === '' ? key : `${path}.${key}`;
    const value = object[key];
    if (member !== undefined && value !== undefined) {
      pruneValue(member, value, memberPath, unknown);
    } else if (!allowsAny(schema)) {
      unknown.push(memberPath);
      delete object[key];
    }
  }
}

function allowsAny(schema: StructuralSchema | undefined): boolean {
  return schema?.['x-kubernetes-preserve-unknown-fields'] === true || schema?.additionalProperties === true;
}

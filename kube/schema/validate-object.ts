import { apiVersionOf } from '#api/kinds.ts';
import { type FieldError, invalid } from './field-error.ts';
import { isJsonObject, type JsonObject, objectAt } from './json.ts';
import { validateLists } from './list-map.ts';
import { validateMetadata, validateMetadataUpdate } from './metadata.ts';
import type { ObjectSchema } from './object-schema.ts';
import { validateValue } from './validate-value.ts';
import { validateRules } from './validation-rules.ts';

/**
 * Everything that the API server would say against an object that has been pruned and defaulted: empty when it would
 * take it. `old` is the object that it replaces; rules on transitions and immutable fields need it.
 *
 * Existence of the namespace, conflicts and rights are the store's to judge.
 */
export function validateObject(schema: ObjectSchema, object: JsonObject, old?: JsonObject): FieldError[] {
  const wrongType = validateTypeMeta(schema, object);
  if (wrongType.length > 0) return wrongType;
  const errors = [
    ...metadataErrors(schema, object, old),
    ...validateValue(schema.schema, object, { old }),
    ...listErrors(schema, object, old),
  ];
  return [...errors, ...ruleErrors(schema, object, { old, errors })];
}

/** The same for a write of the status subresource: only `status` is judged. */
export function validateStatus(schema: ObjectSchema, object: JsonObject, old: JsonObject): FieldError[] {
  const { status } = object;
  const statusSchema = schema.schema.properties?.['status'];
  if (status === undefined || statusSchema === undefined) return [];
  const errors = [
    ...validateValue(statusSchema, status, { prefix: 'status', old: old['status'] }),
    ...listErrors(schema, object, old),
  ];
  return [...errors, ...ruleErrors(schema, object, { old, errors })];
}

/** Fixed text that the API server adds when rules had to wait: it says nothing about the object itself. */
export const rulesNotChecked: FieldError = invalid(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);

const blocking: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** Rules may count on types and bounds, so they are run only on an object that keeps to these. */
function ruleErrors(
  schema: ObjectSchema,
  object: JsonObject,
  state: { readonly old: JsonObject | undefined; readonly errors: readonly FieldError[] },
): FieldError[] {
  if (!hasRules(schema)) return [];
  if (state.errors.some((error) => blocking.has(error.type))) return [rulesNotChecked];
  return validateRules(schema.schema, object, state.old);
}

const withRules = new WeakMap<ObjectSchema, boolean>();

function hasRules(schema: ObjectSchema): boolean {
  let known = withRules.get(schema);
  if (known === undefined) {
    known = JSON.stringify(schema.schema).includes('"x-kubernetes-validations"');
    withRules.set(schema, known);
  }
  return known;
}

function validateTypeMeta(schema: ObjectSchema, object: JsonObject): FieldError[] {
  const expected: Record<string, string> = { kind: schema.kind.kind, apiVersion: apiVersionOf(schema.kind) };
  return Object.entries(expected)
    .filter(([name, value]) => object[name] !== value)
    .map(([name, value]) => invalid(name, object[name] ?? '', `must be ${value}`));
}

function metadataErrors(schema: ObjectSchema, object: JsonObject, old: JsonObject | undefined): FieldError[] {
  const metadata = objectAt(object, 'metadata') ?? {};
  const rules = { namespaced: schema.kind.namespaced, checkName: schema.checkName };
  const errors = validateMetadata(metadata, rules);
  const oldMetadata = old?.['metadata'];
  return isJsonObject(oldMetadata) ? [...errors, ...validateMetadataUpdate(metadata, oldMetadata)] : errors;
}

/** A list that was broken before may stay broken, so that other fields can be repaired. */
function listErrors(schema: ObjectSchema, object: JsonObject, old: JsonObject | undefined): FieldError[] {
  if (old !== undefined && validateLists(schema.schema, old).length > 0) return [];
  return validateLists(schema.schema, object);
}

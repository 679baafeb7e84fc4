import { applyDefaults, dropNulls } from './defaults.ts';
import type { FieldError } from './field-error.ts';
import { copyObject, type JsonObject, objectAt } from './json.ts';
import type { ObjectSchema } from './object-schema.ts';
import { prune } from './prune.ts';
import { validateObject } from './validate-object.ts';

/** What the API server would make of an object that somebody creates, or replaces another with. */
export interface Judgement {
  /** As it would be kept: without unknown fields, with defaults. */
  readonly object: JsonObject;
  /** Paths of fields that the schema does not know, sorted; kubectl refuses them as `unknown field "spec.foo"`. */
  readonly unknownFields: readonly string[];
  /** Empty when the object is valid. */
  readonly errors: readonly FieldError[];
}

/**
 * Judges an object without a store: what `simpul validate` says, and what the API server answers to a create (or, with
 * `old`, to an update). `status` is left out where it has a subresource of its own. `sent` is not changed.
 */
export function judgeObject(schema: ObjectSchema, sent: object, old?: JsonObject): Judgement {
  const object = copyObject(sent);
  const unknownFields = prune(schema.schema, object);
  if (schema.statusSubresource) delete object['status'];
  dropNulls(schema.schema, object);
  applyDefaults(schema.schema, object);
  return { object, unknownFields, errors: validateObject(schema, asUpdate(object, old), old) };
}

/** An update that leaves out what only the store writes means what is there. */
function asUpdate(object: JsonObject, old: JsonObject | undefined): JsonObject {
  const oldMetadata = objectAt(old ?? {}, 'metadata') ?? {};
  const kept = ['uid', 'creationTimestamp', 'deletionTimestamp'].filter((name) => oldMetadata[name] !== undefined);
  const carried = Object.fromEntries(kept.map((name) => [name, oldMetadata[name] ?? null]));
  return { ...object, metadata: { ...carried, ...objectAt(object, 'metadata') } };
}

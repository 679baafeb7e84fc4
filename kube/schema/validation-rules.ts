import { type CelValue, compileRule, type RuleOutcome } from './cel-expression.ts';
import type { FieldError } from './field-error.ts';
import * as fieldError from './field-error.ts';
import { equalJson, isJsonObject, type JsonArray, type JsonObject, type JsonValue, ownValue } from './json.ts';
import { correlatedItem, memberPath } from './list-map.ts';
import { memberSchema, type StructuralSchema, type ValidationRule } from './structural-schema.ts';

/** Where a value stands, and its counterpart in the object that is replaced. */
interface Place {
  readonly path: string;
  readonly old: JsonValue | undefined;
  /** Whether it, or what holds it, is as it was: then only transition rules are of interest. */
  readonly unchanged: boolean;
}

/**
 * Runs every CEL rule of the schema, at each place that it stands for, in the API server's order: an object's own rules
 * first, then those of its members. Transition rules (with `oldSelf`) run where an old value corresponds: at the same
 * property, the same key of a map, or the same keys of an item in a list of type `map`.
 *
 * Call it only for objects that keep to types, bounds and required fields: that bounds the work, and rules count on it.
 */
export function validateRules(schema: StructuralSchema, object: JsonObject, old?: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  visit(schema, object, { path: '', old, unchanged: old !== undefined && equalJson(object, old) }, errors);
  return errors;
}

function visit(schema: StructuralSchema, value: JsonValue, place: Place, errors: FieldError[]): void {
  if (value === null) return;
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length > 0) checkRules(schema, value, place, errors);
  if (Array.isArray(value)) visitItems(schema, value, place, errors);
  else if (isJsonObject(value)) visitMembers(schema, value, place, errors);
}

function visitItems(schema: StructuralSchema, list: JsonArray, place: Place, errors: FieldError[]): void {
  if (schema.items === undefined) return;
  for (const [index, item] of list.entries()) {
    const old = correlatedItem(schema, item, place.old);
    visit(schema.items, item, below(place, `${place.path}[${index}]`, item, old), errors);
  }
}

function visitMembers(schema: StructuralSchema, object: JsonObject, place: Place, errors: FieldError[]): void {
  const oldObject = isJsonObject(place.old) ? place.old : undefined;
  for (const [key, member] of Object.entries(object)) {
    const known = memberSchema(schema, key);
    if (known === undefined) continue;
    const old = oldObject === undefined ? undefined : ownValue(oldObject, key);
    visit(known, member, below(place, memberPath(schema, place.path, key), member, old), errors);
  }
}

function below(parent: Place, path: string, value: JsonValue, old: JsonValue | undefined): Place {
  return { path, old, unchanged: parent.unchanged || (old !== undefined && equalJson(value, old)) };
}

function checkRules(schema: StructuralSchema, value: JsonValue, place: Place, errors: FieldError[]): void {
  const self = toCel(schema, value);
  const oldSelf = place.old === undefined || place.old === null ? undefined : toCel(schema, place.old);
  for (const rule of schema['x-kubernetes-validations'] ?? []) {
    const { usesOldSelf, evaluate } = compileRule(rule.rule);
    // A transition rule says nothing about what is new, and the others nothing about what did not change.
    if (usesOldSelf && oldSelf === undefined) continue;
    const outcome = evaluate(self, oldSelf);
    const excused = outcome.verdict === 'fail' && place.unchanged && !usesOldSelf;
    if (!excused) report({ schema, value, rule, outcome }, place.path, errors);
  }
}

interface Failure {
  readonly schema: StructuralSchema;
  readonly value: JsonValue;
  readonly rule: ValidationRule;
  readonly outcome: RuleOutcome;
}

function report(failure: Failure, path: string, errors: FieldError[]): void {
  if (failure.outcome.verdict !== 'pass') errors.push(errorOf(failure, path));
}

function errorOf({ schema, value, rule, outcome }: Failure, path: string): FieldError {
  const place = path === '' ? '<nil>' : path;
  const words = (rule.message ?? rule.rule).trim();
  if (outcome.verdict === 'error') {
    return fieldError.invalid(place, schema.type ?? '', `${outcome.problem} evaluating rule: ${words}`);
  }
  const detail = rule.message === undefined ? `failed rule: ${words}` : words;
  const field = rule.fieldPath === undefined ? place : `${path}${rule.fieldPath}`.replace(/^\./, '');
  return failure(rule, field, { detail, value: isSimple(schema) ? value : undefined });
}

function isSimple(schema: StructuralSchema): boolean {
  return schema.type !== 'object' && schema.type !== 'array';
}

function failure(
  rule: ValidationRule,
  field: string,
  { detail, value }: { readonly detail: string; readonly value: JsonValue | undefined },
): FieldError {
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return fieldError.forbidden(field, detail);
    case 'FieldValueRequired':
      return fieldError.required(field, detail);
    case 'FieldValueDuplicate':
      return value === undefined ? fieldError.duplicateWithoutValue(field) : fieldError.duplicate(field, value);
    default:
      return value === undefined
        ? fieldError.invalidWithoutValue(field, detail)
        : fieldError.invalid(field, value, detail);
  }
}

/** The value as CEL types it by its schema. Fields that the schema does not know are not visible to rules. */
function toCel(schema: StructuralSchema, value: JsonValue): CelValue {
  if (Array.isArray(value)) return value.map((item) => (schema.items === undefined ? null : toCel(schema.items, item)));
  if (isJsonObject(value)) return objectToCel(schema, value);
  if (typeof value === 'number') return schema.type === 'number' ? value : BigInt(Math.trunc(value));
  if (typeof value === 'string' && schema.format === 'date-time') return new Date(value);
  return value;
}

function objectToCel(schema: StructuralSchema, object: JsonObject): { [key: string]: CelValue } {
  const visible: { [key: string]: CelValue } = Object.create(null);
  for (const [key, member] of Object.entries(object)) {
    const known = memberSchema(schema, key);
    if (known !== undefined) visible[key] = toCel(known, member);
  }
  return visible;
}

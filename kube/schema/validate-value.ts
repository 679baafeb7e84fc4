import { matchesPattern } from '#api/regular-expression.ts';
import { isDateTime } from './date-time.ts';
import type { FieldError } from './field-error.ts';
import * as fieldError from './field-error.ts';
import { goFloat, goQuote } from './go-text.ts';
import { equalJson, isJsonObject, type JsonArray, type JsonObject, type JsonValue, ownValue } from './json.ts';
import { correlatedItem } from './list-map.ts';
import { memberSchema, type StructuralSchema } from './structural-schema.ts';

/** Where a value stands and what came before it. */
interface Place {
  /** Path within what is validated, as the messages name it: `plans.dasar.limits[0]`; empty at its root. */
  readonly path: string;
  /** The same value in the object that is replaced, when there is one. */
  readonly old: JsonValue | undefined;
}

/** Options of {@link validateValue}. */
export interface ValueOptions {
  /** Prefix of the reported fields when a part of an object is validated: `status`. */
  readonly prefix?: string;
  /** The value that is replaced: what is equal to it is not reported again (ratcheting, as of Kubernetes 1.30). */
  readonly old?: JsonValue | undefined;
}

/**
 * Everything in a value that breaks its schema, with the API server's field paths and messages. Uniqueness in lists
 * and CEL rules are checked apart (`list-map.ts`, `cel/`), as the API server does.
 */
export function validateValue(schema: StructuralSchema, value: JsonValue, options: ValueOptions = {}): FieldError[] {
  const report = new Report(options.prefix ?? '');
  visit(schema, value, { path: '', old: options.old }, report);
  return report.errors;
}

class Report {
  readonly errors: FieldError[] = [];
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Path of the field as a cause names it. */
  field(path: string): string {
    const relative = path.startsWith('.') ? path.slice(1) : path;
    if (this.#prefix === '') return relative;
    return relative === '' ? this.#prefix : `${this.#prefix}.${relative}`;
  }

  add(error: FieldError): void {
    this.errors.push(error);
  }

  invalid(path: string, value: JsonValue, problem: string): void {
    this.add(fieldError.invalid(this.field(path), value, `${path} in body ${problem}`));
  }
}

function visit(schema: StructuralSchema, value: JsonValue, place: Place, report: Report): void {
  // What did not change is not judged again: a stricter schema must not block the repair of something else.
  if (place.old !== undefined && equalJson(value, place.old)) return;
  checkType(schema, value, place.path, report);
  if (typeof value === 'string') checkString(schema, value, place.path, report);
  else if (typeof value === 'number') checkNumber(schema, value, place.path, report);
  else if (Array.isArray(value)) checkArray(schema, value, place, report);
  checkEnum(schema, value, place.path, report);
  if (isJsonObject(value)) checkObject(schema, value, place, report);
}

/**
 * The API server takes a list for a string that has a format (its type check looks at the format only). We do not: no
 * program could read such an object.
 */
function checkType(schema: StructuralSchema, value: JsonValue, path: string, report: Report): void {
  const expected: readonly (string | undefined)[] =
    schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : [schema.type];
  if (expected[0] === undefined) return;
  const actual = typeName(value);
  if (value === null && schema.nullable === true) return;
  if (expected.includes(actual) || isWholeNumberFor(expected, value) || isIntegerFor(expected, actual)) return;
  // A format that the API server checks is named instead of the type; int32 and int64 are none to it.
  const named = schema.format === 'date-time' && typeof value !== 'string' && !Array.isArray(value) && value !== null;
  const [wanted, got] = named ? ['date-time', formatName(value)] : [expected.join(','), actual];
  const detail = `${path} in body must be of type ${wanted}: ${goQuote(got)}`;
  report.add(fieldError.typeInvalid(report.field(path), got, detail));
}

function isWholeNumberFor(expected: readonly (string | undefined)[], value: JsonValue): boolean {
  return expected.includes('integer') && typeof value === 'number' && isWhole(value);
}

function isIntegerFor(expected: readonly (string | undefined)[], actual: string): boolean {
  return expected.includes('number') && actual === 'integer';
}

/** What fits into 64 bits and has no fraction is an integer to the API server. */
function isWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63;
}

function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return isWhole(value) ? 'integer' : 'number';
  return typeof value;
}

function formatName(value: JsonValue): string {
  if (typeof value !== 'number') return '';
  return isWhole(value) ? 'int64' : 'float64';
}

/** The first breach only, as the API server reports it: too long, too short, pattern; and the format beside it. */
function checkString(schema: StructuralSchema, value: string, path: string, report: Report): void {
  const length = characters(value);
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    report.add(fieldError.tooLong(report.field(path), schema.maxLength));
  } else if (schema.minLength !== undefined && length < schema.minLength) {
    report.invalid(path, value, `should be at least ${schema.minLength} chars long`);
  } else if (schema.pattern !== undefined && !matchesPattern(schema.pattern, value)) {
    report.invalid(path, value, `should match '${schema.pattern}'`);
  }
  if (schema.format === 'date-time' && !isDateTime(value)) {
    const detail = `${path} in body must be of type date-time: ${goQuote(value)}`;
    report.add(fieldError.typeInvalid(report.field(path), value, detail));
  }
}

/** Code points, as Go counts runes. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function checkNumber(schema: StructuralSchema, value: number, path: string, report: Report): void {
  const { minimum, maximum, multipleOf } = schema;
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    report.invalid(path, value, `should be a multiple of ${boundText(multipleOf, value)}`);
  }
  const low = schema.exclusiveMinimum === true;
  if (minimum !== undefined && !isAbove(value, minimum, low)) {
    report.invalid(path, value, `should be greater than ${low ? '' : 'or equal to '}${boundText(minimum, value)}`);
  }
  const high = schema.exclusiveMaximum === true;
  if (maximum !== undefined && !isAbove(maximum, value, high)) {
    report.invalid(path, value, `should be less than ${high ? '' : 'or equal to '}${boundText(maximum, value)}`);
  }
}

function isAbove(value: number, bound: number, exclusive: boolean): boolean {
  return exclusive ? value > bound : value >= bound;
}

/** The bound takes the form of the value that it is compared with: integer or float64. */
function boundText(bound: number, value: number): string {
  return isWhole(value) ? String(Math.trunc(bound)) : goFloat(bound);
}

function checkArray(schema: StructuralSchema, value: JsonArray, place: Place, report: Report): void {
  const { path } = place;
  if (schema.items !== undefined) {
    for (const [index, item] of value.entries()) {
      const old = correlatedItem(schema, item, place.old);
      visit(schema.items, item, { path: `${path}[${index}]`, old }, report);
    }
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    report.invalid(path, value.length, `should have at least ${schema.minItems} items`);
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    report.add(fieldError.tooMany(report.field(path), value.length, schema.maxItems));
  }
}

function checkEnum(schema: StructuralSchema, value: JsonValue, path: string, report: Report): void {
  if (schema.enum === undefined || schema.enum.length === 0) return;
  if (schema.enum.some((allowed) => equalJson(allowed, value))) return;
  report.add(fieldError.notSupported(report.field(path), value, schema.enum));
}

function checkObject(schema: StructuralSchema, value: JsonObject, place: Place, report: Report): void {
  checkSize(schema, value, place.path, report);
  for (const [key, member] of Object.entries(value)) {
    const known = memberSchema(schema, key);
    if (known === undefined) continue;
    const old = isJsonObject(place.old) ? ownValue(place.old, key) : undefined;
    visit(known, member, { path: place.path === '' ? key : `${place.path}.${key}`, old }, report);
  }
  checkRequired(schema, value, place.path, report);
}

function checkRequired(schema: StructuralSchema, value: JsonObject, path: string, report: Report): void {
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) report.add(fieldError.required(report.field(`${path}.${key}`)));
  }
}

function checkSize(schema: StructuralSchema, value: JsonObject, path: string, report: Report): void {
  const size = Object.keys(value).length;
  if (schema.minProperties !== undefined && size < schema.minProperties) {
    report.invalid(path, size, `should have at least ${schema.minProperties} properties`);
  }
  if (schema.maxProperties !== undefined && size > schema.maxProperties) {
    report.add(fieldError.tooMany(report.field(path), size, schema.maxProperties));
  }
}

import { CodedError } from '#api/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** One CEL rule of `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  /** Relative to the place of the rule, such as `.plan`. */
  readonly fieldPath?: string;
}

export type SchemaType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

/**
 * The part of Kubernetes' structural schemas that our kinds use. {@link parseSchema} refuses every other keyword, so
 * nothing that a CRD says is ever ignored in silence.
 */
export interface StructuralSchema {
  readonly type?: SchemaType;
  readonly description?: string;
  readonly title?: string;
  readonly example?: JsonValue;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: JsonValue;
  readonly enum?: readonly JsonValue[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'granular' | 'atomic';
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** A schema that this engine does not implement in full, or that is no schema at all. */
export class SchemaError extends CodedError {
  constructor(path: string, problem: string) {
    super('SCHEMA_UNSUPPORTED', `schema${path}: ${problem}`);
  }
}

const types: readonly string[] = ['object', 'array', 'string', 'integer', 'number', 'boolean'] satisfies SchemaType[];

type Check = (value: JsonValue) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isStrings: Check = (value) => Array.isArray(value) && value.every((item) => typeof item === 'string');
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value);

const keywords: Readonly<Record<string, Check>> = {
  type: oneOf(...types),
  description: isString,
  title: isString,
  example: () => true,
  format: oneOf('date-time', 'int32', 'int64', 'double', 'byte'),
  nullable: isBoolean,
  default: () => true,
  enum: Array.isArray,
  pattern: isString,
  minLength: isNumber,
  maxLength: isNumber,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isBoolean,
  exclusiveMaximum: isBoolean,
  multipleOf: isNumber,
  minItems: isNumber,
  maxItems: isNumber,
  minProperties: isNumber,
  maxProperties: isNumber,
  required: isStrings,
  properties: isJsonObject,
  additionalProperties: (value) => isBoolean(value) || isJsonObject(value),
  items: isJsonObject,
  'x-kubernetes-list-type': oneOf('atomic', 'set', 'map'),
  'x-kubernetes-list-map-keys': isStrings,
  'x-kubernetes-map-type': oneOf('granular', 'atomic'),
  'x-kubernetes-int-or-string': isBoolean,
  'x-kubernetes-preserve-unknown-fields': isBoolean,
  'x-kubernetes-validations': Array.isArray,
};

const ruleKeywords: Readonly<Record<string, Check>> = {
  rule: isString,
  message: isString,
  reason: oneOf('FieldValueInvalid', 'FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate'),
  fieldPath: isString,
};

/** Reads a schema, or throws {@link SchemaError} for the first keyword that is not implemented here. */
export function parseSchema(value: JsonValue | undefined): StructuralSchema {
  if (isSchema(value, '')) return value;
  throw new SchemaError('', 'is not an object');
}

function isSchema(value: JsonValue | undefined, path: string): value is JsonObject & StructuralSchema {
  if (!isJsonObject(value)) throw new SchemaError(path, 'is not an object');
  checkKeywords(value, keywords, path);
  const { properties, additionalProperties, items } = value;
  for (const [name, property] of Object.entries(properties ?? {})) isSchema(property, `${path}.${name}`);
  if (isJsonObject(additionalProperties)) isSchema(additionalProperties, `${path}[*]`);
  if (items !== undefined) isSchema(items, `${path}[]`);
  for (const rule of rulesOf(value)) checkRule(rule, path);
  return true;
}

function rulesOf(schema: JsonObject): JsonValue[] {
  const rules = schema['x-kubernetes-validations'];
  return Array.isArray(rules) ? rules : [];
}

function checkRule(rule: JsonValue, path: string): void {
  if (!isJsonObject(rule) || rule['rule'] === undefined) throw new SchemaError(path, 'holds a rule without "rule"');
  checkKeywords(rule, ruleKeywords, `${path} rule`);
}

function checkKeywords(value: JsonObject, known: Readonly<Record<string, Check>>, path: string): void {
  for (const [keyword, member] of Object.entries(value)) {
    const check = Object.hasOwn(known, keyword) ? known[keyword] : undefined;
    if (check === undefined) throw new SchemaError(path, `keyword "${keyword}" is not implemented`);
    if (!check(member)) throw new SchemaError(path, `keyword "${keyword}" cannot be ${JSON.stringify(member)}`);
  }
}

/** Schema of the member `key` of an object: its property, else what every further member must be. */
export function memberSchema(schema: StructuralSchema, key: string): StructuralSchema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** Whether `key` is a property by name, not one of a map's keys. */
export function isNamedProperty(schema: StructuralSchema | undefined, key: string): boolean {
  return schema?.properties !== undefined && Object.hasOwn(schema.properties, key);
}

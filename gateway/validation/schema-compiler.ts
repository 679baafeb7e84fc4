import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, Format, ValidateFunction } from 'ajv/dist/core.js';
import { type FormatName, fullFormats } from 'ajv-formats/dist/formats.js';
import { canonicalJson } from '#api/compiled/secret.ts';
import type { Json } from '#api/json/strict-json.ts';
import { checkedFormats } from '#api/openapi/schemas.ts';
import { linearPattern } from './linear-pattern.ts';

export type Direction = 'request' | 'response';

/** One way in which a value is not what its schema says. */
export interface SchemaFault {
  /** JSON pointer into the value; cut, because the sender chose its names. */
  readonly pointer: string;
  readonly message: string;
  /** Place of the rule in the definition: says nothing of the value. */
  readonly rule: string;
}

/** Checks a value. `most`: how many faults are told. */
export type CheckSchema = (value: Json, size: number) => readonly SchemaFault[];

/** Faults that one answer tells. */
export const mostFaults = 10;
/** Above this size (characters) only the first fault is told: looking for all costs time and memory by their number. */
const describedSize = 16 * 1024;

/** Compiles the schemas of one definition for one direction; what several of them refer to is compiled once. */
export class SchemaCompiler {
  readonly #quick: Ajv2020;
  readonly #thorough: Ajv2020;

  constructor(schemas: { readonly [name: string]: Json }, direction: Direction) {
    this.#quick = buildAjv(schemas, direction, false);
    this.#thorough = buildAjv(schemas, direction, true);
  }

  /** Costs some milliseconds; the result costs microseconds. */
  compile(schema: Json): CheckSchema {
    const quick = compileWith(this.#quick, schema);
    let thorough: ValidateFunction | undefined;
    const describeAll = (value: Json, size: number): readonly SchemaFault[] => {
      const first = describe(quick.errors);
      if (size > describedSize) return first;
      thorough ??= compileWith(this.#thorough, schema);
      return runWithin(size, thorough, value) ? first : describe(thorough.errors);
    };
    return (value, size) => {
      try {
        return runWithin(size, quick, value) ? none : describeAll(value, size);
      } catch (error) {
        if (error instanceof RangeError) return tooComplex;
        throw error;
      }
    };
  }
}

function runWithin(size: number, validate: ValidateFunction, value: Json): boolean {
  budget = leastBudget + 2 * size;
  return validate(value) === true;
}

const none: readonly SchemaFault[] = [];
const tooComplex: readonly SchemaFault[] = [{ pointer: '', message: 'is too complex to be checked', rule: 'step' }];

/**
 * Steps into shared schemas that are left for the value at hand. Alternatives within alternatives can take time that
 * doubles with each level of nesting: beyond what a value of that size can need, it is given up.
 */
let budget = 0;
const leastBudget = 10_000;

function takeStep(): boolean {
  budget--;
  if (budget < 0) throw new RangeError('more steps than a value of this size needs');
  return true;
}

function buildAjv(schemas: { readonly [name: string]: Json }, direction: Direction, allErrors: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    allErrors,
    meta: false,
    validateSchema: false, // the operator has read each keyword
    addUsedSchema: false,
    inlineRefs: false, // code grows with the definition, not with its uses
    ownProperties: true, // `constructor` is not there because every object has it
    multipleOfPrecision: 8,
    logger: false,
    code: { regExp: linearPattern },
  });
  for (const name of checkedFormats) ajv.addFormat(name, formatOf(name));
  const own = direction === 'request' ? 'requiredInRequest' : 'requiredInResponse';
  ajv.addKeyword({ keyword: own, macro: (names: readonly string[]) => ({ required: names }) });
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    validate: (wanted: boolean, items: readonly Json[]) => !wanted || areUnique(items),
    errors: false,
    error: { message: 'must NOT have equal items' },
  });
  ajv.addKeyword({ keyword: 'step', before: '$ref', schema: false, validate: takeStep, errors: false });
  ajv.addSchema({ $id: 'd', $defs: Object.fromEntries(Object.entries(schemas).map(counted)) });
  return ajv;
}

function counted([name, schema]: [string, Json]): [string, Json] {
  return typeof schema === 'object' && schema !== null ? [name, { ...schema, step: true }] : [name, schema];
}

function compileWith(ajv: Ajv2020, schema: Json): ValidateFunction {
  const compiled = ajv.compile(schema as object | boolean);
  // ajv keeps what it compiled for good; the shared schemas are enough to keep.
  ajv.removeSchema(schema as object | boolean);
  return compiled;
}

/** ajv compares each with each; this is linear. */
function areUnique(items: readonly Json[]): boolean {
  return new Set(items.map((item) => canonicalJson(item))).size === items.length;
}

/** Texts longer than this have no format that is checked: their patterns are quick, but not proven to be linear. */
const longestFormatted = 2048;

function formatOf(name: string): Format {
  const format = fullFormats[name as FormatName];
  if (typeof format === 'object' && 'type' in format && format.type === 'number') return format;
  const validate = typeof format === 'object' && 'validate' in format ? format.validate : format;
  const test =
    validate instanceof RegExp ? (text: string) => validate.test(text) : (validate as (text: string) => boolean);
  return { validate: (text: string) => text.length <= longestFormatted && test(text) };
}

function describe(errors: ErrorObject[] | null | undefined): SchemaFault[] {
  const told = (errors ?? []).filter(({ keyword }) => !wrappers.has(keyword)).slice(0, mostFaults);
  return told.map((error) => ({
    pointer: error.instancePath.slice(0, 256),
    message: messageOf(error),
    rule: error.schemaPath,
  }));
}

/** Keywords whose own fault only says that another one has been found inside. */
const wrappers = new Set(['if', 'requiredInRequest', 'requiredInResponse']);

/** What the definition says may be told; what the sender said never is. */
function messageOf({ keyword, message = 'does not match', params }: ErrorObject): string {
  if (keyword === 'enum' && Array.isArray(params['allowedValues'])) {
    const allowed = params['allowedValues'].slice(0, 10).map((value) => JSON.stringify(value).slice(0, 50));
    return `must be one of ${allowed.join(', ')}`;
  }
  if (keyword === 'const') return `must be ${JSON.stringify(params['allowedValue']).slice(0, 100)}`;
  return message;
}

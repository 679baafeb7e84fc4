import { RE2JS } from 're2js';
import type { Json } from '#api/json/strict-json.ts';
import { below, DefinitionError } from './definition-error.ts';
import { isObject, type JsonObject, knownDialects, type OpenApiDocument, objectAt, shorten } from './document.ts';

/** `$ref` of a shared schema: this, then its name. Gateways add all shared schemas under the id `d`. */
export const schemaRefPrefix = 'd#/$defs/';

const maxSchemaNodes = 50_000;
const maxSchemaDepth = 64;

/**
 * Turns the schemas of a document into JSON Schema 2020-12 that is known to compile: every keyword is checked, what
 * validates nothing is dropped, what OpenAPI 3.0 writes otherwise (`nullable`, boolean `exclusiveMinimum`,
 * `discriminator`) is rewritten, and what references point at is collected once under a name.
 *
 * Two keywords are ours: `requiredInRequest` and `requiredInResponse`, because a `readOnly` member that is required
 * belongs to answers alone, and a `writeOnly` one to requests.
 */
export class SchemaReader {
  readonly #document: OpenApiDocument;
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #waiting: { readonly name: string; readonly value: Json; readonly pointer: string }[] = [];
  #nodes = 0;

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  read(value: Json, place: string, depth = 0): Json {
    this.#nodes++;
    if (this.#nodes > maxSchemaNodes) {
      throw new DefinitionError(place, `more than ${maxSchemaNodes} schemas: split it into several APIs`);
    }
    if (depth > maxSchemaDepth) throw new DefinitionError(place, `nested deeper than ${maxSchemaDepth} schemas`);
    if (typeof value === 'boolean') return value;
    const schema = objectAt(value, place);
    if (typeof schema['$ref'] === 'string' && this.#document.dialect === '3.0') return this.#reference(schema, place);
    refuseUnsupported(schema, place);
    const members = Object.entries(schema).flatMap(([keyword, inner]) => {
      const read = keywords.get(keyword);
      return read === undefined
        ? []
        : read({ reader: this, value: inner, place: below(place, keyword), depth, keyword });
    });
    const own = { ...Object.fromEntries(members), ...this.#required(schema, place), ...this.#bounds(schema, place) };
    return nullable(this.#discriminated(own, schema, place), schema, this.#document.dialect);
  }

  /** What references pointed at, by name, and what these point at in turn. */
  shared(): JsonObject {
    const schemas: [string, Json][] = [];
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      schemas.push([next.name, this.read(next.value, next.pointer)]);
    }
    return Object.fromEntries(schemas.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #reference(schema: JsonObject, place: string): JsonObject {
    return { $ref: this.reference(String(schema['$ref']), below(place, '$ref')) };
  }

  reference(text: string, place: string): string {
    const { value, pointer } = this.#document.resolve(text, place);
    let name = this.#names.get(pointer);
    if (name === undefined) {
      name = this.#nameFor(pointer);
      this.#names.set(pointer, name);
      this.#waiting.push({ name, value, pointer });
    }
    return `${schemaRefPrefix}${name}`;
  }

  #nameFor(pointer: string): string {
    const wanted = /^\/components\/schemas\/([A-Za-z0-9._-]{1,100})$/.exec(pointer)?.[1];
    let name = wanted ?? `schema-${this.#names.size}`;
    while (this.#taken.has(name)) name = `${name}-`;
    this.#taken.add(name);
    return name;
  }

  #required(schema: JsonObject, place: string): JsonObject {
    if (schema['required'] === undefined || typeof schema['required'] === 'boolean') return {};
    const names = texts(schema['required'], below(place, 'required'));
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    const flagged = (flag: string) => names.filter((name) => this.#hasFlag(properties, name, flag));
    const readOnly = flagged('readOnly');
    const writeOnly = flagged('writeOnly');
    const both = names.filter((name) => !readOnly.includes(name) && !writeOnly.includes(name));
    return {
      ...(both.length === 0 ? {} : { required: both }),
      ...(writeOnly.length === 0 ? {} : { requiredInRequest: writeOnly }),
      ...(readOnly.length === 0 ? {} : { requiredInResponse: readOnly }),
    };
  }

  #hasFlag(properties: JsonObject, name: string, flag: string): boolean {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!isObject(property)) return false;
    if (property[flag] === true) return true;
    if (typeof property['$ref'] !== 'string') return false;
    const { value } = this.#document.resolve(property['$ref'], flag);
    return isObject(value) && value[flag] === true;
  }

  /** OpenAPI 3.0: `exclusiveMinimum: true` makes `minimum` exclusive. */
  #bounds(schema: JsonObject, place: string): JsonObject {
    const made: [string, Json][] = [];
    for (const [bound, exclusive] of exclusiveBounds) {
      const flag = schema[exclusive];
      const limit = schema[bound];
      if (typeof flag === 'boolean' && this.#document.dialect === '3.1') {
        throw new DefinitionError(below(place, exclusive), 'must be a number in OpenAPI 3.1');
      }
      if (flag === true && typeof limit === 'number') made.push([exclusive, limit]);
    }
    return Object.fromEntries(made);
  }

  /** `oneOf` or `anyOf` of references with a `discriminator` becomes one branch per value: linear, with clear errors. */
  #discriminated(own: JsonObject, schema: JsonObject, place: string): JsonObject {
    const { discriminator } = schema;
    const union = schema['oneOf'] === undefined ? 'anyOf' : 'oneOf';
    const branches = schema[union];
    if (discriminator === undefined || !Array.isArray(branches)) return own;
    const references = branches.map((branch: Json) => (isObject(branch) ? branch['$ref'] : undefined));
    const { propertyName, mapping = {} } = objectAt(discriminator, below(place, 'discriminator'));
    if (typeof propertyName !== 'string' || !references.every((reference) => typeof reference === 'string')) return own;
    const byReference = valuesByReference(objectAt(mapping, below(place, 'discriminator/mapping')));
    const cases = references.map((reference) => {
      const implicit = reference.split('/').at(-1) ?? '';
      const values = byReference.get(reference) ?? byReference.get(implicit) ?? [implicit];
      return { values, schema: { $ref: this.reference(reference, below(place, union)) } };
    });
    const { [union]: _, ...rest } = own;
    const known = {
      required: [propertyName],
      properties: { [propertyName]: { enum: cases.flatMap((c) => c.values) } },
    };
    const all = Array.isArray(rest['allOf']) ? (rest['allOf'] as Json[]) : [];
    const choices = cases.map(({ values, schema: chosen }) => {
      // biome-ignore lint/suspicious/noThenProperty: it is the keyword of JSON Schema.
      return { if: { properties: { [propertyName]: { enum: values } } }, then: chosen };
    });
    return { ...rest, allOf: [...all, known, ...choices] };
  }
}

const exclusiveBounds = [
  ['minimum', 'exclusiveMinimum'],
  ['maximum', 'exclusiveMaximum'],
] as const;

function valuesByReference(mapping: JsonObject): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [value, reference] of Object.entries(mapping)) {
    if (typeof reference === 'string') values.set(reference, [...(values.get(reference) ?? []), value]);
  }
  return values;
}

/** OpenAPI 3.0 says `nullable: true`. Beside a union it is taken at its word, as most who write it mean it. */
function nullable(own: JsonObject, schema: JsonObject, dialect: string): JsonObject {
  if (dialect !== '3.0' || schema['nullable'] !== true) return own;
  if (typeof own['type'] === 'string') return { ...own, type: [own['type'], 'null'] };
  const isUnion = ['allOf', 'anyOf', 'oneOf'].some((keyword) => own[keyword] !== undefined);
  return isUnion ? { anyOf: [{ type: 'null' }, own] } : own;
}

function refuseUnsupported(schema: JsonObject, place: string): void {
  const { $schema } = schema;
  if ($schema !== undefined && !knownDialects.has($schema)) {
    throw new DefinitionError(below(place, '$schema'), 'only JSON Schema 2020-12 is known');
  }
  const found = ['$dynamicRef', '$recursiveRef', '$id', '$anchor', '$dynamicAnchor'].find(
    (keyword) => typeof schema[keyword] === 'string',
  );
  if (found === undefined) return;
  throw new DefinitionError(below(place, found), `${found} is not supported: refer by "#/components/schemas/…"`);
}

interface KeywordContext {
  readonly reader: SchemaReader;
  readonly keyword: string;
  readonly value: Json;
  readonly place: string;
  readonly depth: number;
}

type Member = [string, Json];
type ReadKeyword = (context: KeywordContext) => Member[];

function one({ reader, keyword, value, place, depth }: KeywordContext): Member[] {
  return [[keyword, reader.read(value, place, depth + 1)]];
}

function several({ reader, keyword, value, place, depth }: KeywordContext): Member[] {
  if (!Array.isArray(value) || value.length === 0) throw new DefinitionError(place, 'must be a list that is not empty');
  return [[keyword, value.map((item: Json, index) => reader.read(item, below(place, index), depth + 1))]];
}

function named({ reader, keyword, value, place, depth }: KeywordContext): Member[] {
  const members = Object.entries(objectAt(value, place));
  if (keyword === 'patternProperties') for (const [name] of members) checkPattern(name, below(place, name));
  const read = ([name, inner]: [string, Json]) => [name, reader.read(inner, below(place, name), depth + 1)] as const;
  return [[keyword, Object.fromEntries(members.map(read))]];
}

function count({ keyword, value, place }: KeywordContext): Member[] {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new DefinitionError(place, 'must be a whole number, 0 or more');
  return [[keyword, value]];
}

/** Boolean `exclusiveMinimum` of OpenAPI 3.0 is seen to elsewhere. */
function numeric({ keyword, value, place }: KeywordContext): Member[] {
  if (typeof value === 'boolean' && keyword.startsWith('exclusive')) return [];
  if (typeof value !== 'number') throw new DefinitionError(place, 'must be a number');
  if (keyword === 'multipleOf' && value <= 0) throw new DefinitionError(place, 'must be more than 0');
  return [[keyword, value]];
}

function flag({ keyword, value, place }: KeywordContext): Member[] {
  if (typeof value !== 'boolean') throw new DefinitionError(place, 'must be true or false');
  return value ? [[keyword, value]] : [];
}

function list({ keyword, value, place }: KeywordContext): Member[] {
  if (!Array.isArray(value) || value.length === 0) throw new DefinitionError(place, 'must be a list that is not empty');
  return [[keyword, value]];
}

function anything({ keyword, value }: KeywordContext): Member[] {
  return [[keyword, value]];
}

function namesByName({ keyword, value, place }: KeywordContext): Member[] {
  const members = Object.entries(objectAt(value, place));
  return [[keyword, Object.fromEntries(members.map(([name, inner]) => [name, texts(inner, below(place, name))]))]];
}

function pattern({ keyword, value, place }: KeywordContext): Member[] {
  if (typeof value !== 'string') throw new DefinitionError(place, 'must be text');
  checkPattern(value, place);
  return [[keyword, value]];
}

const typeNames = new Set<Json>(['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']);

function type({ keyword, value, place }: KeywordContext): Member[] {
  const names = Array.isArray(value) ? (value as readonly Json[]) : [value];
  if (names.length === 0 || !names.every((name) => typeNames.has(name))) {
    throw new DefinitionError(place, 'must be null, boolean, object, array, number, string or integer');
  }
  return [[keyword, Array.isArray(value) ? [...new Set(names)] : value]];
}

/** Formats that gateways check; others say something to people only. */
export const checkedFormats = [
  'date',
  'time',
  'date-time',
  'duration',
  'uri',
  'uri-reference',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
  'json-pointer',
  'int32',
  'int64',
] as const;
const formats = new Set<Json>(checkedFormats);

function format({ keyword, value }: KeywordContext): Member[] {
  return formats.has(value) ? [[keyword, value]] : [];
}

function ref({ reader, keyword, value, place }: KeywordContext): Member[] {
  if (typeof value !== 'string') throw new DefinitionError(place, 'must be text');
  return [[keyword, reader.reference(value, place)]];
}

/** Gateways match in linear time, so that no pattern can hold them up; look-ahead and back-references cannot be. */
function checkPattern(text: string, place: string): void {
  try {
    RE2JS.compile(RE2JS.translateRegExp(text));
  } catch (error) {
    const why = error instanceof Error ? shorten(error.message) : 'not a pattern';
    throw new DefinitionError(
      place,
      `pattern "${shorten(text)}" is not one of RE2, which matches in linear time (${why})`,
    );
  }
}

function texts(value: Json, place: string): string[] {
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    throw new DefinitionError(place, 'must be a list of texts');
  }
  return [...new Set(value as string[])];
}

/** What is not here validates nothing: titles, descriptions, `xml`, extensions. Examples are kept for mock answers. */
const keywords: ReadonlyMap<string, ReadKeyword> = new Map<string, ReadKeyword>([
  ...['additionalProperties', 'items', 'not', 'contains', 'propertyNames', 'if', 'then', 'else'].map(
    (k) => [k, one] as const,
  ),
  ...['unevaluatedProperties', 'unevaluatedItems'].map((k) => [k, one] as const),
  ...['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((k) => [k, several] as const),
  ...['properties', 'patternProperties', 'dependentSchemas'].map((k) => [k, named] as const),
  ...['maxLength', 'minLength', 'maxItems', 'minItems', 'maxProperties', 'minProperties'].map(
    (k) => [k, count] as const,
  ),
  ...['minContains', 'maxContains'].map((k) => [k, count] as const),
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'].map((k) => [k, numeric] as const),
  ['uniqueItems', flag],
  ['enum', list],
  ['const', anything],
  ['default', anything],
  ['example', anything],
  ['examples', anything],
  ['dependentRequired', namesByName],
  ['pattern', pattern],
  ['type', type],
  ['format', format],
  ['$ref', ref],
]);

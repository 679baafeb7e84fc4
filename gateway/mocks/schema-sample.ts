import type { Json } from '#api/json/strict-json.ts';

type JsonObject = { readonly [name: string]: Json };
type Schemas = { readonly [name: string]: Json };

/** Levels; beyond them objects and lists are empty. */
const maxDepth = 8;

/**
 * A value that looks like what a schema describes: its example, default or first possible value, else one made by its type. The
 * same for each call. Undefined: nothing can be said, as where a pattern has to fit.
 */
export function sampleOf(schema: Json | undefined, schemas: Schemas, depth = 0): Json | undefined {
  if (!isObject(schema)) return undefined;
  const stated = statedValue(schema);
  if (stated !== undefined) return stated;
  const target = typeof schema['$ref'] === 'string' ? schema['$ref'].replace(/^.*\$defs\//, '') : undefined;
  if (target !== undefined)
    return depth > maxDepth ? undefined : sampleOf(schemas[decodePointer(target)], schemas, depth + 1);
  const parts = listOf(schema['allOf']);
  if (parts.length > 0) return merged([{ ...schema, allOf: [] }, ...parts], schemas, depth);
  const [choice] = [...listOf(schema['oneOf']), ...listOf(schema['anyOf'])];
  return choice !== undefined && schema['properties'] === undefined
    ? sampleOf(choice, schemas, depth + 1)
    : sampleByType(schema, schemas, depth);
}

function statedValue(schema: JsonObject): Json | undefined {
  const [example] = listOf(schema['examples']);
  const [first] = listOf(schema['enum']);
  return [schema['const'], schema['example'], example, schema['default'], first].find((value) => value !== undefined);
}

function merged(parts: readonly Json[], schemas: Schemas, depth: number): Json | undefined {
  const samples = parts.map((part) => sampleOf(part, schemas, depth + 1)).filter((sample) => sample !== undefined);
  const objects = samples.filter(isObject);
  return objects.length === 0 ? samples[0] : (Object.assign({}, ...objects) as Json);
}

function sampleByType(schema: JsonObject, schemas: Schemas, depth: number): Json | undefined {
  switch (typeOf(schema)) {
    case 'object':
      return sampleObject(schema, schemas, depth);
    case 'array':
      return depth >= maxDepth
        ? []
        : [sampleOf(schema['items'], schemas, depth + 1)].filter((item) => item !== undefined);
    case 'string':
      return sampleText(schema);
    case 'integer':
    case 'number':
      return numberIn(schema, 'minimum') ?? Math.min(numberIn(schema, 'maximum') ?? 0, 0);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return undefined;
  }
}

function typeOf({ type, properties, items }: JsonObject): Json | undefined {
  if (type !== undefined) return Array.isArray(type) ? (type as readonly Json[]).find((name) => name !== 'null') : type;
  if (properties !== undefined) return 'object';
  return items === undefined ? undefined : 'array';
}

function sampleObject({ properties }: JsonObject, schemas: Schemas, depth: number): Json {
  if (!isObject(properties) || depth >= maxDepth) return {};
  const members = Object.entries(properties).map(([name, part]) => [name, sampleOf(part, schemas, depth + 1)] as const);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as Json;
}

const texts: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  time: '00:00:00Z',
  uuid: '00000000-0000-4000-8000-000000000000',
  email: 'contoh@example.go.id',
  uri: 'https://example.go.id',
  hostname: 'example.go.id',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
};

function sampleText(schema: JsonObject): string | undefined {
  const { format, pattern } = schema;
  if (typeof format === 'string' && texts[format] !== undefined) return texts[format];
  if (pattern !== undefined) return undefined;
  const most = numberIn(schema, 'maxLength') ?? Number.POSITIVE_INFINITY;
  return 'contoh'.padEnd(Math.min(numberIn(schema, 'minLength') ?? 0, 1000), '-').slice(0, most);
}

function numberIn(schema: JsonObject, name: string): number | undefined {
  const value = schema[name];
  return typeof value === 'number' ? value : undefined;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decodePointer(text: string): string {
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

import type { Json } from '#api/json/strict-json.ts';

type JsonObject = { readonly [name: string]: Json };
type Schemas = { readonly [name: string]: Json };

const refPrefix = 'd#/$defs/';
/** References and combinations that are followed: enough for any parameter that people can read. */
const maxDepth = 8;

/** Which types a schema of a parameter takes: decides how its text is read. Looks through references and combinations. */
export class SchemaTypes {
  readonly #parts: readonly JsonObject[];
  readonly #schemas: Schemas;
  readonly #types: ReadonlySet<string>;
  #items: SchemaTypes | undefined;
  readonly #members = new Map<string, SchemaTypes>();

  constructor(schema: Json | undefined, schemas: Schemas) {
    this.#schemas = schemas;
    this.#parts = partsOf(schema, schemas, 0);
    this.#types = new Set(this.#parts.flatMap(typesOf));
  }

  has(type: string): boolean {
    return this.#types.has(type);
  }

  get isNumeric(): boolean {
    return this.has('integer') || this.has('number');
  }

  items(): SchemaTypes {
    this.#items ??= this.#of(this.#parts.find((part) => part['items'] !== undefined)?.['items']);
    return this.#items;
  }

  memberNames(): string[] {
    return [...new Set(this.#parts.flatMap(({ properties }) => Object.keys(asObject(properties) ?? {})))];
  }

  member(name: string): SchemaTypes {
    let member = this.#members.get(name);
    if (member === undefined) {
      member = this.#of(this.#memberSchema(name));
      // Callers choose names; only those of the schema are worth keeping.
      if (this.memberNames().includes(name)) this.#members.set(name, member);
    }
    return member;
  }

  #memberSchema(name: string): Json | undefined {
    for (const { properties, additionalProperties } of this.#parts) {
      const own = asObject(properties);
      if (own !== undefined && Object.hasOwn(own, name)) return own[name];
      if (asObject(additionalProperties) !== undefined) return additionalProperties;
    }
    return undefined;
  }

  #of(schema: Json | undefined): SchemaTypes {
    return new SchemaTypes(schema, this.#schemas);
  }
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function partsOf(schema: Json | undefined, schemas: Schemas, depth: number): JsonObject[] {
  const own = asObject(schema);
  if (own === undefined || depth > maxDepth) return [];
  const { $ref } = own;
  const target = typeof $ref === 'string' ? partsOf(schemas[$ref.slice(refPrefix.length)], schemas, depth + 1) : [];
  const inner = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const branches = own[keyword];
    return Array.isArray(branches) ? branches.flatMap((branch: Json) => partsOf(branch, schemas, depth + 1)) : [];
  });
  return [own, ...target, ...inner];
}

function typesOf({ type, properties, items, ...rest }: JsonObject): string[] {
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((name) => typeof name === 'string');
  const values = Array.isArray(rest['enum'])
    ? (rest['enum'] as readonly Json[])
    : 'const' in rest
      ? [rest['const']]
      : [];
  const implied: string[] = values.map((value) => (value === null ? 'null' : typeof value));
  if (properties !== undefined) implied.push('object');
  if (items !== undefined) implied.push('array');
  return implied;
}

import type { CustomResourceDefinition, StructuralSchema } from '#api/crd.ts';
import { versionOf } from './crd-files.ts';
import { descriptionParts } from './description.ts';
import { GenerateError } from './generate-error.ts';

/** One interface to print. */
export interface Definition {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly DefinitionField[];
}

export interface DefinitionField {
  readonly name: string;
  /** TypeScript, complete: `readonly Limit[]`. */
  readonly type: string;
  readonly optional: boolean;
  readonly description: string;
}

export interface Definitions {
  /** By kind; the object itself comes first. */
  readonly kinds: ReadonlyMap<string, readonly Definition[]>;
  /** What several kinds have in common, see {@link sharedTypes}. */
  readonly shared: readonly Definition[];
}

/**
 * Objects that mean the same wherever they stand, by the singular of the field's name: they become one type for all
 * kinds. The generator refuses CRDs in which they differ by more than their texts.
 */
const sharedTypes: Readonly<Record<string, { readonly name: string; readonly description: string }>> = {
  Limit: {
    name: 'Limit',
    description:
      'At most so many calls, or bytes of answers, in a window; or so many calls at the same time. A call must pass every limit of every level.',
  },
  Tenants: { name: 'TenantSelection', description: "Which Tenants' ApiServices may name this object." },
};

/** Objects that `api/` types by hand, because more than these schemas is to be said about them. */
const handWritten = new Set(['Condition']);

/** The interfaces behind the CRDs, in the form in which objects are stored: what has a default is there. */
export function definitionsOf(crds: readonly CustomResourceDefinition[]): Definitions {
  const shared = new Map<string, Definition>();
  const kinds = new Map(crds.map((crd) => [crd.spec.names.kind, new Collector(crd, shared).definitions]));
  return { kinds, shared: [...shared.values()] };
}

class Collector {
  readonly definitions: Definition[] = [];
  readonly #kind: string;
  readonly #shared: Map<string, Definition>;

  constructor(crd: CustomResourceDefinition, shared: Map<string, Definition>) {
    this.#kind = crd.spec.names.kind;
    this.#shared = shared;
    this.#root(crd);
  }

  #root(crd: CustomResourceDefinition): void {
    const { openAPIV3Schema: schema, name: version } = { ...versionOf(crd).schema, ...versionOf(crd) };
    const { spec, status } = schema.properties ?? {};
    if (!spec || !status) throw new GenerateError(`${this.#kind}: the schema needs spec and status`);
    const literal = (name: string, type: string) => ({ name, type, optional: false, description: '' });
    this.definitions.push({
      name: this.#kind,
      description: schema.description ?? '',
      fields: [
        literal('apiVersion', `'${crd.spec.group}/${version}'`),
        literal('kind', `'${this.#kind}'`),
        literal('metadata', 'ObjectMeta'),
        { ...literal('spec', `${this.#kind}Spec`), description: spec.description ?? '' },
        { ...literal('status', `${this.#kind}Status`), description: status.description ?? '', optional: true },
      ],
    });
    this.#object(spec, `${this.#kind}Spec`, { prefix: this.#kind, into: this.definitions });
    this.#object(status, `${this.#kind}Status`, { prefix: `${this.#kind}Status`, into: this.definitions });
  }

  /** Adds the interface of an object, and after it those of what it contains. */
  #object(schema: StructuralSchema, name: string, scope: Scope): Definition {
    if (scope.into.some((other) => other.name === name)) {
      throw new GenerateError(`${this.#kind}: two objects would both be called ${name}; rename one of the fields`);
    }
    const place = scope.into.length;
    const nested: Definition[] = [];
    const fields = Object.entries(schema.properties ?? {}).map(([field, value]) => ({
      name: field,
      type: this.#typeOf(value, pascal(field), { prefix: scope.prefix, into: nested }),
      optional: !schema.required?.includes(field) && value.default === undefined,
      description: value.description ?? '',
    }));
    const definition = { name, description: schema.description ?? '', fields };
    scope.into.splice(place, 0, definition, ...nested);
    return definition;
  }

  #typeOf(schema: StructuralSchema, leaf: string, scope: Scope): string {
    if (schema.enum) return schema.enum.map(literalOf).join(' | ');
    if (schema.properties) return this.#named(schema, leaf, scope);
    if (schema.items) return `readonly ${parenthesised(this.#typeOf(schema.items, singular(leaf), scope))}[]`;
    if (schema.additionalProperties) {
      return `{ readonly [name: string]: ${this.#typeOf(schema.additionalProperties, singular(leaf), scope)} }`;
    }
    const scalar = schema.type === undefined ? undefined : scalars[schema.type];
    if (scalar === undefined) throw new GenerateError(`${scope.prefix}${leaf}: no TypeScript for type ${schema.type}`);
    return scalar;
  }

  #named(schema: StructuralSchema, leaf: string, scope: Scope): string {
    if (handWritten.has(leaf)) return leaf;
    const shared = sharedTypes[leaf];
    if (shared) return this.#useShared({ ...schema, description: shared.description }, shared.name);
    const name = `${scope.prefix}${leaf}`;
    this.#object(schema, name, { prefix: name, into: scope.into });
    return name;
  }

  #useShared(schema: StructuralSchema, name: string): string {
    const into: Definition[] = [];
    this.#object(schema, name, { prefix: name, into });
    for (const found of into) {
      const known = this.#shared.get(found.name);
      this.#shared.set(found.name, known ? merged(known, found, this.#kind) : found);
    }
    return name;
  }
}

interface Scope {
  /** What the names of contained objects begin with. */
  readonly prefix: string;
  readonly into: Definition[];
}

/** One definition for two places. Where the texts differ it is the default that depends on the place, so it is left out. */
function merged(known: Definition, found: Definition, kind: string): Definition {
  const shape = (definition: Definition) =>
    JSON.stringify(definition.fields.map(({ name, type, optional }) => [name, type, optional]));
  if (shape(known) !== shape(found)) {
    throw new GenerateError(`${kind}: ${known.name} is not what it is in other kinds; make them equal, or rename it`);
  }
  const fields = known.fields.map((field, index) => {
    if (field.description === found.fields[index]?.description) return field;
    const { text, example } = descriptionParts(field.description);
    return { ...field, description: `${text} Default: depends on where it stands. Example: ${example}.` };
  });
  return { ...known, fields };
}

const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
};

function literalOf(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : String(value);
}

function parenthesised(type: string): string {
  return type.includes(' | ') ? `(${type})` : type;
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function singular(name: string): string {
  return name.replace(/s$/, '');
}

import type { StructuralSchema } from '#api/crd.ts';

/** One place in a schema that holds a value: a property, the items of a list, or the values of a map. */
export interface Field {
  /** `spec.plans.*.limits[].requests`. */
  readonly path: string;
  /** Last name of the path; `[]` for items, `*` for map values. */
  readonly name: string;
  readonly schema: StructuralSchema;
  /** Whether the containing object must have it. True for items and map values. */
  readonly required: boolean;
}

/** Everything below a schema, depth first, in the order of the CRD; the schema itself is not among it. */
export function* fieldsOf(schema: StructuralSchema, path: string): Generator<Field> {
  for (const field of childrenOf(schema, path)) {
    yield field;
    yield* fieldsOf(field.schema, field.path);
  }
}

/** Only the fields directly below. */
export function childrenOf(schema: StructuralSchema, path: string): Field[] {
  const children = Object.entries(schema.properties ?? {}).map(([name, child]) => ({
    path: path === '' ? name : `${path}.${name}`,
    name,
    schema: child,
    required: schema.required?.includes(name) ?? false,
  }));
  if (schema.items) children.push({ path: `${path}[]`, name: '[]', schema: schema.items, required: true });
  if (schema.additionalProperties) {
    children.push({ path: `${path}.*`, name: '*', schema: schema.additionalProperties, required: true });
  }
  return children;
}

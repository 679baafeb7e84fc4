import type { StructuralSchema } from './crd.ts';

/** Every field below `schema`, in its order: `spec.limits[].requests`, `spec.plans{}.limits`. */
export function fieldsOf(schema: StructuralSchema, path = ''): string[] {
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const field = path === '' ? name : `${path}.${name}`;
    return [field, ...fieldsOf(inner, field)];
  });
  return [
    ...properties,
    ...(schema.items === undefined ? [] : fieldsOf(schema.items, `${path}[]`)),
    ...(schema.additionalProperties === undefined ? [] : fieldsOf(schema.additionalProperties, `${path}{}`)),
  ];
}

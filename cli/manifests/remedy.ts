import type { FieldError } from '#kube/schema/field-error.ts';
import type { ObjectSchema } from '#kube/schema/object-schema.ts';
import type { StructuralSchema } from '#kube/schema/structural-schema.ts';
import { closest } from './closest.ts';

/** What to do about an error of the API server, from what the schema says about the field. Undefined: the message says it. */
export function remedyFor({ schema }: ObjectSchema, error: Pick<FieldError, 'field' | 'type'>): string | undefined {
  const described = describe(nodeAt(schema, error.field));
  if (error.field === 'metadata.namespace' && error.type === 'FieldValueRequired') {
    return 'Add metadata.namespace, or give --namespace.';
  }
  if (described === undefined) return undefined;
  return error.type === 'FieldValueRequired' ? `Add it: ${described}` : `What goes here: ${described}`;
}

/** What to do about a field that the schema does not know. */
export function remedyForUnknown({ schema }: ObjectSchema, field: string): string {
  const { parent, name } = split(field);
  const known = Object.keys(nodeAt(schema, parent)?.properties ?? {});
  const meant = closest(name, known);
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  return known.length === 0 ? 'Remove it.' : `Remove it; there are ${known.sort().join(', ')}.`;
}

/** The part of the schema that describes a field path such as `spec.plans[dasar].limits[0].requests`. */
function nodeAt(schema: StructuralSchema, path: string): StructuralSchema | undefined {
  let node: StructuralSchema | undefined = schema;
  for (const step of stepsOf(path)) {
    if (node === undefined) return undefined;
    node = into(node, step);
  }
  return node;
}

function into(node: StructuralSchema, step: string): StructuralSchema | undefined {
  if (node.items !== undefined) return node.items;
  const property = node.properties?.[step];
  if (property !== undefined) return property;
  return typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

/** `spec`, `plans`, `dasar`, `limits`, `0`, `requests`. */
function stepsOf(path: string): string[] {
  return [...path.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([whole, inside]) => inside ?? whole);
}

function split(field: string): { readonly parent: string; readonly name: string } {
  const dot = field.lastIndexOf('.');
  return dot < 0 ? { parent: '', name: field } : { parent: field.slice(0, dot), name: field.slice(dot + 1) };
}

/** What the field is, with its bound, default and example, on one line. */
function describe(node: StructuralSchema | undefined): string | undefined {
  return node?.description?.replaceAll(/\s+/g, ' ').trim();
}

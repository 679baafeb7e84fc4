import { crds } from '#api/generated/crds.ts';
import { apiVersionOf, group } from '#api/kinds.ts';
import { coreSchemas } from '#kube/memory/core-schemas.ts';
import { type ObjectSchema, readCrd } from '#kube/schema/object-schema.ts';
import { closest } from './closest.ts';

const schemas = new Map<string, ObjectSchema>(
  [...crds.map(readCrd), ...coreSchemas].map((schema) => [`${apiVersionOf(schema.kind)}/${schema.kind.kind}`, schema]),
);

/** The schema of an object's kind; undefined for kinds that neither we nor standalone mode know. */
export function schemaOf(object: { readonly apiVersion: string; readonly kind: string }): ObjectSchema | undefined {
  return schemas.get(`${object.apiVersion}/${object.kind}`);
}

/** Whether a kind is, by its group, meant to be one of ours. */
export function isOurGroup(apiVersion: string): boolean {
  return apiVersion === group || apiVersion.startsWith(`${group}/`);
}

/** What a user may have meant by a kind of our group that does not exist. */
export function suggestKind(kind: string): string | undefined {
  const ours = [...schemas.values()].filter((schema) => schema.kind.group === group);
  const names = ours.map((schema) => schema.kind.kind);
  const name = names.find((known) => known.toLowerCase() === kind.toLowerCase()) ?? closest(kind, names);
  const match = ours.find((schema) => schema.kind.kind === name);
  return match && `apiVersion: ${apiVersionOf(match.kind)}, kind: ${match.kind.kind}`;
}

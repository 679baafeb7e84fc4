import type { ResourceKind } from '#api/kinds.ts';
import { copyObject, isJsonObject, type JsonObject, objectAt, stringAt } from './json.ts';
import { metadataSchema } from './metadata-schema.ts';
import { checkSubdomainName } from './names.ts';
import { parseSchema, SchemaError, type StructuralSchema } from './structural-schema.ts';

/** All that the store and `simpul validate` know about one kind. */
export interface ObjectSchema {
  readonly kind: ResourceKind;
  /** The whole object: the kind's own schema with `apiVersion`, `kind` and the full `metadata` put in. */
  readonly schema: StructuralSchema;
  /** Whether `status` is written by a subresource of its own, and by nothing else. */
  readonly statusSubresource: boolean;
  /** Whether the store counts `metadata.generation`. */
  readonly countsGeneration: boolean;
  /** What is wrong with a name; empty when it is fine. */
  readonly checkName: (name: string) => string[];
}

/** Reads a CustomResourceDefinition in its parsed form. Throws {@link SchemaError} for what this engine does not implement. */
export function readCrd(crd: object): ObjectSchema {
  const { spec } = copyObject(crd);
  if (!isJsonObject(spec)) throw new SchemaError('', 'the CustomResourceDefinition has no spec');
  const names = objectAt(spec, 'names') ?? {};
  const version = servedVersion(spec);
  const kind: ResourceKind = {
    group: need(spec, 'group'),
    version: need(version, 'name'),
    kind: need(names, 'kind'),
    plural: need(names, 'plural'),
    namespaced: need(spec, 'scope') === 'Namespaced',
  };
  const own = parseSchema(objectAt(version, 'schema')?.['openAPIV3Schema']);
  return {
    kind,
    schema: withMetadata(own),
    statusSubresource: objectAt(objectAt(version, 'subresources') ?? {}, 'status') !== undefined,
    countsGeneration: true,
    checkName: checkSubdomainName,
  };
}

/** The same schema with `apiVersion`, `kind` and `metadata` as every object has them. */
export function withMetadata(schema: StructuralSchema): StructuralSchema {
  const typed: StructuralSchema = { type: 'string' };
  const properties = { apiVersion: typed, kind: typed, ...schema.properties, metadata: metadataSchema };
  return { ...schema, type: 'object', properties };
}

function servedVersion(spec: JsonObject): JsonObject {
  const versions = Array.isArray(spec['versions']) ? spec['versions'] : [];
  const served = versions.filter(isJsonObject).find((version) => version['served'] === true);
  if (served === undefined) throw new SchemaError('', 'the CustomResourceDefinition serves no version');
  return served;
}

function need(object: JsonObject, key: string): string {
  const value = stringAt(object, key);
  if (value === undefined) throw new SchemaError('', `the CustomResourceDefinition has no ${key}`);
  return value;
}

import type { CustomResourceDefinition, StructuralSchema } from '#api/crd.ts';
import { fileNameOf, versionOf } from './crd-files.ts';

const dialect = 'http://json-schema.org/draft-07/schema#';

type JsonSchema = Record<string, unknown>;

/**
 * JSON Schemas for editors, by file name: one for each kind, and `all.json` for files that hold several kinds, also
 * kinds of Kubernetes itself, about which it says nothing. Draft 7, which every editor reads. Rules in CEL stay with
 * the API server and `simpul validate`.
 */
export function editorSchemas(crds: readonly CustomResourceDefinition[]): Map<string, string> {
  const files = crds.map((crd): [string, JsonSchema] => [`${fileNameOf(crd)}.json`, kindSchema(crd)]);
  return new Map([...files, ['all.json', allSchema(crds)] as const].map(([name, schema]) => [name, print(schema)]));
}

function kindSchema(crd: CustomResourceDefinition): JsonSchema {
  const { openAPIV3Schema: root } = versionOf(crd).schema;
  return {
    $schema: dialect,
    title: crd.spec.names.kind,
    description: root.description,
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
    properties: {
      apiVersion: { const: apiVersionOf(crd) },
      kind: { const: crd.spec.names.kind },
      metadata: metadataSchema(crd),
      spec: converted(root.properties?.['spec'] ?? {}),
      status: { type: 'object', description: 'What the operator observed; leave it out.' },
    },
  };
}

function metadataSchema(crd: CustomResourceDefinition): JsonSchema {
  const text = { type: 'string', maxLength: 253 };
  const texts = { type: 'object', additionalProperties: { type: 'string' } };
  const namespace = crd.spec.scope === 'Namespaced' ? { namespace: { ...text, maxLength: 63 } } : {};
  return {
    type: 'object',
    required: ['name'],
    properties: { name: text, ...namespace, labels: texts, annotations: texts },
  };
}

/** `if` by kind instead of `oneOf`, so that an editor reports the field that is wrong, not "matches no schema". */
function allSchema(crds: readonly CustomResourceDefinition[]): JsonSchema {
  return {
    $schema: dialect,
    title: 'Any object of simpul.id, or of Kubernetes itself',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    properties: {
      apiVersion: { type: 'string', examples: [...new Set(crds.map(apiVersionOf))] },
      kind: { type: 'string', examples: crds.map((crd) => crd.spec.names.kind) },
    },
    allOf: crds.map((crd) => ({
      if: {
        required: ['apiVersion', 'kind'],
        properties: { apiVersion: { const: apiVersionOf(crd) }, kind: { const: crd.spec.names.kind } },
      },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nobody awaits this object.
      then: { $ref: `${fileNameOf(crd)}.json` },
    })),
  };
}

/** What a part of a CRD says, as JSON Schema without the extensions of Kubernetes. */
export function converted(schema: StructuralSchema): JsonSchema {
  const kept = Object.entries(schema).filter(([keyword]) => !keyword.startsWith('x-kubernetes-'));
  return {
    ...Object.fromEntries(kept),
    ...(schema.properties && { additionalProperties: false, properties: mapped(schema.properties) }),
    ...(schema.items && { items: converted(schema.items) }),
    ...(schema.additionalProperties && { additionalProperties: converted(schema.additionalProperties) }),
    ...(schema['x-kubernetes-list-type'] === 'set' && { uniqueItems: true }),
  };
}

function mapped(properties: Readonly<Record<string, StructuralSchema>>): JsonSchema {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, converted(schema)]));
}

function apiVersionOf(crd: CustomResourceDefinition): string {
  return `${crd.spec.group}/${versionOf(crd).name}`;
}

function print(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

import { parse, stringify } from 'yaml';
import type { CustomResourceDefinition } from '#api/crd.ts';
import { versionOf } from './crd-files.ts';
import { descriptionParts } from './description.ts';
import { childrenOf } from './fields.ts';

/**
 * YAML of one object of a kind, for its reference page: the first one in the texts, as it stands there, comments
 * included; else one made of the examples of its fields.
 */
export function exampleOf(crd: CustomResourceDefinition, texts: readonly string[]): string {
  const documents = texts.flatMap((text) => text.split(/^---\n/m)).map((text) => `${text.trim()}\n`);
  const found = documents.find((text) => (parse(text) as { kind?: string } | null)?.kind === crd.spec.names.kind);
  return found ?? madeUp(crd);
}

function madeUp(crd: CustomResourceDefinition): string {
  const { name: version, schema } = versionOf(crd);
  const fields = childrenOf(schema.openAPIV3Schema.properties?.['spec'] ?? {}, 'spec');
  const values = fields.map(({ name, schema: field }) => [name, exampleValue(field.description ?? '')]);
  const metadata = { name: 'contoh', ...(crd.spec.scope === 'Namespaced' && { namespace: 'simpul-system' }) };
  const object = { apiVersion: `${crd.spec.group}/${version}`, kind: crd.spec.names.kind, metadata };
  return stringify({ ...object, spec: Object.fromEntries(values.filter(([, value]) => value !== undefined)) });
}

/** The value that a description gives as its example; undefined when it gives none or cuts it short (`...`). */
export function exampleValue(description: string): unknown {
  const { example = '' } = descriptionParts(description);
  const [, code] = /^`(.*)`$/s.exec(example) ?? [];
  return code === undefined || code.includes('...') ? undefined : parse(code);
}

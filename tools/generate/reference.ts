import type { CustomResourceDefinition, StructuralSchema, ValidationRule } from '#api/crd.ts';
import { fileNameOf, versionOf } from './crd-files.ts';
import { descriptionParts } from './description.ts';
import { exampleOf } from './examples.ts';
import { childrenOf, type Field } from './fields.ts';

/** A page of `docs/reference/` for each kind, and the index, by file name. `texts`: YAML files to take examples from. */
export function referencePages(
  crds: readonly CustomResourceDefinition[],
  texts: readonly string[],
): Map<string, string> {
  const pages = crds.map((crd): [string, string] => [`${fileNameOf(crd)}.md`, kindPage(crd, exampleOf(crd, texts))]);
  return new Map([['README.md', indexPage(crds)], ...pages]);
}

function indexPage(crds: readonly CustomResourceDefinition[]): string {
  const rows = crds.map((crd) => {
    const { kind, shortNames = [] } = crd.spec.names;
    const says = versionOf(crd).schema.openAPIV3Schema.description ?? '';
    return `| [${kind}](${fileNameOf(crd)}.md) | \`${shortNames.join(', ')}\` | ${crd.spec.scope} | ${cell(says)} |`;
  });
  return `<!-- Generated from crds/ by \`make gen\`. -->

# Reference

| Kind | Short name | Scope | What it is |
|---|---|---|---|
${rows.join('\n')}

## Completion in your editor
Editors that use yaml-language-server (VS Code with its YAML extension, Neovim, Helix, …) complete and check files that name
the schema in their first line. \`all.json\` fits files with several kinds; there is one schema for each kind beside it.

\`\`\`yaml
# yaml-language-server: $schema=../../schemas/all.json
\`\`\`

The path is relative to the file. In VS Code the setting \`"yaml.schemas": { "schemas/all.json": "*.simpul.yaml" }\` does the
same for many files. Rules about several fields are checked by the API server, and before that by \`simpul validate FILE\`.
`;
}

function kindPage(crd: CustomResourceDefinition, example: string): string {
  const { kind, plural, shortNames = [] } = crd.spec.names;
  const { schema, additionalPrinterColumns: columns = [], name: version } = versionOf(crd);
  const root = schema.openAPIV3Schema;
  const shown = columns.map((column) => `| ${column.name} | ${cell(column.description ?? '')} |`);
  const { spec = {}, status = {} } = root.properties ?? {};
  return `<!-- Generated from crds/${plural}.yaml by \`make gen\`. -->

# ${kind}
${root.description}

\`apiVersion: ${crd.spec.group}/${version}\`, ${crd.spec.scope === 'Cluster' ? 'cluster-scoped' : 'namespaced'}. List them with
\`kubectl get ${plural}.${crd.spec.group}\`${shortNames.map((name) => ` or \`kubectl get ${name}\``).join('')}.

## Example
\`\`\`yaml
${example}\`\`\`

${objectSections(spec, 'spec')}
${objectSections(status, 'status')}
## Columns of \`kubectl get\`
| Column | What it says |
|---|---|
${shown.join('\n')}
`;
}

/** A section for an object, and after it one for each object that it contains. */
function objectSections(schema: StructuralSchema, path: string): string {
  const fields = childrenOf(schema, path);
  const rows = fields.map((field) => fieldRow(field));
  const rules = rulesBelow(schema, fields);
  const section = `## \`${path}\`
${descriptionParts(schema.description ?? '').text}

| Field | Type | Default | Bounds | What it says |
|---|---|---|---|---|
${rows.join('\n')}
${rules.length === 0 ? '' : `\nRules:\n${rules.join('\n')}\n`}`;
  const nested = fields.flatMap((field) => nestedObjects(field));
  return [section, ...nested.map((field) => objectSections(field.schema, field.path))].join('\n');
}

/** Objects that a field holds, directly or as items or map values. */
function nestedObjects(field: Field): Field[] {
  if (field.schema.properties) return [field];
  return childrenOf(field.schema, field.path).flatMap(nestedObjects);
}

function fieldRow({ path, name, schema, required }: Field): string {
  const { text, default: fallback, example } = descriptionParts(schema.description ?? '');
  const says = `${text}${example === undefined ? '' : ` Example: ${example}.`}`;
  const key = required ? `**\`${name}\`**` : `\`${name}\``;
  const missing = required ? 'required' : (fallback ?? '');
  return `| ${[key, typeOf(schema, path), missing, boundsOf(schema), says].map(cell).join(' | ')} |`;
}

function typeOf(schema: StructuralSchema, path: string): string {
  if (schema.enum) return 'enum';
  if (schema.properties) return `[object](#${anchorOf(path)})`;
  if (schema.items) return `list of ${typeOf(schema.items, `${path}[]`)}`;
  if (schema.additionalProperties) return `map of ${typeOf(schema.additionalProperties, `${path}.*`)}`;
  return schema.format === 'date-time' ? 'date-time' : (schema.type ?? '');
}

/** As GitHub makes it from the heading: lower case, punctuation removed. */
function anchorOf(path: string): string {
  return path.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function boundsOf(schema: StructuralSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  const parts = [
    range(schema.minimum, schema.maximum, ''),
    range(schema.minLength, schema.maxLength, ' characters'),
    range(schema.minItems, schema.maxItems, ' items'),
    range(schema.minProperties, schema.maxProperties, ' entries'),
    schema.pattern === undefined ? '' : `\`${schema.pattern}\``,
    schema.items ? boundsOfContent('each', schema.items) : '',
    schema.additionalProperties ? boundsOfContent('each', schema.additionalProperties) : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function boundsOfContent(word: string, schema: StructuralSchema): string {
  const bounds = schema.properties ? '' : boundsOf(schema);
  return bounds === '' ? '' : `${word}: ${bounds}`;
}

function range(low: number | undefined, high: number | undefined, unit: string): string {
  if (low === undefined && high === undefined) return '';
  if (low === undefined) return `at most ${grouped(high)}${unit}`;
  return high === undefined ? `at least ${grouped(low)}${unit}` : `${grouped(low)} to ${grouped(high)}${unit}`;
}

function grouped(value: number | undefined): string {
  return (value ?? 0).toLocaleString('en');
}

/** Rules of the object itself, and of those of its fields that are no objects with a section of their own. */
function rulesBelow(schema: StructuralSchema, fields: readonly Field[]): string[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map((rule) => ruleLine(rule, ''));
  return [...own, ...fields.filter((field) => !field.schema.properties).flatMap(rulesOfField)];
}

function rulesOfField(field: Field): string[] {
  const rules = (field.schema['x-kubernetes-validations'] ?? []).map((rule) => ruleLine(rule, `\`${field.name}\`: `));
  const content = childrenOf(field.schema, field.name).filter((child) => !child.schema.properties);
  return [...rules, ...content.flatMap((child) => rulesOfField({ ...child, name: child.path }))];
}

function ruleLine({ rule, message }: ValidationRule, prefix: string): string {
  return `- ${prefix}${message ?? rule} (\`${rule}\`)`;
}

/** Text for a table cell: a bar would end it, even inside code. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

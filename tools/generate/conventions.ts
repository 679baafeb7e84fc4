import { reasons } from '#api/conditions.ts';
import type { CustomResourceDefinition, PrinterColumn, StructuralSchema } from '#api/crd.ts';
import { versionOf } from './crd-files.ts';
import { descriptionParts } from './description.ts';
import { type Field, fieldsOf } from './fields.ts';

/**
 * What every CRD of ours keeps to, beyond what the API server demands: one line for each breach, beginning with the
 * kind and path. People read the descriptions with `kubectl explain`, in the reference pages and in their editor.
 */
export function conventionBreaches(crd: CustomResourceDefinition): string[] {
  const { openAPIV3Schema: root } = versionOf(crd).schema;
  const fields = [...fieldsOf(root, '')].filter(({ path }) => !givenByKubernetes.has(path));
  const inFields = fields.flatMap((field) =>
    fieldChecks.flatMap((check) => check(field).map((text) => `${crd.spec.names.kind} ${field.path}: ${text}`)),
  );
  return [...inFields, ...columnBreaches(crd)];
}

/** Their content is Kubernetes' own. `spec` is described by what is in it. */
const givenByKubernetes = new Set(['apiVersion', 'kind', 'metadata', 'spec']);

type Check = (field: Field) => string[];

const fieldChecks: readonly Check[] = [
  checkDescription,
  checkDefault,
  checkUnit,
  checkBounds,
  checkBooleans,
  checkListType,
];

function checkDescription({ schema }: Field): string[] {
  const { text, example } = descriptionParts(schema.description ?? '');
  return [
    ...(/[.!?]$/.test(text) ? [] : ['describe it in sentences that end with a full stop']),
    ...(example ? [] : ['end the description with "Example: `…`."']),
  ];
}

/** Optional fields say what holds without them; where the schema has a scalar default, exactly that. */
function checkDefault({ name, schema, required }: Field): string[] {
  if (name === '[]' || name === '*') return [];
  const { default: said } = descriptionParts(schema.description ?? '');
  if (required) return said === undefined ? [] : ['it is required, so remove "Default:" from the description'];
  if (said === undefined) return ['it is optional, so say "Default: …" in the description'];
  const expected = scalarDefault(schema);
  const right = expected === undefined || said === expected || said.startsWith(`${expected};`);
  return right ? [] : [`the schema's default is ${expected}, but the description says ${said}`];
}

/** `""` stands for "empty", which descriptions put in words. */
function scalarDefault({ default: value }: StructuralSchema): string | undefined {
  return value === undefined || value === '' || typeof value === 'object' ? undefined : `\`${value}\``;
}

/** The pattern of a field, by the unit that its description must name. */
const units: readonly { readonly pattern: string; readonly says: RegExp }[] = [
  { pattern: '^([0-9]{1,6}(ms|s|m|h))+$', says: /as a duration in ms, s, m or h/ },
  { pattern: '^[0-9]{1,12}(Ki|Mi|Gi)?$', says: /in bytes with an optional suffix Ki, Mi or Gi/ },
];

function checkUnit({ schema }: Field): string[] {
  const unit = units.find(({ pattern }) => pattern === schema.pattern);
  const faults = unit && !unit.says.test(schema.description ?? '') ? [`name the unit: ${unit.says.source}`] : [];
  const isTime = schema.format === 'date-time' && !schema.description?.includes('RFC 3339');
  return isTime ? [...faults, 'name the format: RFC 3339'] : faults;
}

function checkBounds({ schema }: Field): string[] {
  const missing = boundsOfType[schema.type ?? '']?.filter((keyword) => schema[keyword] === undefined) ?? [];
  const bounded = schema.enum || (schema.type === 'object' && schema.properties);
  return bounded ? [] : missing.map((keyword) => `give it ${keyword}`);
}

type BoundKeyword = 'maxLength' | 'minimum' | 'maximum' | 'maxItems' | 'maxProperties';

const boundsOfType: Readonly<Record<string, readonly BoundKeyword[]>> = {
  string: ['maxLength'],
  integer: ['minimum', 'maximum'],
  number: ['minimum', 'maximum'],
  array: ['maxItems'],
  object: ['maxProperties'],
};

/** YAML 1.1 reads these as true or false, and kubectl still does in places (`Off` arrives as `false`). */
const yamlBooleans = /^(y|n|yes|no|on|off|true|false)$/i;

function checkBooleans({ path, name, schema }: Field): string[] {
  const values = [name, ...(schema.enum ?? []).map(String)].filter((word) => yamlBooleans.test(word));
  // Conditions are Kubernetes' own convention, and only programs write them.
  return path === 'status.conditions[].status' ? [] : values.map((word) => `"${word}" is a boolean in YAML 1.1`);
}

/** Without a list type, server-side apply by two owners overwrites the whole list in silence. */
function checkListType({ schema }: Field): string[] {
  return schema.type === 'array' && !schema['x-kubernetes-list-type'] ? ['give it x-kubernetes-list-type'] : [];
}

/** Characters that names take on screen; longer ones exist, but then whoever chose them knows. */
const nameWidth = 36;
const namespaceWidth = 16;
const gap = 3;

/** Characters that a column takes: its title or its longest value. */
function widthOf({ name, type, jsonPath }: PrinterColumn, root: StructuralSchema): number {
  const values = jsonPath.endsWith('.reason') ? Object.keys(reasons) : (schemaAt(root, jsonPath)?.enum ?? []);
  const longest = Math.max(widthOfType[type] ?? 0, ...values.map((value) => String(value).length));
  return gap + Math.max(name.length, longest);
}

const widthOfType: Readonly<Record<string, number>> = { date: 5, integer: 6, string: 7 };

/** Follows a plain JSON path; undefined where it selects by a condition. */
function schemaAt(root: StructuralSchema, jsonPath: string): StructuralSchema | undefined {
  const names = jsonPath.split('.').slice(1);
  return names.reduce<StructuralSchema | undefined>((schema, name) => schema?.properties?.[name], root);
}

function columnBreaches(crd: CustomResourceDefinition): string[] {
  const { additionalPrinterColumns: columns = [], schema } = versionOf(crd);
  const { kind } = crd.spec.names;
  const shown = columns.filter((column) => (column.priority ?? 0) === 0);
  const widths = shown.map((column) => widthOf(column, schema.openAPIV3Schema));
  const total = widths.reduce((sum, width) => sum + width, nameWidth + gap + namespaceWidth);
  const order = shown.map((column) => column.name);
  return [
    ...(total > 120 ? [`${kind} columns: ${total} characters wide, more than 120; give some priority 1`] : []),
    ...(order[0] === 'Ready' && order[1] === 'Reason' ? [] : [`${kind} columns: begin with Ready and Reason`]),
    ...(order.at(-1) === 'Age' ? [] : [`${kind} columns: end with Age`]),
    ...columns.filter((column) => !column.description).map((column) => `${kind} column ${column.name}: describe it`),
  ];
}

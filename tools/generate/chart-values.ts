import { parse } from 'yaml';
import { GenerateError } from './generate-error.ts';

type JsonSchema = Record<string, unknown>;

/** One value of a chart, as `values.yaml` has it. */
export interface ChartValue {
  /** `operator.replicas`. */
  readonly path: string;
  readonly description: string;
  readonly fallback: unknown;
  /** Its rules; undefined for a map whose keys are values themselves. */
  readonly schema: JsonSchema | undefined;
}

/**
 * Reads `values.yaml`. Above each key stands what the value does, and, where the default does not say all, a line
 * `# @ {…}` with its rules: JSON Schema in YAML, or `{kind: ApiGateway}` for the spec of a kind of ours.
 */
export function readChartValues(text: string, specOf: (kind: string) => JsonSchema): ChartValue[] {
  const defaults = parse(text) as unknown;
  const values: ChartValue[] = [];
  const path: Line[] = [];
  let whole: Line | undefined;
  for (const line of linesOf(text)) {
    if (whole !== undefined && line.indent > whole.indent) continue;
    while ((path.at(-1)?.indent ?? -1) >= line.indent) path.pop();
    path.push(line);
    const value = chartValueOf(path, line.comment, { defaults, specOf });
    whole = value.schema === undefined ? undefined : line;
    values.push(value);
  }
  return values;
}

/** A line with a key, or with an item of a list, whose name is empty. */
interface Line {
  readonly indent: number;
  readonly name: string;
  /** The lines above it. */
  readonly comment: readonly string[];
}

function linesOf(text: string): Line[] {
  const blocks = text.matchAll(/((?:^ *# .*\n)*)^( *)([^\s#].*)$/gm);
  return [...blocks].map(([, above = '', indent = '', rest = '']) => ({
    indent: indent.length,
    name: /^([A-Za-z]\w*):/.exec(rest)?.[1] ?? '',
    comment: [...above.matchAll(/^ *# (.*)$/gm)].map(([, line = '']) => line),
  }));
}

interface Sources {
  readonly defaults: unknown;
  readonly specOf: (kind: string) => JsonSchema;
}

function chartValueOf(lines: readonly Line[], comment: readonly string[], { defaults, specOf }: Sources): ChartValue {
  const names = lines.map(({ name }) => name);
  const path = names.join('.');
  const fallback = names.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], defaults);
  const description = comment.filter((line) => !line.startsWith('@ ')).join(' ');
  if (description === '') throw new GenerateError(`values.yaml: ${path} has no comment`);
  const rules = comment.find((line) => line.startsWith('@ '));
  return { path, description, fallback, schema: schemaOf(rules, fallback, specOf) };
}

function schemaOf(
  rules: string | undefined,
  fallback: unknown,
  specOf: (kind: string) => JsonSchema,
): JsonSchema | undefined {
  if (rules === undefined) return typeof fallback === 'object' ? undefined : { type: typeof fallback };
  const schema = parse(rules.slice(2)) as JsonSchema;
  return typeof schema['kind'] === 'string' ? specOf(schema['kind']) : schema;
}

/** `values.schema.json`: nothing that `values.yaml` does not name, and nothing of another type. */
export function valuesSchema(values: readonly ChartValue[], title: string): string {
  const global = { type: 'object', description: 'Values of a chart that this one is part of; not read.' };
  const root: JsonSchema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    ...emptyMap(),
    properties: { global },
  };
  for (const { path, description, schema } of values) {
    const names = path.split('.');
    const parent = names.slice(0, -1).reduce((at, name) => propertiesOf(at)[name] as JsonSchema, root);
    propertiesOf(parent)[names.at(-1) ?? ''] = {
      description,
      ...(schema === undefined ? emptyMap() : withoutText(schema)),
    };
  }
  return `${JSON.stringify(root, null, 2)}\n`;
}

const emptyMap = (): JsonSchema => ({ type: 'object', additionalProperties: false, properties: {} });
const propertiesOf = (schema: JsonSchema): JsonSchema => schema['properties'] as JsonSchema;
const withoutText = ({ description: _, ...rest }: JsonSchema): JsonSchema => rest;

/** The table of a chart's README. */
export function valuesTable(values: readonly ChartValue[]): string {
  const rows = values.map(({ path, description, fallback, schema }) => {
    const shown = schema === undefined ? '' : `\`${JSON.stringify(fallback)}\``;
    return `| \`${path}\` | ${shown.replaceAll('|', '\\|')} | ${description.replaceAll('|', '\\|')} |`;
  });
  return ['| Value | Default | What it says |', '|---|---|---|', ...rows].join('\n');
}

import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { describeError } from '#api/errors.ts';
import { CliError } from '../errors.ts';

/** What may be called otherwise in another environment. */
export const tables = ['namespaces', 'gateways', 'hosts', 'addresses', 'tenants', 'secrets', 'configMaps'] as const;
export type Table = (typeof tables)[number];

/** What one thing is called, by environment. */
type Row = Readonly<Record<string, string>>;

/** The file that says what differs between environments. */
export interface Environments {
  /** Folder of each environment, absolute. */
  readonly folders: ReadonlyMap<string, string>;
  readonly rows: Readonly<Record<Table, readonly Row[]>>;
  /** Fields that each environment decides for itself, such as `spec.limits`. */
  readonly keep: readonly string[];
}

/** `text`: YAML; `file`: for messages, and as the place from which folders are meant. Throws CliError. */
export function readEnvironments(text: string, file: string): Environments {
  const wrong = (message: string): CliError => new CliError('CLI_INPUT', `${file}: ${message}`);
  const content = parseMap(text, wrong);
  const unknown = Object.keys(content).find((key) => !['folders', 'keep', ...tables].includes(key));
  if (unknown !== undefined) throw wrong(`"${unknown}" is none of folders, keep, ${tables.join(', ')}`);
  const folders = Object.entries(mapOf(content['folders'] ?? {}, 'folders', wrong));
  if (folders.length < 2) throw wrong('folders names two environments or more, such as {dev: dev, prod: prod}');
  const names = folders.map(([name]) => name);
  const rows = tables.map((table) => [table, rowsOf(content[table] ?? [], { table, names, wrong })] as const);
  const keep = content['keep'] ?? [];
  if (!Array.isArray(keep) || keep.some((path) => typeof path !== 'string')) {
    throw wrong('keep is a list of fields, such as [spec.limits]');
  }
  return {
    folders: new Map(folders.map(([name, folder]) => [name, resolve(dirname(file), folder)])),
    rows: Object.fromEntries(rows) as unknown as Environments['rows'],
    keep: keep as string[],
  };
}

type Wrong = (message: string) => CliError;

function parseMap(text: string, wrong: Wrong): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw wrong(`it is no YAML: ${describeError(error)}`);
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return { ...content };
  throw wrong('it is a map with folders, namespaces, gateways and so on');
}

function mapOf(value: unknown, where: string, wrong: Wrong): Record<string, string> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isMap && Object.values(value).every((one) => typeof one === 'string' && one !== '')) return { ...value };
  throw wrong(`${where} is a map of texts, such as {dev: banten-dev, prod: banten}`);
}

interface RowsContext {
  readonly table: Table;
  readonly names: readonly string[];
  readonly wrong: Wrong;
}

/** A text stands for what has one name everywhere. */
function rowsOf(value: unknown, { table, names, wrong }: RowsContext): Row[] {
  if (!Array.isArray(value)) throw wrong(`${table} is a list, such as [{dev: a, prod: b}, c]`);
  return value.map((row: unknown, index) => {
    if (typeof row === 'string') return Object.fromEntries(names.map((name) => [name, row]));
    const map = mapOf(row, `${table}[${index}]`, wrong);
    const stranger = Object.keys(map).find((name) => !names.includes(name));
    if (stranger === undefined) return map;
    throw wrong(`${table}[${index}] names the environment "${stranger}", which folders does not`);
  });
}

/** From one environment to another. */
export interface Direction {
  readonly from: string;
  readonly to: string;
}

/** What `value` of one environment is in the other; undefined: nobody has said. */
export function translateName(
  { rows }: Environments,
  { from, to }: Direction,
  table: Table,
  value: string,
): string | undefined {
  if (table === 'addresses') return translateAddress(rows.addresses, { from, to }, value);
  return rows[table].find((row) => row[from] === value && row[to] !== undefined)?.[to];
}

/** The longest beginning that a row knows; a host is not the beginning of a longer one. */
function translateAddress(rows: readonly Row[], { from, to }: Direction, value: string): string | undefined {
  const known = rows.filter((row) => {
    const start = row[from];
    if (start === undefined || row[to] === undefined || !value.startsWith(start)) return false;
    return value.length === start.length || start.endsWith('/') || /^[/?]/.test(value.slice(start.length));
  });
  const [best] = known.sort((a, b) => (b[from]?.length ?? 0) - (a[from]?.length ?? 0));
  return best && `${best[to]}${value.slice(best[from]?.length)}`;
}

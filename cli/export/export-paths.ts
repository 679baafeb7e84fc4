import type { ApiService } from '#api/generated/apiservice.ts';
import type { Json } from '#api/json/strict-json.ts';
import { isObject, type JsonObject } from '#api/openapi/document.ts';

type Operation = NonNullable<ApiService['spec']['operations']>[number];

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** What an operation of the document becomes; `scopes`: needed beside those of the API. */
export type Change = (operation: JsonObject, scopes: readonly string[]) => JsonObject;

export interface ExportedPaths {
  readonly paths: JsonObject;
  readonly notes: readonly string[];
}

/** The operations of the document that pass the gateway, and those that the ApiService names beyond it. */
export function exportPaths(
  paths: JsonObject,
  operations: readonly Operation[] | undefined,
  change: Change,
): ExportedPaths {
  const kept = Object.entries(paths).flatMap(([path, item]): [string, JsonObject][] => {
    if (!isObject(item)) return [];
    const left = keptItem(path, item, operations, change);
    return left === undefined ? [] : [[path, left]];
  });
  const shapes = new Set(Object.keys(paths).map(shapeOf));
  const more = (operations ?? []).filter(({ path }) => !path.endsWith('*') && !shapes.has(shapeOf(path)));
  const open = (operations ?? []).filter(({ path }) => path.endsWith('*')).map(({ path }) => path);
  return {
    paths: Object.fromEntries([
      ...kept,
      ...more.map((operation) => [operation.path, minimalItem(operation, change)] as const),
    ]),
    notes: open
      .filter((path) => !kept.some(([known]) => known.startsWith(path.slice(0, -1))))
      .map((path) => `operation ${path} stands for paths that no document names: it was left out`),
  };
}

/** Names of parameters do not matter: `/a/{id}` and `/a/{nik}` are the same calls. */
function shapeOf(path: string): string {
  return path.replaceAll(/\{[^}]*\}/g, '{}');
}

function keptItem(
  path: string,
  item: JsonObject,
  operations: readonly Operation[] | undefined,
  change: Change,
): JsonObject | undefined {
  const { servers: _, ...rest } = item;
  let passes = false;
  const members = Object.entries(rest).flatMap(([name, value]): [string, Json][] => {
    if (!methods.includes(name) || !isObject(value)) return [[name, value]];
    const operation = operations?.find((each) => covers(each, path, name.toUpperCase()));
    if (operations !== undefined && operation === undefined) return [];
    passes = true;
    const { servers: __, ...own } = value;
    return [[name, change(own, operation?.scopes ?? [])]];
  });
  return passes ? Object.fromEntries(members) : undefined;
}

function covers(operation: Operation, path: string, method: string): boolean {
  if (operation.methods !== undefined && !(operation.methods as readonly string[]).includes(method)) return false;
  if (operation.path.endsWith('/*')) return shapeOf(path).startsWith(shapeOf(operation.path).slice(0, -1));
  return shapeOf(operation.path) === shapeOf(path);
}

/** All that is known of an operation without a document. */
function minimalItem({ path, methods: listed = ['GET'], scopes = [] }: Operation, change: Change): JsonObject {
  const parameters = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']): JsonObject => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  });
  const operation = { responses: { default: { description: 'The answer of the API' } } };
  const members = listed.map((method) => [method.toLowerCase(), change(operation, scopes)] as const);
  return { ...(parameters.length === 0 ? {} : { parameters }), ...Object.fromEntries(members) };
}

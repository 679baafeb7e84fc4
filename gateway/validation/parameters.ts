import type { DefinedParameter } from '#api/compiled/definition.ts';
import { type Json, parseStrictJson } from '#api/json/strict-json.ts';
import type { SchemaTypes } from './schema-types.ts';

/** Where the texts of a call's parameters are found. Names of `header` are lower case. */
export interface ParameterSource {
  /** Decoded; several values where the name stands several times. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly path: ReadonlyMap<string, string>;
  readonly header: (name: string) => string | undefined;
  readonly cookie: ReadonlyMap<string, string>;
}

/** The value of a parameter as its schema sees it; undefined: it is not there. `fault`: it cannot be read at all. */
export type ParameterValue =
  | { readonly value: Json | undefined; readonly fault?: undefined }
  | { readonly fault: string };

const absent: ParameterValue = { value: undefined };
const maxJsonDepth = 32;

/**
 * Reads a parameter as its style says (OpenAPI 3.1.1, 4.8.12.2) and gives each text the type that its schema wants:
 * `5` becomes a number where one is wanted, and stays text where not, for the schema to refuse.
 */
export function readParameter(
  parameter: DefinedParameter,
  types: SchemaTypes,
  source: ParameterSource,
): ParameterValue {
  const { style, explode, json = false } = parameter;
  if (style === 'deepObject') return deepObject(parameter, types, source.query);
  if (parameter.in === 'query' && explode && !json && types.has('object')) return explodedForm(types, source.query);
  const texts = textsOf(parameter, source);
  if (texts === undefined) return absent;
  if (types.has('array') && !json) return { value: items(parameter, texts).map((item) => typed(item, types.items())) };
  if (texts.length > 1) return { fault: 'must be given once' };
  return oneValue(parameter, types, texts[0] ?? '');
}

function oneValue(parameter: DefinedParameter, types: SchemaTypes, text: string): ParameterValue {
  if (parameter.json === true) return jsonValue(text);
  if (types.has('object')) return objectValue(parameter, types, text);
  if (text === '' && parameter.allowEmptyValue === true) return absent;
  return { value: typed(undecorated(parameter, text), types) };
}

function jsonValue(text: string): ParameterValue {
  const verdict = parseStrictJson(text, maxJsonDepth);
  return verdict.ok ? { value: verdict.value } : { fault: `must be JSON: ${verdict.fault}` };
}

function textsOf(parameter: DefinedParameter, source: ParameterSource): readonly string[] | undefined {
  const { name } = parameter;
  if (parameter.in === 'query') return source.query.get(name);
  const text = parameter.in === 'header' ? source.header(name) : source[parameter.in].get(name);
  return text === undefined ? undefined : [text];
}

const separators = { form: ',', simple: ',', spaceDelimited: ' ', pipeDelimited: '|' } as const;

function items(parameter: DefinedParameter, texts: readonly string[]): readonly string[] {
  const { style, explode } = parameter;
  const [text = ''] = texts;
  if (parameter.in === 'query' && explode) return texts;
  if (style === 'label') return text.replace(/^\./, '').split(explode ? '.' : ',');
  if (style === 'matrix') return matrixItems(parameter, text);
  const separator = separators[style as keyof typeof separators] ?? ',';
  const parts = texts.flatMap((part) => (part === '' ? [] : part.split(separator)));
  return parameter.in === 'header' ? parts.map((part) => part.trim()) : parts;
}

function matrixItems({ name, explode }: DefinedParameter, text: string): readonly string[] {
  const parts = text.split(';').filter((part) => part !== '');
  const values = parts.map((part) => (part.startsWith(`${name}=`) ? part.slice(name.length + 1) : part));
  return explode ? values : (values[0] ?? '').split(',');
}

function undecorated({ name, style }: DefinedParameter, text: string): string {
  if (style === 'label') return text.replace(/^\./, '');
  if (style !== 'matrix') return text;
  const value = text.replace(/^;/, '');
  return value.startsWith(`${name}=`) ? value.slice(name.length + 1) : value;
}

/** `R,100,G,200`, or `R=100,G=200` where it is exploded. */
function objectValue(parameter: DefinedParameter, types: SchemaTypes, text: string): ParameterValue {
  const parts = items({ ...parameter, in: parameter.in === 'query' ? 'cookie' : parameter.in }, [text]);
  const pairs = parameter.explode ? parts.map(splitPair) : pairsOf(parts);
  if (pairs.includes(undefined)) return { fault: `must be written as name${parameter.explode ? '=' : ','}value` };
  return { value: typedObject(pairs as [string, string][], types) };
}

function splitPair(part: string): [string, string] | undefined {
  const at = part.indexOf('=');
  return at < 0 ? undefined : [part.slice(0, at), part.slice(at + 1)];
}

function pairsOf(parts: readonly string[]): ([string, string] | undefined)[] {
  return parts.flatMap((name, index) => {
    if (index % 2 === 1) return [];
    const value = parts[index + 1];
    return [value === undefined ? undefined : ([name, value] satisfies [string, string])];
  });
}

/** `color[R]=100&color[G]=200`. */
function deepObject({ name }: DefinedParameter, types: SchemaTypes, query: ParameterSource['query']): ParameterValue {
  const pairs: [string, string][] = [];
  for (const [key, values] of query) {
    if (!key.startsWith(`${name}[`) || !key.endsWith(']')) continue;
    if (values.length > 1) return { fault: 'has a member that is given more than once' };
    pairs.push([key.slice(name.length + 1, -1), values[0] ?? '']);
  }
  return pairs.length === 0 ? absent : { value: typedObject(pairs, types) };
}

/** `R=100&G=200`: the members stand among the other parameters, so only those that the schema names are its own. */
function explodedForm(types: SchemaTypes, query: ParameterSource['query']): ParameterValue {
  const pairs: [string, string][] = [];
  for (const name of types.memberNames()) {
    const values = query.get(name);
    if (values === undefined) continue;
    if (values.length > 1) return { fault: 'has a member that is given more than once' };
    pairs.push([name, values[0] ?? '']);
  }
  return pairs.length === 0 ? absent : { value: typedObject(pairs, types) };
}

function typedObject(pairs: readonly (readonly [string, string])[], types: SchemaTypes): Json {
  return Object.fromEntries(pairs.map(([name, text]) => [name, typed(text, types.member(name))]));
}

/** Numbers as JSON writes them: ` 1`, `0x1` and `1e999` stay text. */
const number = /^-?(0|[1-9]\d{0,30})(\.\d{1,30})?([eE][+-]?\d{1,3})?$/;

function typed(text: string, types: SchemaTypes): Json {
  if (types.isNumeric && number.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
  }
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.has('null') && !types.has('string') && (text === '' || text === 'null')) return null;
  return text;
}

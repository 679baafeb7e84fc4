import { LineCounter, parseDocument } from 'yaml';
import { type Json, parseStrictJson } from '#api/json/strict-json.ts';
import { below, DefinitionError } from './definition-error.ts';

/** Characters of a document; more than a ConfigMap holds. */
export const maxDocumentLength = 4 * 1024 * 1024;
const maxDepth = 100;
const maxValues = 200_000;

export type JsonObject = { readonly [name: string]: Json };

/** Which rules schemas follow: OpenAPI 3.0 has its own dialect, 3.1 has JSON Schema 2020-12. */
export type Dialect = '3.0' | '3.1';

/** One OpenAPI document: parsed, of a version that is understood, bounded. */
export class OpenApiDocument {
  readonly root: JsonObject;
  readonly dialect: Dialect;

  /** JSON or YAML 1.2. Throws {@link DefinitionError}. */
  constructor(text: string) {
    if (text.length > maxDocumentLength) {
      throw new DefinitionError('', `it has more than ${maxDocumentLength} characters: split it into several APIs`);
    }
    const root = parse(text);
    if (!isObject(root)) throw new DefinitionError('', 'it must be an OpenAPI document: begin with openapi: 3.1.0');
    checkSize(root);
    this.root = root;
    this.dialect = dialectOf(root);
  }

  /**
   * What stands at `#/components/schemas/Pet`. Other documents are never fetched: what is served must not depend on a
   * file that can change, and the gateway must not be sent to addresses that a document names.
   */
  resolve(reference: string, place: string): { readonly value: Json; readonly pointer: string } {
    if (!reference.startsWith('#')) {
      throw new DefinitionError(
        place,
        `"${shorten(reference)}" is another document, and none is fetched: bundle it into one (redocly bundle, swagger-cli bundle)`,
      );
    }
    let value: Json | undefined = this.root;
    let pointer = '';
    for (const step of stepsOf(reference, place)) {
      pointer = below(pointer, step);
      value = member(value, step);
      if (value === undefined) throw new DefinitionError(place, `"${shorten(reference)}" does not exist`);
    }
    return { value, pointer };
  }

  /** Follows references until something else stands there: parameters, bodies and answers may be references. */
  follow(value: Json, place: string): { readonly value: JsonObject; readonly place: string } {
    let at = { value, pointer: place };
    for (let hops = 0; hops < 32; hops++) {
      const object = objectAt(at.value, at.pointer);
      const reference = object['$ref'];
      if (typeof reference !== 'string') return { value: object, place: at.pointer };
      at = this.resolve(reference, at.pointer);
    }
    throw new DefinitionError(place, 'its references lead in a circle');
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectAt(value: Json | undefined, place: string): JsonObject {
  if (isObject(value)) return value;
  throw new DefinitionError(place, 'must be an object');
}

export function shorten(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 97)}...`;
}

function stepsOf(reference: string, place: string): string[] {
  if (reference === '#') return [];
  if (!reference.startsWith('#/')) {
    throw new DefinitionError(place, `"${shorten(reference)}" must be a JSON pointer such as #/components/schemas/Pet`);
  }
  const steps = reference.slice(2).split('/');
  try {
    return steps.map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    throw new DefinitionError(place, `"${shorten(reference)}" has a bad percent escape`);
  }
}

function member(value: Json | undefined, step: string): Json | undefined {
  if (Array.isArray(value))
    return /^(0|[1-9]\d{0,8})$/.test(step) ? (value as readonly Json[])[Number(step)] : undefined;
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function parse(text: string): Json {
  if (/^\s*\{/.test(text)) {
    const verdict = parseStrictJson(text, maxDepth);
    if (verdict.ok) return verdict.value;
    if (verdict.fault === 'nested too deeply')
      throw new DefinitionError('', `it is ${verdict.fault}: at most ${maxDepth} levels`);
    // YAML is a superset, and its parser knows the line.
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    stringKeys: true,
    uniqueKeys: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new DefinitionError(
      `line ${Math.max(line, 1)}, column ${Math.max(col, 1)}`,
      `not valid YAML: ${error.message.trim()}`,
    );
  }
  return toJson(document);
}

function toJson(document: ReturnType<typeof parseDocument>): Json {
  try {
    return document.toJS({ maxAliasCount: 1000 }) as Json;
  } catch (error) {
    throw new DefinitionError('', `not usable as YAML: ${error instanceof Error ? shorten(error.message) : 'unknown'}`);
  }
}

/** Aliases of YAML can make little text into much. */
function checkSize(root: Json): void {
  let values = 0;
  const visit = (value: Json, depth: number): void => {
    values++;
    const fault = sizeFault(value, values, depth);
    if (fault !== undefined) throw new DefinitionError('', fault);
    if (typeof value !== 'object' || value === null) return;
    for (const inner of Object.values(value)) visit(inner, depth + 1);
  };
  visit(root, 0);
}

function sizeFault(value: Json, values: number, depth: number): string | undefined {
  if (depth > maxDepth) return `it is nested too deeply: at most ${maxDepth} levels`;
  if (values > maxValues) return `it has more than ${maxValues} values: split it into several APIs`;
  const isNumeral = typeof value !== 'number' || Number.isFinite(value);
  return isNumeral ? undefined : 'it has a number without a form in JSON';
}

function dialectOf(root: JsonObject): Dialect {
  const { openapi, swagger } = root;
  if (swagger !== undefined) {
    throw new DefinitionError(
      '/swagger',
      'Swagger 2.0 is not served: convert it to OpenAPI 3 first (npx swagger2openapi FILE, or converter.swagger.io)',
    );
  }
  if (typeof openapi !== 'string')
    throw new DefinitionError('/openapi', 'must say the version, such as openapi: 3.1.0');
  const dialect = /^3\.([01])\.\d{1,3}(-[\w.]{1,20})?$/.exec(openapi)?.[1];
  if (dialect === undefined) {
    throw new DefinitionError('/openapi', `version "${shorten(openapi)}" is not known: use 3.0.x or 3.1.x`);
  }
  const { jsonSchemaDialect } = root;
  if (jsonSchemaDialect !== undefined && !knownDialects.has(jsonSchemaDialect)) {
    throw new DefinitionError(
      '/jsonSchemaDialect',
      'only JSON Schema 2020-12 and the base dialect of OpenAPI 3.1 are known',
    );
  }
  return dialect === '0' ? '3.0' : '3.1';
}

export const knownDialects: ReadonlySet<Json | undefined> = new Set([
  'https://spec.openapis.org/oas/3.1/dialect/base',
  'https://json-schema.org/draft/2020-12/schema',
]);

import type { DefinedBody, DefinedContent, DefinedOperation, DefinedParameter } from '#api/compiled/definition.ts';
import type { Json } from '#api/json/strict-json.ts';
import { below, DefinitionError } from './definition-error.ts';
import { isObject, type JsonObject, type OpenApiDocument, objectAt, shorten } from './document.ts';
import type { SchemaReader } from './schemas.ts';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;
export const maxOperations = 2000;
const maxParameters = 100;

/** Every path and method of a document, with what a gateway checks of it. */
export class OperationsReader {
  readonly #document: OpenApiDocument;
  readonly #schemas: SchemaReader;

  constructor(document: OpenApiDocument, schemas: SchemaReader) {
    this.#document = document;
    this.#schemas = schemas;
  }

  read(): DefinedOperation[] {
    const { paths = {} } = this.#document.root;
    const found = Object.entries(objectAt(paths, '/paths')).flatMap(([path, item]) => {
      return path.startsWith('x-') ? [] : this.#pathItem(path, item, below('/paths', path));
    });
    if (found.length === 0) throw new DefinitionError('/paths', 'there is no operation: add paths');
    if (found.length > maxOperations)
      throw new DefinitionError('/paths', `more than ${maxOperations} operations: split it into several APIs`);
    const seen = new Set<string>();
    for (const { method, path } of found) {
      const shape = `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`;
      if (seen.has(shape))
        throw new DefinitionError(below('/paths', path), `another path matches the same calls of ${method}`);
      seen.add(shape);
    }
    return found;
  }

  #pathItem(path: string, item: Json, at: string): DefinedOperation[] {
    const { value, place } = this.#document.follow(item, at);
    checkTemplate(path, at);
    const common = this.#parameters(value['parameters'], below(place, 'parameters'));
    return methods.flatMap((method) => {
      const operation = value[method];
      if (operation === undefined) return [];
      return this.#operation({ path, method: method.toUpperCase() }, objectAt(operation, below(place, method)), {
        place: below(place, method),
        common,
      });
    });
  }

  #operation(
    { path, method }: { readonly path: string; readonly method: string },
    operation: JsonObject,
    { place, common }: { readonly place: string; readonly common: readonly DefinedParameter[] },
  ): DefinedOperation {
    const own = this.#parameters(operation['parameters'], below(place, 'parameters'));
    const overridden = new Set(own.map(identityOf));
    const parameters = [...common.filter((parameter) => !overridden.has(identityOf(parameter))), ...own];
    const names = new Set([...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name));
    const stray = parameters.find((parameter) => parameter.in === 'path' && !names.has(parameter.name));
    if (stray !== undefined)
      throw new DefinitionError(place, `path parameter "${shorten(stray.name)}" is not in the path`);
    const body = operation['requestBody'];
    return {
      path,
      method,
      parameters,
      ...(body === undefined ? {} : { requestBody: this.#body(body, below(place, 'requestBody')) }),
      responses: this.#responses(operation['responses'], below(place, 'responses')),
    };
  }

  #parameters(value: Json | undefined, place: string): DefinedParameter[] {
    if (value === undefined) return [];
    if (!Array.isArray(value) || value.length > maxParameters) {
      throw new DefinitionError(place, `must be a list of at most ${maxParameters} parameters`);
    }
    const read = value.flatMap((item: Json, index) => this.#parameter(item, below(place, index)));
    const names = read.map(identityOf);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new DefinitionError(place, `parameter "${shorten(twice)}" stands twice`);
    return read;
  }

  #parameter(item: Json, at: string): DefinedParameter[] {
    const { value, place } = this.#document.follow(item, at);
    const { name, where } = placeOf(value, place);
    // These three are described elsewhere (OpenAPI 3.1.1, 4.8.12.1).
    if (where === 'header' && /^(accept|content-type|authorization)$/i.test(name)) return [];
    const style = styleOf(value, where, place);
    const parameter = {
      name: where === 'header' ? name.toLowerCase() : name,
      in: where,
      required: where === 'path' || value['required'] === true,
      style,
      explode: typeof value['explode'] === 'boolean' ? value['explode'] : style === 'form',
      ...(value['allowEmptyValue'] === true ? { allowEmptyValue: true as const } : {}),
    };
    return [{ ...parameter, ...this.#parameterSchema(value, place) }];
  }

  /** `content` instead of `schema`: the value is a JSON text. */
  #parameterSchema(value: JsonObject, place: string): Pick<DefinedParameter, 'schema' | 'json'> {
    const { schema, content } = value;
    if (content === undefined) {
      return schema === undefined ? {} : { schema: this.#schemas.read(schema, below(place, 'schema')) };
    }
    const [entry] = Object.entries(this.#content(content, below(place, 'content')));
    if (entry === undefined || !isJsonType(entry[0]) || entry[1].schema === undefined) return {};
    return { schema: entry[1].schema, json: true };
  }

  #body(item: Json, at: string): DefinedBody {
    const { value, place } = this.#document.follow(item, at);
    const content = this.#content(value['content'], below(place, 'content'));
    return { required: value['required'] === true, content };
  }

  #responses(value: Json | undefined, place: string): DefinedOperation['responses'] {
    if (value === undefined) return {};
    const entries = Object.entries(objectAt(value, place)).filter(([status]) => !status.startsWith('x-'));
    return Object.fromEntries(
      entries.map(([status, item]) => {
        if (!/^([1-5]([0-9]{2}|XX)|default)$/.test(status)) {
          throw new DefinitionError(
            below(place, status),
            'must be a status such as 200, a range such as 2XX, or default',
          );
        }
        const answer = this.#document.follow(item, below(place, status));
        return [status, { content: this.#content(answer.value['content'], below(answer.place, 'content')) }];
      }),
    );
  }

  #content(value: Json | undefined, place: string): { readonly [type: string]: DefinedContent } {
    if (value === undefined) return {};
    return Object.fromEntries(
      Object.entries(objectAt(value, place)).map(([range, item]) => {
        const type = (range.split(';', 1)[0] ?? '').trim().toLowerCase();
        if (!/^([\w!#$&^.+-]+|\*)\/([\w!#$&^.+-]+|\*)$/.test(type) || type.length > 127) {
          throw new DefinitionError(below(place, range), 'must be a media type such as application/json');
        }
        return [type, this.#mediaType(type, objectAt(item, below(place, range)), below(place, range))];
      }),
    );
  }

  #mediaType(type: string, value: JsonObject, place: string): DefinedContent {
    const { schema, example } = value;
    const examples = isObject(value['examples']) ? Object.entries(value['examples']) : [];
    const named = examples.flatMap(([name, item]): [string, Json][] => {
      const { value: inner } = this.#document.follow(item, below(below(place, 'examples'), name));
      return inner['value'] === undefined ? [] : [[name, inner['value']]];
    });
    const all = example === undefined ? named : [['default', example] as [string, Json], ...named];
    const checked = schema !== undefined && (isJsonType(type) || type.includes('*'));
    return {
      ...(checked ? { schema: this.#schemas.read(schema, below(place, 'schema')) } : {}),
      ...(all.length === 0 ? {} : { examples: Object.fromEntries(all) }),
    };
  }
}

/** `application/json`, `application/problem+json`; lower case, without parameters. */
export function isJsonType(type: string): boolean {
  return type === 'application/json' || type === 'text/json' || type.endsWith('+json');
}

function identityOf({ name, in: where }: DefinedParameter): string {
  return `${where} ${name}`;
}

type Where = DefinedParameter['in'];
type Style = DefinedParameter['style'];

/** The first is the default. */
const stylesOf: ReadonlyMap<Json | undefined, readonly [Style, ...Style[]]> = new Map<Where, [Style, ...Style[]]>([
  ['path', ['simple', 'label', 'matrix']],
  ['query', ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject']],
  ['header', ['simple']],
  ['cookie', ['form']],
]);

function placeOf({ name, in: where }: JsonObject, place: string): { readonly name: string; readonly where: Where } {
  if (typeof name !== 'string' || name === '' || name.length > 200) {
    throw new DefinitionError(below(place, 'name'), 'must be text of at most 200 characters');
  }
  if (stylesOf.has(where)) return { name, where: where as Where };
  throw new DefinitionError(below(place, 'in'), 'must be path, query, header or cookie');
}

function styleOf({ style }: JsonObject, where: Where, place: string): Style {
  const styles = stylesOf.get(where) ?? ['form'];
  if (style === undefined) return styles[0];
  const known = styles.find((name) => name === style);
  if (known !== undefined) return known;
  throw new DefinitionError(below(place, 'style'), `must be ${styles.join(', ')} for a parameter in ${where}`);
}

/** A parameter fills a whole segment: that is what gateways route by. */
function checkTemplate(path: string, place: string): void {
  if (!path.startsWith('/') || path.length > 1024)
    throw new DefinitionError(place, 'a path begins with / and has at most 1024 characters');
  const segments = path.split('/').slice(1);
  const bad = segments.find((segment, index) => {
    if (segment === '') return index < segments.length - 1;
    return !/^(\{[A-Za-z0-9_.-]{1,63}\}|[A-Za-z0-9_~@:,=+-][A-Za-z0-9._~@:,=+-]*)$/.test(segment);
  });
  if (bad === undefined) return;
  const why = bad.includes('{')
    ? 'a parameter fills a whole segment, such as /{id}'
    : 'only letters, digits and -._~@:,=+ are taken';
  throw new DefinitionError(place, `segment "${shorten(bad)}" cannot be routed: ${why}`);
}

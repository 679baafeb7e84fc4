import type { DefinedBody, DefinedContent, DefinedOperation, DefinedParameter } from '#api/compiled/definition.ts';
import { type Json, parseStrictJson } from '#api/json/strict-json.ts';
import { isJsonType } from '#api/openapi/operations.ts';
import { contentFor } from './media-types.ts';
import { type ParameterSource, readParameter } from './parameters.ts';
import { type CheckSchema, mostFaults, type SchemaCompiler } from './schema-compiler.ts';
import { SchemaTypes } from './schema-types.ts';

/** One way in which a call or an answer is not what its definition says. */
export interface Violation {
  /** `query nik`, or `body` with a JSON pointer behind it. */
  readonly at: { readonly parameter: string } | { readonly pointer: string };
  readonly message: string;
  /** Place of the rule in the definition, for the log: says nothing of what was sent. */
  readonly rule: string;
}

/** Deepest nesting of a JSON body. */
const maxBodyDepth = 64;

/** What is checked of one operation; compiled from its definition, which costs milliseconds, and then kept. */
export class OperationCheck {
  readonly #operation: DefinedOperation;
  readonly #parameters: readonly ParameterCheck[];
  readonly #requests: BodyChecks | undefined;
  readonly #responses: ReadonlyMap<string, BodyChecks>;

  constructor(
    operation: DefinedOperation,
    schemas: { readonly [name: string]: Json },
    { request, response }: { readonly request: SchemaCompiler; readonly response: SchemaCompiler },
  ) {
    this.#operation = operation;
    this.#parameters = operation.parameters.map((parameter) => new ParameterCheck(parameter, schemas, request));
    this.#requests = operation.requestBody && new BodyChecks(operation.requestBody.content, request);
    const responses = Object.entries(operation.responses);
    this.#responses = new Map(responses.map(([status, { content }]) => [status, new BodyChecks(content, response)]));
  }

  get hasParameters(): boolean {
    return this.#parameters.length > 0;
  }

  checkParameters(source: ParameterSource): Violation[] {
    const found: Violation[] = [];
    for (const parameter of this.#parameters) {
      if (found.length < mostFaults) found.push(...parameter.check(source));
    }
    return found.slice(0, mostFaults);
  }

  /** What a body must be before anybody reads it. `type`: lower case without parameters, or empty. */
  bodyExpectation(type: string, isThere: boolean): 'read' | 'pass' | 'unwanted' | 'missing' | 'unknown type' {
    const body: DefinedBody | undefined = this.#operation.requestBody;
    if (body === undefined) return isThere ? 'unwanted' : 'pass';
    if (!isThere) return body.required ? 'missing' : 'pass';
    if (contentFor(body.content, type) === undefined && Object.keys(body.content).length > 0) return 'unknown type';
    return this.#requests?.has(type) === true ? 'read' : 'pass';
  }

  /** Media types that the operation takes. */
  get requestTypes(): readonly string[] {
    return Object.keys(this.#operation.requestBody?.content ?? {});
  }

  checkRequestBody(type: string, body: Buffer): readonly Violation[] {
    return this.#requests?.check(type, body) ?? nothing;
  }

  /** What is said of answers with this status; undefined: nothing, not even by a range or `default`. */
  responseFor(status: number): BodyChecks | undefined {
    const text = String(status);
    return this.#responses.get(text) ?? this.#responses.get(`${text[0]}XX`) ?? this.#responses.get('default');
  }
}

const nothing: readonly Violation[] = [];

class ParameterCheck {
  readonly #parameter: DefinedParameter;
  readonly #types: SchemaTypes;
  readonly #check: CheckSchema | undefined;

  constructor(parameter: DefinedParameter, schemas: { readonly [name: string]: Json }, compiler: SchemaCompiler) {
    this.#parameter = parameter;
    this.#types = new SchemaTypes(parameter.schema, schemas);
    this.#check = parameter.schema === undefined ? undefined : compiler.compile(parameter.schema);
  }

  check(source: ParameterSource): Violation[] {
    const { name, required } = this.#parameter;
    const read = readParameter(this.#parameter, this.#types, source);
    if (read.fault !== undefined) return [this.#violation('', read.fault, 'style')];
    if (read.value === undefined) return required ? [this.#violation('', 'is required', 'required')] : [];
    // A text is as long as its call, which is bounded; the name stands for its size.
    const faults = this.#check?.(read.value, name.length + 1024) ?? [];
    return faults.map(({ pointer, message, rule }) => this.#violation(pointer, message, rule));
  }

  #violation(pointer: string, message: string, rule: string): Violation {
    const { name, in: where } = this.#parameter;
    const parameter = `${where} ${name}`;
    return { at: { parameter: `${parameter}${pointer}` }, message, rule: `${parameter} ${rule}` };
  }
}

/** Bodies by media type. */
export class BodyChecks {
  readonly #content: { readonly [type: string]: DefinedContent };
  readonly #checks: ReadonlyMap<DefinedContent, CheckSchema>;

  constructor(content: { readonly [type: string]: DefinedContent }, compiler: SchemaCompiler) {
    this.#content = content;
    const withSchema = Object.values(content).filter(({ schema }) => schema !== undefined);
    this.#checks = new Map(withSchema.map((entry) => [entry, compiler.compile(entry.schema ?? true)]));
  }

  /** Whether any content is described. */
  get isEmpty(): boolean {
    return Object.keys(this.#content).length === 0;
  }

  takes(type: string): boolean {
    return contentFor(this.#content, type) !== undefined;
  }

  /** Whether a body of this type is JSON with a schema. */
  has(type: string): boolean {
    const entry = contentFor(this.#content, type);
    return entry !== undefined && isJsonType(type) && this.#checks.has(entry);
  }

  check(type: string, body: Buffer): readonly Violation[] {
    const entry = contentFor(this.#content, type);
    const check = entry === undefined ? undefined : this.#checks.get(entry);
    if (check === undefined) return nothing;
    const text = textOf(body);
    if (text === undefined) return [wholeBody('must be UTF-8')];
    const verdict = parseStrictJson(text, maxBodyDepth);
    if (!verdict.ok) return [wholeBody(`must be JSON: ${verdict.fault}`)];
    return check(verdict.value, text.length).map(({ pointer, message, rule }) => {
      return { at: { pointer }, message, rule: `body ${rule}` };
    });
  }
}

function wholeBody(message: string): Violation {
  return { at: { pointer: '' }, message, rule: 'body' };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(body: Buffer): string | undefined {
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
}

import {
  type ASTNode,
  TypeError as CelTypeError,
  Environment,
  EvaluationError,
  ParseError,
  type ParseResult,
  serialize,
} from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { matchesPattern } from './regular-expression.ts';

/** What an expression about a call can see. Names of fields are lower case; getters are read only when it asks. */
export interface CallFacts {
  readonly request: CallRequest;
  readonly client: CallClient;
  /** `namespace/name` of the ApiService. */
  readonly api: string;
  /** Empty: none. */
  readonly plan: string;
  /** `namespace/name`; empty: the caller has none. */
  readonly subscription: string;
  /** Of a verified token; empty without one. */
  readonly claims: Readonly<Record<string, unknown>>;
}

type Texts = Readonly<Record<string, string>>;

/** `request` of an expression. Several values of one field or parameter are joined by commas. */
export class CallRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly #rawHeaders: readonly string[];
  readonly #query: string;

  /** `rawHeaders`: flat name, value; `query`: with its question mark, as it came. */
  constructor(head: Pick<CallRequest, 'method' | 'host' | 'path'>, rawHeaders: readonly string[], query: string) {
    this.method = head.method;
    this.host = head.host;
    this.path = head.path;
    this.#rawHeaders = rawHeaders;
    this.#query = query;
  }

  get headers(): Texts {
    const fields = emptyTexts();
    for (let i = 0; i < this.#rawHeaders.length; i += 2) {
      addText(fields, (this.#rawHeaders[i] ?? '').toLowerCase(), this.#rawHeaders[i + 1] ?? '');
    }
    return fields;
  }

  get query(): Texts {
    const parameters = emptyTexts();
    for (const [name, value] of new URLSearchParams(this.#query)) addText(parameters, name, value);
    return parameters;
  }
}

/** `client` of an expression. */
export class CallClient {
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }
}

function emptyTexts(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}

function addText(texts: Record<string, string>, name: string, value: string): void {
  const before = texts[name];
  texts[name] = before === undefined ? value : `${before}, ${value}`;
}

export interface CallExpression {
  /** Whether it holds; undefined: it could not be evaluated, so whoever asks has to be on the safe side. */
  readonly holds: (facts: CallFacts) => boolean | undefined;
}

export type CallExpressionVerdict =
  | { readonly ok: true; readonly expression: CallExpression }
  /** `position`: of the first wrong character, from 1. */
  | { readonly ok: false; readonly position: number; readonly message: string };

export const maxExpressionLength = 1024;

const environment = new Environment({
  limits: { maxAstNodes: 200, maxDepth: 20, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 8 },
})
  .registerType('Request', {
    ctor: CallRequest,
    fields: {
      method: 'string',
      host: 'string',
      path: 'string',
      headers: 'map<string, string>',
      query: 'map<string, string>',
    },
  })
  .registerType('Client', { ctor: CallClient, fields: { address: 'string' } })
  .registerVariable('request', 'Request')
  .registerVariable('client', 'Client')
  .registerVariable('api', 'string')
  .registerVariable('plan', 'string')
  .registerVariable('subscription', 'string')
  .registerVariable('claims', 'map<string, dyn>')
  .registerFunction('fieldOf(map<string, string>, string): string', (texts: Texts, name: string) =>
    Object.hasOwn(texts, name) ? texts[name] : '',
  )
  .registerFunction('claimOf(map<string, dyn>, string): dyn', (claims: Record<string, unknown>, name: string) =>
    Object.hasOwn(claims, name) ? claims[name] : '',
  )
  .registerFunction('string.matchesInLinearTime(string): bool', (text: string, pattern: string) =>
    matchesPattern(pattern, text),
  );

/**
 * Compiles an expression about a call (CEL). A field, parameter or claim that was not sent reads as the empty text, so
 * `request.headers["x-mode"] != "biasa"` holds for callers who leave the field out. `matches` takes a literal and
 * needs time in proportion to the text. Evaluation is bounded: at most 200 nodes and two macros that walk a list.
 */
export function compileCallExpression(source: string): CallExpressionVerdict {
  if (source.length > maxExpressionLength) {
    return refusal(maxExpressionLength + 1, `it is longer than ${maxExpressionLength} characters`);
  }
  try {
    const original = environment.parse(source);
    const fault = typeFault(original) ?? boundFault(original.ast);
    if (fault !== undefined) return fault;
    const parsed = environment.parse(serialize(rewritten(original.ast) as ASTNode));
    const check = parsed.check();
    if (!check.valid) return refusal(1, check.error?.message ?? 'it does not type-check');
    return { ok: true, expression: { holds: (facts) => evaluate(parsed, facts) } };
  } catch (error) {
    return refusalOf(error);
  }
}

function evaluate(parsed: ParseResult, facts: CallFacts): boolean | undefined {
  try {
    const result: unknown = parsed(facts as unknown as Record<string, unknown>);
    return typeof result === 'boolean' ? result : undefined;
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

function typeFault(parsed: ParseResult): CallExpressionVerdict | undefined {
  const { valid, type, error } = parsed.check();
  if (!valid) return refusalOf(error);
  return type === 'bool' ? undefined : refusal(1, `it must be true or false, and is ${type}`);
}

const walkers: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

function boundFault(ast: ASTNode): CallExpressionVerdict | undefined {
  const nodes = nodesOf(ast);
  const walks = nodes.filter(({ op, args }) => op === 'rcall' && walkers.has(String(argument(args, 0))));
  const third = walks[2];
  if (third !== undefined) return refusal(third.start + 1, 'at most two macros that walk a list may stand in it');
  for (const node of nodes) {
    if (node.op !== 'rcall' || argument(node.args, 0) !== 'matches') continue;
    const fault = patternFault(node);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** A pattern from outside would be compiled for each call. */
function patternFault(node: ASTNode): CallExpressionVerdict | undefined {
  const [pattern] = nodesIn(argument(node.args, 2));
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
    return refusal((pattern ?? node).start + 1, 'the pattern of matches() must be a literal text');
  }
  try {
    RE2JS.compile(pattern.args);
    return undefined;
  } catch {
    return refusal(pattern.start + 1, 'the pattern of matches() is no RE2 regular expression');
  }
}

/** Maps in which a name that is missing reads as the empty text, and the function that reads them so. */
const looseMaps: ReadonlyMap<string, string> = new Map([
  ['request.headers', 'fieldOf'],
  ['request.query', 'fieldOf'],
  ['claims', 'claimOf'],
]);

/** The same with `request.headers["x"]` as `fieldOf(request.headers, "x")`, and `matches` as its linear twin. */
function rewritten(node: ASTNode): Rewritten {
  const { op, args } = node;
  if (op === 'call' && argument(args, 0) === 'has') return node;
  if (op === 'rcall' && argument(args, 0) === 'matches') {
    return { op, args: ['matchesInLinearTime', ...rewrittenList(argumentsAfter(args, 1))] };
  }
  const read = op === '[]' || op === '.' ? looseRead(argument(args, 0), argument(args, 1)) : undefined;
  return read ?? { op, args: Array.isArray(args) ? rewrittenList(args) : args };
}

function looseRead(map: unknown, name: unknown): Rewritten | undefined {
  const reader = isNode(map) ? looseMaps.get(serialize(map)) : undefined;
  if (reader === undefined || !isNode(map)) return undefined;
  const key = isNode(name) ? rewritten(name) : { op: 'value', args: name };
  return { op: 'call', args: [reader, [rewritten(map), key]] };
}

/** What `serialize` looks at of a node. */
interface Rewritten {
  readonly op: string;
  readonly args: unknown;
}

function rewrittenList(args: readonly unknown[]): unknown[] {
  return args.map((arg) => (Array.isArray(arg) ? rewrittenList(arg) : isNode(arg) ? rewritten(arg) : arg));
}

function argument(args: unknown, index: number): unknown {
  return Array.isArray(args) ? (args as unknown[])[index] : undefined;
}

function argumentsAfter(args: unknown, index: number): readonly unknown[] {
  return Array.isArray(args) ? (args as unknown[]).slice(index) : [];
}

function nodesOf(node: ASTNode): ASTNode[] {
  return [node, ...nodesIn(node.args).flatMap(nodesOf)];
}

function nodesIn(value: unknown): ASTNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  return isNode(value) ? [value] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function refusal(position: number, message: string): CallExpressionVerdict {
  return { ok: false, position, message };
}

function refusalOf(error: unknown): CallExpressionVerdict {
  if (!(error instanceof ParseError) && !(error instanceof CelTypeError) && !(error instanceof EvaluationError))
    throw error;
  return refusal((error.range?.start ?? 0) + 1, error.summary);
}

import { normalizePath } from './path.ts';

/** What the table needs to know of an operation. */
export interface Matchable {
  /** `/nik/{nik}`; `{name}` matches one segment that is not empty, a trailing `/*` the rest, also nothing. */
  readonly path: string;
  /** Upper case; empty: every method. */
  readonly methods: readonly string[];
}

export type OperationMatch<Operation> =
  | { readonly found: 'operation'; readonly operation: Operation }
  | { readonly found: 'path'; readonly allow: readonly string[] }
  | { readonly found: 'nothing' };

/**
 * The operations of one API, built once. Of those that take the method, the most specific path wins: segment by segment
 * from the left, a literal before `{name}` before the rest. Where GET is taken HEAD is too.
 */
export class OperationTable<Operation extends Matchable> {
  readonly operations: readonly Operation[];
  readonly #root = new OperationNode<Operation>();

  constructor(operations: readonly Operation[]) {
    this.operations = operations;
    for (const operation of operations) this.#add(operation);
  }

  /** `path` is normalised and relative to the base path. */
  match(method: string, path: string): OperationMatch<Operation> {
    const segments = path.split('/');
    const operation = search(this.#root, segments, 1, method);
    if (operation !== undefined) return { found: 'operation', operation };
    const allow = new Set<string>();
    collectMethods(this.#root, segments, 1, allow);
    return allow.size === 0 ? nothing : { found: 'path', allow: [...allow].sort() };
  }

  #add(operation: Operation): void {
    let node = this.#root;
    for (const segment of segmentsOf(operation.path)) {
      if (segment === '*') {
        node.rest.push(operation);
        return;
      }
      node = isParameter(segment) ? node.growParameter() : node.growLiteral(segment);
    }
    node.here.push(operation);
  }
}

/** The reason why `path` is no operation path, or undefined. */
export function operationPathFault(path: string): string | undefined {
  const literal = path.replace(/\{[A-Za-z0-9_.-]{1,63}\}/g, 'x');
  const normal = normalizePath(literal);
  if (!normal.ok) return normal.reason;
  return normal.path === literal ? undefined : 'is not in its normal form';
}

const nothing = { found: 'nothing' } as const;

class OperationNode<Operation> {
  readonly literals = new Map<string, OperationNode<Operation>>();
  parameter: OperationNode<Operation> | undefined = undefined;
  readonly here: Operation[] = [];
  readonly rest: Operation[] = [];

  growLiteral(segment: string): OperationNode<Operation> {
    const existing = this.literals.get(segment);
    if (existing !== undefined) return existing;
    const node = new OperationNode<Operation>();
    this.literals.set(segment, node);
    return node;
  }

  growParameter(): OperationNode<Operation> {
    this.parameter ??= new OperationNode<Operation>();
    return this.parameter;
  }
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1);
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{') && segment.endsWith('}');
}

function takes(operation: Matchable, method: string): boolean {
  const { methods } = operation;
  return methods.length === 0 || methods.includes(method) || (method === 'HEAD' && methods.includes('GET'));
}

function search<Operation extends Matchable>(
  node: OperationNode<Operation>,
  segments: readonly string[],
  at: number,
  method: string,
): Operation | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.here.find((operation) => takes(operation, method)) ?? restOf(node, method);
  const literal = node.literals.get(segment);
  const byLiteral = literal && search(literal, segments, at + 1, method);
  if (byLiteral !== undefined) return byLiteral;
  const byParameter = segment !== '' && node.parameter && search(node.parameter, segments, at + 1, method);
  return byParameter || restOf(node, method);
}

function restOf<Operation extends Matchable>(node: OperationNode<Operation>, method: string): Operation | undefined {
  return node.rest.find((operation) => takes(operation, method));
}

/** Every method that some operation at this path takes: the Allow field of a 405. */
function collectMethods<Operation extends Matchable>(
  node: OperationNode<Operation>,
  segments: readonly string[],
  at: number,
  allow: Set<string>,
): void {
  const segment = segments[at];
  const ending = segment === undefined ? [...node.here, ...node.rest] : node.rest;
  for (const operation of ending) for (const method of operation.methods) allow.add(method);
  if (allow.has('GET')) allow.add('HEAD');
  if (segment === undefined) return;
  const literal = node.literals.get(segment);
  if (literal !== undefined) collectMethods(literal, segments, at + 1, allow);
  if (segment !== '' && node.parameter !== undefined) collectMethods(node.parameter, segments, at + 1, allow);
}

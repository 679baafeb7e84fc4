import type { ASTNode } from '@marcbachmann/cel-js';

/**
 * The part of CEL that CRD rules may use. Everything in it gives the same result in Kubernetes 1.30 (cel-go) and in the
 * JavaScript evaluator; each entry has a rule in `cel-expression.test.ts` or in the CRDs that shows it. Left out on
 * purpose: arithmetic (overflow differs), `+` on strings and lists, conversions other than `timestamp`, optionals,
 * two-variable macros, and every library function that only one side knows.
 */
const functions: ReadonlySet<string> = new Set(['has', 'size', 'timestamp']);

const methods: ReadonlySet<string> = new Set([
  'all',
  'exists',
  'exists_one',
  'size',
  'startsWith',
  'endsWith',
  'contains',
  'matches',
  'lowerAscii',
]);

const operators: ReadonlySet<string> = new Set([
  ...['value', 'id', '.', '[]', 'list', '?:', '||', '&&', '!_'],
  ...['==', '!=', 'in', '<', '<=', '>', '>='],
]);

/** Why an expression cannot stand in a CRD; empty when it can. */
export function portabilityProblems(ast: ASTNode): string[] {
  return subexpressions(ast).flatMap((node) => {
    const problem = problemOf(node);
    return problem === undefined ? [] : [problem];
  });
}

function problemOf(node: ASTNode): string | undefined {
  if (node.op === 'call') {
    return functions.has(node.args[0]) ? undefined : `function ${node.args[0]}() is not in the portable part of CEL`;
  }
  if (node.op === 'rcall') {
    return methods.has(node.args[0]) ? undefined : `method .${node.args[0]}() is not in the portable part of CEL`;
  }
  return operators.has(node.op) ? undefined : `operator ${node.op} is not in the portable part of CEL`;
}

/** The node and everything below it. */
export function subexpressions(node: ASTNode): ASTNode[] {
  return [node, ...children(node).flatMap(subexpressions)];
}

function children(node: ASTNode): ASTNode[] {
  return nodesIn(node.args);
}

function nodesIn(value: unknown): ASTNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  return isNode(value) ? [value] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

import { type ASTNode, Environment, EvaluationError, type ParseResult } from '@marcbachmann/cel-js';
import { matchesPattern } from '#api/regular-expression.ts';
import { portabilityProblems, subexpressions } from './cel-portability.ts';
import { SchemaError } from './structural-schema.ts';

/** What a rule sees: integers as BigInt, date-times as Date, objects and lists as they are. */
export type CelValue = string | number | bigint | boolean | null | Date | CelValue[] | { [key: string]: CelValue };

export type RuleOutcome =
  | { readonly verdict: 'pass' | 'fail' }
  /** What went wrong while evaluating, as the API server words it: `no such key: burst`. */
  | { readonly verdict: 'error'; readonly problem: string };

export interface CelExpression {
  /** A transition rule: it says nothing about an object that is new. */
  readonly usesOldSelf: boolean;
  readonly evaluate: (self: CelValue, oldSelf: CelValue | undefined) => RuleOutcome;
}

/**
 * Methods of the evaluator that differ from Kubernetes', and our own that replace them: `matches` is JavaScript's
 * backtracking RegExp there (one pattern could stop the whole process), and `lowerAscii` lowers every alphabet.
 */
const replacements: Readonly<Record<string, string>> = { matches: 'matchesInLinearTime', lowerAscii: 'lowerAsciiOnly' };

const environment = new Environment({ limits: { maxAstNodes: 500, maxDepth: 50, maxListElements: 100 } })
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn')
  // In a CRD a string of format date-time is a timestamp already, and timestamp() of one is the same.
  .registerFunction('timestamp(google.protobuf.Timestamp): google.protobuf.Timestamp', (value: Date) => value)
  .registerFunction('string.matchesInLinearTime(string): bool', (text: string, pattern: string) =>
    matchesPattern(pattern, text),
  )
  .registerFunction('string.lowerAsciiOnly(): string', (text: string) =>
    text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  );

const compiled = new Map<string, CelExpression>();

/**
 * Compiles a rule of a CRD. Only the part of CEL is taken that Kubernetes 1.30 and this evaluator agree on
 * (`cel-portability.ts`); anything else is a {@link SchemaError}. Compiled rules are kept: there are as many as the CRDs have.
 */
export function compileRule(source: string): CelExpression {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const made = compile(source);
  compiled.set(source, made);
  return made;
}

function compile(source: string): CelExpression {
  const parsed = parse(source);
  const problems = portabilityProblems(parsed.ast);
  if (problems.length > 0) throw new SchemaError(` rule "${source}"`, problems.join('; '));
  const nodes = subexpressions(parsed.ast);
  for (const node of nodes) replaceMethod(node);
  const check = parsed.check();
  if (!check.valid) throw new SchemaError(` rule "${source}"`, check.error?.message ?? 'does not type-check');
  return {
    usesOldSelf: nodes.some((node) => node.op === 'id' && node.args === 'oldSelf'),
    evaluate: (self, oldSelf) => run(parsed, oldSelf === undefined ? { self } : { self, oldSelf }),
  };
}

function parse(source: string): ParseResult {
  try {
    return environment.parse(source);
  } catch (error) {
    throw new SchemaError(` rule "${source}"`, error instanceof Error ? error.message : String(error));
  }
}

function replaceMethod(node: ASTNode): void {
  if (node.op === 'rcall') node.args[0] = replacements[node.args[0]] ?? node.args[0];
}

function run(parsed: ParseResult, context: Record<string, CelValue>): RuleOutcome {
  try {
    return { verdict: parsed(context) === true ? 'pass' : 'fail' };
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    return { verdict: 'error', problem: error.summary.replace(/^No such key/, 'no such key') };
  }
}

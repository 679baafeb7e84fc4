import { compileCallExpression } from '#api/call-expression.ts';
import type { CompiledLimit, CountBy } from '#api/compiled/limit.ts';
import type { Limit } from '#api/generated/shared.ts';
import type { Problem } from './outcome.ts';
import { parseBytes } from './quantity.ts';

/** Compiles one level's limits. `countBy` is what a limit counts by when it does not say. */
export function compileLimits(limits: readonly Limit[] | undefined, countBy: CountBy): CompiledLimit[] {
  const seen = new Map<string, number>();
  return (limits ?? []).map((limit) => {
    const by = limit.by ?? countBy;
    const scope = {
      id: limit.name ?? positionalId(`${by}-${kindOf(limit)}`, seen),
      by,
      ...countedBy(limit),
      ...conditionOf(limit),
      ...(limit.onRedisFailure === 'Deny' ? { onRedisFailure: 'Deny' as const } : {}),
    };
    return { ...scope, ...amountOf(limit) };
  });
}

/** The schema has seen to it that a limit has exactly one amount, and a window with those that need one. */
function amountOf({ requests = 1, bytes, concurrent, per = 'Second', burst }: Limit) {
  if (concurrent !== undefined) return { concurrent };
  if (bytes !== undefined) return { bytes: parseBytes(bytes) ?? 1, per };
  return { requests, per, ...(burst === undefined ? {} : { burst }) };
}

/** `Minute`, `Minute-bytes`, `concurrent`. */
function kindOf({ bytes, concurrent, per }: Limit): string {
  if (concurrent !== undefined) return 'concurrent';
  return bytes === undefined ? `${per}` : `${per}-bytes`;
}

function countedBy({ header, claim }: Limit): Pick<CompiledLimit, 'header' | 'claim'> {
  if (header !== undefined) return { header: header.toLowerCase() };
  return claim === undefined ? {} : { claim };
}

/** What cannot be compiled limits every call: an object that is served in spite of it must not be unlimited. */
function conditionOf({ when }: Limit): Pick<CompiledLimit, 'when'> {
  return when === undefined || !compileCallExpression(when).ok ? {} : { when };
}

/** The first expression of `lists`, by field, that cannot be compiled. */
export function expressionProblem(lists: Readonly<Record<string, readonly Limit[] | undefined>>): Problem | undefined {
  for (const [field, limits = []] of Object.entries(lists)) {
    const problems = limits.map(({ when }, index) => problemOfExpression(`${field}[${index}].when`, when));
    const first = problems.find((problem) => problem !== undefined);
    if (first !== undefined) return first;
  }
  return undefined;
}

function problemOfExpression(field: string, source: string | undefined): Problem | undefined {
  const compiled = source === undefined ? undefined : compileCallExpression(source);
  if (compiled === undefined || compiled.ok) return undefined;
  return { reason: 'InvalidExpression', message: `${field}, character ${compiled.position}: ${compiled.message}` };
}

/** `Total-Minute`, then `Total-Minute-2`: what a limit is keeps its counters when another one beside it changes. */
function positionalId(base: string, seen: Map<string, number>): string {
  const count = (seen.get(base) ?? 0) + 1;
  seen.set(base, count);
  return count === 1 ? base : `${base}-${count}`;
}

/** Whether a limit needs counters that outlive a process. */
export function hasCalendarLimit(lists: readonly (readonly Limit[] | undefined)[]): boolean {
  return lists.some((limits) => limits?.some((limit) => limit.per === 'Day' || limit.per === 'Month') ?? false);
}

import type { CompiledLimit, CountBy } from '#api/compiled/contract.ts';
import type { Limit } from '#api/generated/shared.ts';

/** Compiles one level's limits. `countBy` is what a limit counts by when it does not say. */
export function compileLimits(limits: readonly Limit[] | undefined, countBy: CountBy): CompiledLimit[] {
  const seen = new Map<string, number>();
  return (limits ?? []).map((limit) => {
    const by = limit.by ?? countBy;
    return {
      id: limit.name ?? positionalId(`${by}-${limit.per}`, seen),
      requests: limit.requests,
      per: limit.per,
      by,
      ...(limit.burst === undefined ? {} : { burst: limit.burst }),
    };
  });
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

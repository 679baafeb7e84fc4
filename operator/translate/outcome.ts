import type { Compiled } from '#api/compiled/contract.ts';
import type { CompiledDefinition } from '#api/compiled/definition.ts';
import type { ConditionStatus, ConditionType, Observation, Reason } from '#api/conditions.ts';
import type { ObjectMeta } from '#api/object.ts';

/**
 * What a translation decides about one object. It never throws on user input and never mutates.
 *
 * `compiled` says what each gateway must be told, by gateway id: an object to write, or `keep` for whatever is there
 * (the last good state of a spec that is wrong). A gateway that is not mentioned must hold nothing of this source.
 */
export interface Outcome<Status = object> {
  readonly observations: readonly Observation[];
  readonly compiled: CompiledPlan;
  /** The definition that objects of `compiled` refer to: gateways need it before them. */
  readonly definition?: CompiledDefinition | undefined;
  /** Status fields other than `conditions` and `observedGeneration`; absent ones are removed. */
  readonly status: Status;
}

export type CompiledPlan = ReadonlyMap<string, Compiled | 'keep'>;

/** Why something is not so: becomes a condition. */
export interface Problem {
  readonly reason: Reason;
  readonly message: string;
}

/** The first problem that a list of checks finds, in their order. */
export function firstProblem<Case>(
  checks: readonly ((subject: Case) => Problem | undefined)[],
  subject: Case,
): Problem | undefined {
  for (const check of checks) {
    const problem = check(subject);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What an {@link Outcome} is made for: gives every observation its generation. */
export interface Subject {
  readonly metadata: ObjectMeta;
}

export function observe(subject: Subject, type: ConditionType, status: ConditionStatus, because: Problem): Observation {
  return {
    type,
    status,
    reason: because.reason,
    message: shorten(because.message),
    observedGeneration: subject.metadata.generation ?? 0,
  };
}

/** Conditions are keyed by type: several Warnings become one, under the reason of the first. */
export function oneWarning(warnings: readonly Observation[]): Observation[] {
  const [first, ...others] = warnings;
  if (first === undefined) return [];
  return [{ ...first, message: shorten([first, ...others].map(({ message }) => message).join('; ')) }];
}

/** True with the good word, or False with the problem. */
export function verdict(
  subject: Subject,
  type: 'Accepted' | 'ResolvedRefs' | 'Approved',
  problem?: Problem,
): Observation {
  if (problem !== undefined) return observe(subject, type, 'False', problem);
  return observe(subject, type, 'True', { reason: type, message: goodNews[type] });
}

const goodNews = {
  Accepted: 'The spec is valid',
  ResolvedRefs: 'All references are resolved',
  Approved: 'Agreed to, or no agreement is needed',
} as const;

/** Keeps a message within what a condition may hold. */
function shorten(message: string): string {
  return message.length <= 1000 ? message : `${message.slice(0, 997)}...`;
}

/** `"a", "b" and 3 more`: sorted, quoted, cut. */
export function enumerate(names: Iterable<string>, most = 3): string {
  const sorted = [...new Set(names)].sort();
  const shown = sorted.slice(0, most).map((name) => `"${name}"`);
  const more = sorted.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

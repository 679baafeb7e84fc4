import type { CompiledKind } from '#api/compiled/contract.ts';
import type { CompiledDefinition } from '#api/compiled/definition.ts';
import type { Observation } from '#api/conditions.ts';
import type { SimpulKindName } from '#api/kinds.ts';
import { keyOf, parseId } from '#api/object.ts';
import type { Result } from '../runtime/controller.ts';
import { StatusError } from '../runtime/status-error.ts';
import type { ReadyPolicy } from '../status/conditions.ts';
import { readyFrom } from '../status/conditions.ts';
import type { CompiledPlan } from '../translate/outcome.ts';
import { observe } from '../translate/outcome.ts';
import type { Wake } from '../world/dependents.ts';
import { mayLieAnywhere } from '../world/materials.ts';
import { acknowledge } from './acknowledge.ts';
import { writeWithDefinition } from './definition-writer.ts';
import type { Environment } from './environment.ts';
import type { Resource } from './status-writer.ts';
import { writeStatus } from './status-writer.ts';
import { userVisibleCause } from './visible-cause.ts';

/** What a visit decided about an object, after it did what has to be done before anything is compiled. */
export interface Visit {
  readonly observations: readonly Observation[];
  readonly compiled: CompiledPlan;
  /** What objects of `compiled` refer to: written before them. */
  readonly definition?: CompiledDefinition | undefined;
  /** Status fields of the kind. */
  readonly fields: object;
  readonly requeueAfterMs?: number;
}

/** The status stays as it is for now: what it should say is about to be known. */
export interface Deferred {
  readonly lookAgainMs: number;
}

/** One kind's part of the reconcile that all kinds share. */
export interface KindController<T extends Resource> {
  readonly kind: SimpulKindName & T['kind'];
  /** Absent: the kind compiles to nothing. */
  readonly compiledKind?: CompiledKind;
  /** Whether gateways acknowledge it, and Ready waits for that. */
  readonly acknowledged: boolean;
  readonly readyPolicy: ReadyPolicy;
  readonly get: (env: Environment, id: string) => T | undefined;
  /**
   * Decides, gives away what only one may have, and makes children. May throw {@link StatusError}. `later`: what it
   * needs is not known yet; nothing is written, and whoever learns it wakes the object.
   */
  readonly visit: (env: Environment, object: T, signal: AbortSignal) => Promise<Visit | Deferred | 'later'>;
  /** The object is gone, and so are its compiled objects: lets go of what it had, and wakes who waited for it. */
  readonly gone: (env: Environment, id: string, signal: AbortSignal) => Promise<Result>;
  /** After the compiled objects are written: wakes whoever waits for what this object let go. */
  readonly settled?: (env: Environment, object: T) => void;
}

/** Level-triggered: knows the key, never the event. Decide, compile, acknowledge, one status write. */
export async function reconcile<T extends Resource>(
  controller: KindController<T>,
  env: Environment,
  id: string,
  signal: AbortSignal,
): Promise<Result> {
  const object = controller.get(env, id);
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
    return await remove(controller, env, id, signal);
  }

  // Some Secret or ConfigMap that it refers to has only begun to be followed; whatever is learnt of it wakes the object.
  if (awaitsReferences(env, { kind: controller.kind, id })) return {};

  const { visit, failure } = await attempt(controller, env, object, signal);
  if (visit === 'later') return {};
  if ('lookAgainMs' in visit) return { requeueAfterMs: visit.lookAgainMs };

  // The one status write. It happens whether the visit succeeded or not.
  const generation = object.metadata.generation ?? 0;
  const ready = readyFrom(visit.observations, controller.readyPolicy, generation);
  await writeStatus(env, object, { observations: [...visit.observations, ready], fields: visit.fields }, signal);

  if (failure !== undefined) throw failure.error;
  return visit.requeueAfterMs === undefined ? {} : { requeueAfterMs: visit.requeueAfterMs };
}

/** In a namespace where the operator reads nothing, nothing will be learnt: there the visit says what is wrong. */
function awaitsReferences({ world }: Environment, user: Wake): boolean {
  const isReadable = mayLieAnywhere.has(user.kind) || world.tenantOf(parseId(user.id).namespace) !== undefined;
  return isReadable && !world.materials.isSettledFor(user);
}

async function remove<T extends Resource>(
  controller: KindController<T>,
  env: Environment,
  id: string,
  signal: AbortSignal,
): Promise<Result> {
  const { kind, compiledKind } = controller;
  if (compiledKind !== undefined)
    await writeWithDefinition(env, { kind: compiledKind, id }, { compiled: new Map() }, signal);
  env.pending.forget({ kind, id });
  return await controller.gone(env, id, signal);
}

interface Attempt {
  readonly visit: Visit | Deferred | 'later';
  readonly failure?: { readonly error: unknown };
}

/** The only place where errors become conditions. */
async function attempt<T extends Resource>(
  controller: KindController<T>,
  env: Environment,
  object: T,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    return { visit: await visitAndCompile(controller, env, object, signal) };
  } catch (error) {
    if (error instanceof StatusError) return { visit: stalledVisit(object, error) };
    const message = userVisibleCause(error);
    if (message === undefined) throw error;
    const failed = observe(object, 'ReconcileFailed', 'True', { reason: 'ReconcileFailed', message });
    return {
      visit: { observations: [...lastObservations(object), failed], compiled: new Map(), fields: lastFields(object) },
      failure: { error },
    };
  }
}

async function visitAndCompile<T extends Resource>(
  controller: KindController<T>,
  env: Environment,
  object: T,
  signal: AbortSignal,
): Promise<Visit | Deferred | 'later'> {
  const visit = await controller.visit(env, object, signal);
  if (visit === 'later' || 'lookAgainMs' in visit || controller.compiledKind === undefined) return visit;
  const source = { kind: controller.compiledKind, id: keyOf(object) };
  const compiled = await writeWithDefinition(env, source, visit, signal);
  controller.settled?.(env, object);
  return controller.acknowledged ? acknowledge(env, object, visit, compiled) : visit;
}

function stalledVisit(object: Resource, error: StatusError): Visit {
  const { reason, message, retryAfterMs } = error;
  return {
    observations: [observe(object, 'Accepted', 'False', { reason, message })],
    compiled: new Map(),
    fields: lastFields(object),
    ...(retryAfterMs === undefined ? {} : { requeueAfterMs: retryAfterMs }),
  };
}

/** A failure says nothing about the rest: what was observed before stays, except what is derived. */
function lastObservations(object: Resource): Observation[] {
  const derived = new Set(['Ready', 'ReconcileFailed']);
  return (object.status?.conditions ?? [])
    .filter((condition) => !derived.has(condition.type))
    .map(({ lastTransitionTime: _, ...observation }) => observation);
}

function lastFields(object: Resource): object {
  const { observedGeneration: _g, acceptedAt: _a, conditions: _c, ...fields } = object.status ?? {};
  return fields;
}

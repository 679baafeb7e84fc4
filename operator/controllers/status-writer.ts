import { canonicalJson } from '#api/compiled/secret.ts';
import { type Condition, conditionOf, type Observation } from '#api/conditions.ts';
import type { SimpulKindName } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { fieldManager } from '../resources/metadata.ts';
import { mergeConditions } from '../status/conditions.ts';
import type { Environment } from './environment.ts';

/** What all kinds have in their status. */
export interface CommonStatus {
  readonly observedGeneration?: number;
  readonly acceptedAt?: string;
  readonly conditions?: readonly Condition[];
}

/** An object of a kind of ours. */
export type Resource = KubeObject & { readonly kind: SimpulKindName; readonly status?: CommonStatus };

/**
 * The one status write of a visit: conditions merged, `acceptedAt` kept from the first time on, and nothing sent when
 * nothing differs. It carries the version that was read: a conflict means that the visit worked on an old object.
 */
export async function writeStatus(
  env: Environment,
  object: Resource,
  { observations, fields }: { readonly observations: readonly Observation[]; readonly fields: object },
  signal: AbortSignal,
): Promise<void> {
  const now = rfc3339(env.now());
  const conditions = mergeConditions(object.status?.conditions ?? [], observations, now);
  const accepted = conditionOf(conditions, 'Accepted')?.status === 'True';
  const acceptedAt = object.status?.acceptedAt ?? (accepted ? now : undefined);
  const status = {
    observedGeneration: object.metadata.generation ?? 0,
    ...(acceptedAt === undefined ? {} : { acceptedAt }),
    conditions,
    ...fields,
  };
  if (canonicalJson(status) === canonicalJson(object.status ?? {})) return;

  const { apiVersion, kind, metadata } = object;
  const identity = {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  };
  const { uid, resourceVersion } = metadata;
  const version = uid === undefined || resourceVersion === undefined ? {} : { uid, resourceVersion };
  const patch = { apiVersion, kind, metadata: { ...identity, ...version }, status };
  const stored = await env.store.applyStatus(patch, { fieldManager, force: true, signal });
  env.metrics.statusWritten(kind);
  env.learn(kind, stored);
  recordTransition(env, object, conditions);
}

/** Warnings that somebody has to act on although everything works: they get an Event of their own. */
const urgentWarnings: ReadonlySet<string> = new Set(['CertificateExpiring', 'CertificateExpired', 'ImageNotPulled']);

/** An Event when Ready turns True or False, and when an urgent warning begins; on the way there is nothing to tell. */
function recordTransition(env: Environment, object: Resource, conditions: readonly Condition[]): void {
  const warning = conditionOf(conditions, 'Warning');
  const warned = conditionOf(object.status?.conditions, 'Warning')?.reason;
  if (warning !== undefined && warning.reason !== warned && urgentWarnings.has(warning.reason)) {
    const { reason, message } = warning;
    env.events.record({ object, type: 'Warning', reason, message, action: 'Reconcile' });
  }
  const before = conditionOf(object.status?.conditions, 'Ready');
  const after = conditionOf(conditions, 'Ready');
  if (after === undefined || after.status === 'Unknown') return;
  if (before?.status === after.status && before.reason === after.reason) return;
  const type = after.status === 'True' ? 'Normal' : 'Warning';
  env.events.record({ object, type, reason: after.reason, message: after.message, action: 'Reconcile' });
}

/** RFC 3339 in UTC, whole seconds: as Kubernetes writes times. */
export function rfc3339(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

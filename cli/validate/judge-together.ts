import type { SubscriptionStatus } from '#api/generated/subscription.ts';
import type { KubeObject } from '#api/object.ts';
import type { Located } from '#kube/yaml/read-manifests.ts';
import { nameOf, type TranslatedStatus, translateAll } from '#operator/translate/translate.ts';
import type { Finding } from '../manifests/finding.ts';
import { at } from '../manifests/judge.ts';
import { assumeTenants } from './assumed-tenants.ts';
import { fileSettings } from './file-settings.ts';
import { guideFor } from './reason-guide.ts';

/** A valid object and where it stands. */
export interface Candidate {
  readonly located: Located;
  readonly stored: KubeObject;
}

/** What the operator would say about objects that are all there together: every condition that would not be good. */
export function judgeTogether(candidates: readonly Candidate[]): Finding[] {
  const objects = candidates.map(({ stored }) => stored);
  const tenants = assumeTenants(objects);
  const assumed = new Set(tenants.map(({ metadata }) => metadata.name));
  const { statuses } = translateAll({ objects: [...objects, ...tenants] }, fileSettings);
  return candidates.flatMap(({ located, stored }) => {
    const status = statuses[nameOf(stored)];
    if (status === undefined) return [];
    return problemsOf(stored, status).map((problem) => toFinding(located, problem, assumed));
  });
}

interface Problem {
  readonly reason: string;
  readonly message: string;
  /** Overrides what the reason says. */
  readonly field?: string;
}

function problemsOf(object: KubeObject, status: TranslatedStatus): Problem[] {
  const details = object.kind === 'Subscription' ? detailsOf(status) : [];
  const detailed = new Set(details.map(({ message }) => message));
  const bad = status.conditions.filter(({ type, status: value }) => value === (type === 'Warning' ? 'True' : 'False'));
  return [...details, ...bad.filter(({ message }) => !detailed.has(message))];
}

/** A Subscription's conditions name the first problem only; its status has one line for each API and credential. */
function detailsOf(status: TranslatedStatus): Problem[] {
  const { apis = [], credentials = [] } = status as Pick<SubscriptionStatus, 'apis' | 'credentials'>;
  const lists = { 'spec.apis': apis, 'spec.credentials': credentials };
  return Object.entries(lists).flatMap(([list, entries]) =>
    entries.flatMap(({ message }, index) => {
      const reason = message === undefined ? undefined : reasonOf(message, status);
      return message === undefined ? [] : [{ reason: reason ?? '', message, field: `${list}[${index}]` }];
    }),
  );
}

function reasonOf(message: string, status: TranslatedStatus): string | undefined {
  return status.conditions.find((condition) => condition.message.startsWith(message))?.reason;
}

function toFinding(located: Located, problem: Problem, assumed: ReadonlySet<string>): Finding {
  const { reason, message } = problem;
  const guide = guideFor(reason, message);
  const field = problem.field ?? guide.field;
  // Labels of a Tenant that is not here decide which gateways admit it.
  const unknowable = reason === 'TenantNotAllowed' && assumed.has(located.object.metadata.namespace ?? '');
  return { ...at(located, field), severity: unknowable ? 'note' : guide.severity, message, reason };
}

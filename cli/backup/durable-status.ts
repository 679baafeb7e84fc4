import type { Condition } from '#api/conditions.ts';
import type { Approval } from '#api/generated/approval.ts';
import { counts } from '#operator/translate/approvals.ts';
import type { Header } from './archive.ts';
import type { Stored, StoredStatus } from './stored.ts';

/*
 * Nearly all of a status is what the operator observes, and it observes it again. Three things it cannot know once the
 * objects are new: who was accepted first, since when an API is deprecated and who was there before, and whether an
 * Approval was written while its policy was in force. These are what a restore writes.
 */

/** Status to write back; undefined: nothing of it needs to be. */
export function durableStatus(object: Stored, header: Header): StoredStatus | undefined {
  const status = object.status ?? {};
  const acceptedAt = claimOf(object, header);
  const kept: StoredStatus = {
    ...(acceptedAt === undefined ? {} : { acceptedAt }),
    ...pick(status, durableFields[object.kind] ?? []),
    ...(object.kind === 'Approval' ? { conditions: [verdictOn(object as unknown as Approval, header)] } : {}),
  };
  return Object.keys(kept).length === 0 ? undefined : kept;
}

const durableFields: Readonly<Record<string, readonly string[]>> = {
  ApiService: ['deprecatedAt'],
  Subscription: ['apis'],
};

/**
 * Since when the object holds what it asks for. One that was accepted long ago and then asked for what another has must
 * not get it now: it comes after all that were served, or has no claim at all.
 */
function claimOf(object: Stored, { createdAt }: Header): string | undefined {
  const { acceptedAt, conditions = [], credentials = [] } = object.status ?? {};
  if (acceptedAt === undefined) return undefined;
  if (conditions.find(({ type }) => type === 'Accepted')?.status !== 'True') return undefined;
  const isPartlyRefused = (credentials as { readonly state: string }[]).some(({ state }) => state === 'Refused');
  return isPartlyRefused ? createdAt : acceptedAt;
}

/** What was said of an Approval, or what would have been: one that did not count does not begin to. */
function verdictOn(approval: Approval, { approvalPolicySince, createdAt }: Header): Condition {
  const said = approval.status?.conditions?.find(({ type }) => type === 'Accepted');
  // Generation 0: the operator has not seen this object yet, and says so until it has.
  if (said !== undefined) return { ...said, observedGeneration: 0 };
  const isGood = counts(approval, { approvalPolicySince });
  return {
    type: 'Accepted',
    status: isGood ? 'True' : 'False',
    reason: isGood ? 'Accepted' : 'PolicyMissing',
    message: isGood ? 'The spec is valid' : 'It was created while the admission policy for Approvals was not in force',
    lastTransitionTime: createdAt,
    observedGeneration: 0,
  };
}

function pick(status: StoredStatus, fields: readonly string[]): StoredStatus {
  return Object.fromEntries(fields.flatMap((field) => (status[field] === undefined ? [] : [[field, status[field]]])));
}

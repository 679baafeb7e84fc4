import { applyDefaults } from '#kube/schema/defaults.ts';
import { copyObject, equalJson, type JsonObject, objectAt } from '#kube/schema/json.ts';
import type { ObjectSchema } from '#kube/schema/object-schema.ts';
import { prune } from '#kube/schema/prune.ts';
import { coreRulesOf } from './core-rules.ts';

/** What was sent, ready to be merged: a copy without the fields that only the store writes, and with the unknown ones named. */
export interface Incoming {
  readonly object: JsonObject;
  /** Paths that the schema does not know; they are not in `object`. */
  readonly unknownFields: readonly string[];
}

const serverMetadata = ['generation', 'creationTimestamp', 'deletionTimestamp', 'selfLink', 'managedFields'];

export function receive(schema: ObjectSchema, sent: object): Incoming {
  const object = copyObject(sent);
  const metadata = objectAt(object, 'metadata') ?? {};
  object['metadata'] = metadata;
  for (const name of [...serverMetadata, 'deletionGracePeriodSeconds']) delete metadata[name];
  if (!schema.kind.namespaced && metadata['namespace'] === '') delete metadata['namespace'];
  const unknownFields = prune(schema.schema, object);
  dropEmptyMetadata(object);
  coreRulesOf(schema.kind).normalize?.(object);
  return { object, unknownFields };
}

/** Fills in what the store writes into a new object, in place. */
export function prepareCreate(
  schema: ObjectSchema,
  object: JsonObject,
  { uid, now }: { readonly uid: string; readonly now: Date },
): void {
  const metadata = objectAt(object, 'metadata') ?? {};
  metadata['uid'] = uid;
  metadata['creationTimestamp'] = timestamp(now);
  delete metadata['resourceVersion'];
  if (schema.countsGeneration) metadata['generation'] = 1;
  if (schema.statusSubresource) delete object['status'];
  applyDefaults(schema.schema, object);
  coreRulesOf(schema.kind).prepare?.(object, undefined);
}

/** Carries over what only the store writes from the object that is replaced, in place, and counts the generation. */
export function prepareUpdate(schema: ObjectSchema, object: JsonObject, live: JsonObject): void {
  const metadata = objectAt(object, 'metadata') ?? {};
  const liveMetadata = objectAt(live, 'metadata') ?? {};
  for (const name of ['resourceVersion', ...serverMetadata, 'deletionGracePeriodSeconds']) {
    const value = liveMetadata[name];
    if (value === undefined) delete metadata[name];
    else metadata[name] = value;
  }
  if (schema.statusSubresource) carryStatus(object, live);
  applyDefaults(schema.schema, object);
  coreRulesOf(schema.kind).prepare?.(object, live);
  const generation = Number(liveMetadata['generation'] ?? 0);
  if (schema.countsGeneration && !sameContent(object, live)) metadata['generation'] = generation + 1;
}

/** Empty maps and lists of the metadata are not kept, and nobody owns them. */
export function dropEmptyMetadata(object: JsonObject): void {
  const metadata = objectAt(object, 'metadata') ?? {};
  for (const name of ['labels', 'annotations', 'finalizers', 'ownerReferences']) {
    const value = metadata[name];
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) delete metadata[name];
  }
}

function carryStatus(object: JsonObject, live: JsonObject): void {
  const { status } = live;
  if (status === undefined) delete object['status'];
  else object['status'] = status;
}

/** Everything but metadata and status: what `generation` counts the changes of. */
function sameContent(left: JsonObject, right: JsonObject): boolean {
  const { metadata: _left, status: _leftStatus, ...leftContent } = left;
  const { metadata: _right, status: _rightStatus, ...rightContent } = right;
  return equalJson(leftContent, rightContent);
}

/** RFC 3339, UTC, whole seconds. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

import { simpulKinds } from '#api/kinds.ts';
import type { ObjectMeta, OwnerReference } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { identityOf, type Stored } from './stored.ts';

/** UIDs that objects of a backup have now, by those that they had. */
export type Uids = ReadonlyMap<string, string>;

/** Approvals carry it: who wrote this one is not who decided (the policy `simpul-approvals` asks for it). */
export const restoredAnnotation = 'simpul.id/restored-at';

/**
 * An object of a backup as it is written into a cluster where all UIDs are new. Three things name a UID: owner
 * references, Approvals that pin a Subscription, and the keys of token endpoints.
 */
export function adapt(object: Stored, uids: Uids, restoredAt?: string): Stored {
  const { status: _status, ...content } = object;
  const isStamped = object.kind === 'Approval' && restoredAt !== undefined;
  const metadata = metadataFor(object.metadata, uids, isStamped ? { [restoredAnnotation]: restoredAt } : {});
  const adapted: Stored = { ...content, metadata };
  if (object.kind === 'Approval') return pinnedAnew(adapted, uids);
  return object.type === 'simpul.id/token-keys' ? keysAnew(adapted, uids) : adapted;
}

function metadataFor(metadata: ObjectMeta, uids: Uids, more: Readonly<Record<string, string>>): ObjectMeta {
  const { name, namespace, labels, annotations, ownerReferences = [] } = metadata;
  const owners = ownerReferences.flatMap((owner) => ownerAnew(owner, uids));
  const notes = { ...withoutNumbers(annotations), ...more };
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(Object.keys(notes).length === 0 ? {} : { annotations: notes }),
    ...(owners.length === 0 ? {} : { ownerReferences: owners }),
  };
}

/** OpenShift counts user ids out to namespaces: in another cluster these numbers are somebody else's. */
function withoutNumbers(annotations: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !name.startsWith('openshift.io/sa.scc.')));
}

/** An owner that is not in the backup is gone: with a reference to it the object would be collected as garbage. */
function ownerAnew(owner: OwnerReference, uids: Uids): OwnerReference[] {
  const uid = uids.get(owner.uid);
  return uid === undefined ? [] : [{ ...owner, uid }];
}

function pinnedAnew(approval: Stored, uids: Uids): Stored {
  const ref = approval.spec?.['subscriptionRef'] as { readonly uid?: string } | undefined;
  // One that pins a Subscription that was gone already goes on pinning it: it covers nobody.
  const uid = uids.get(ref?.uid ?? '');
  return uid === undefined ? approval : { ...approval, spec: { ...approval.spec, subscriptionRef: { ...ref, uid } } };
}

/** The keys of a token endpoint belong to one very KeyManager. */
function keysAnew(secret: Stored, uids: Uids): Stored {
  const data = Object.entries(secret.data ?? {}).map(([name, value]) => [name, reownedKeys(value, uids)]);
  return { ...secret, data: Object.fromEntries(data) };
}

function reownedKeys(encoded: string, uids: Uids): string {
  try {
    const stored = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as { readonly uid?: string };
    const uid = uids.get(stored.uid ?? '');
    if (uid === undefined) return encoded;
    return Buffer.from(JSON.stringify({ ...stored, uid })).toString('base64');
  } catch {
    return encoded;
  }
}

/** UIDs of those that are there already. */
export function knownUids(objects: readonly Stored[], live: ReadonlyMap<string, Stored>): Map<string, string> {
  const uids = new Map<string, string>();
  for (const object of objects) {
    const now = live.get(identityOf(object))?.metadata.uid;
    if (object.metadata.uid !== undefined && now !== undefined) uids.set(object.metadata.uid, now);
  }
  return uids;
}

/** Whether an object lies in the namespace, or is it, or is the Tenant that has it. */
export function belongsTo(object: Stored, namespace: string): boolean {
  if (object.kind === 'Namespace') return object.metadata.name === namespace;
  if (object.kind !== simpulKinds.Tenant.kind) return object.metadata.namespace === namespace;
  return (object.status?.['namespace'] ?? object.spec?.['namespace'] ?? keyOf(object)) === namespace;
}

import { canonicalJson } from '#api/compiled/secret.ts';
import { tenantLabel } from '#operator/translate/translate-tenant.ts';
import { adapt, knownUids } from './adapt.ts';
import { pepperName } from './collect.ts';
import { checksumOf, identityOf, type Stored } from './stored.ts';

/** `conflict`: something else is there, and nobody said that it may be overwritten. */
export type Action = 'create' | 'same' | 'replace' | 'conflict';

/** What becomes of one object of a backup. */
export interface Step {
  readonly action: Action;
  readonly object: Stored;
  /** What is there now. */
  readonly live?: Stored;
  /** For a person: why it is no plain `create`. */
  readonly why?: string;
}

export interface Target {
  /** What the cluster has, by {@link identityOf}. */
  readonly live: ReadonlyMap<string, Stored>;
  readonly overwrite: boolean;
}

/** Decides about every object before any is written. Pure. */
export function planRestore(objects: readonly Stored[], target: Target): Step[] {
  const uids = knownUids(objects, target.live);
  return objects.map((object): Step => {
    const live = target.live.get(identityOf(object));
    if (live === undefined) return { action: 'create', object };
    if (isSame(adapt(object, uids), live)) return { action: 'same', object, live };
    const exception = exceptionFor(object, target);
    if (exception !== undefined) return { object, live, ...exception };
    return { action: target.overwrite ? 'replace' : 'conflict', object, live, why: differenceOf(object, live) };
  });
}

function isSame(wanted: Stored, live: Stored): boolean {
  if (wanted.kind !== 'Namespace') return checksumOf(wanted) === checksumOf(live);
  // What a namespace says is whose it is; the rest of it belongs to the cluster.
  const owner = wanted.metadata.labels?.[tenantLabel];
  return owner === undefined || owner === live.metadata.labels?.[tenantLabel];
}

function exceptionFor({ metadata, type }: Stored, { live }: Target): Pick<Step, 'action' | 'why'> | undefined {
  if (type === 'simpul.id/token-keys') {
    return { action: 'same', why: 'the keys that sign tokens now are younger, and stay' };
  }
  if (metadata.name !== pepperName) return undefined;
  const isUsed = [...live.values()].some(({ kind }) => kind === 'Subscription');
  return isUsed ? undefined : { action: 'replace', why: 'no key was hashed with it yet' };
}

function differenceOf(object: Stored, live: Stored): string {
  if (object.kind === 'Namespace') {
    const owner = live.metadata.labels?.[tenantLabel];
    const wanted = object.metadata.labels?.[tenantLabel];
    return owner === undefined ? `it lacks the label ${tenantLabel}=${wanted}` : `it belongs to Tenant "${owner}"`;
  }
  const fields = ['spec', 'type', 'data', 'binaryData', 'roleRef', 'subjects'].filter((field) => {
    return differ(object[field], live[field]);
  });
  return fields.length === 1 && fields[0] === 'spec' ? `spec.${changedIn(object, live)}` : fields.join(', ');
}

/** Names of fields only: values may be secret. */
function changedIn(object: Stored, live: Stored): string {
  const names = new Set([...Object.keys(object.spec ?? {}), ...Object.keys(live.spec ?? {})]);
  const changed = [...names].filter((name) => {
    return differ(object.spec?.[name], live.spec?.[name]);
  });
  return changed.sort().join(', spec.');
}

function differ(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) !== canonicalJson(b ?? null);
}

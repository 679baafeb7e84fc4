import { canonicalJson } from '#api/compiled/secret.ts';
import type { ResourceKind } from '#api/kinds.ts';
import { kindOf } from '#api/kinds.ts';
import type { KubeObject, ObjectKey } from '#api/object.ts';
import { keyOf, parseId } from '#api/object.ts';
import type { Selection } from '#kube/store.ts';
import { fieldManager, isChild, shortHash } from '../resources/metadata.ts';
import type { Environment } from './environment.ts';

/** Makes a child what it should be; sends nothing when all that we want of it is there. Returns it as stored. */
export async function applyChild<T extends KubeObject>(
  env: Environment,
  wanted: T,
  signal: AbortSignal,
): Promise<KubeObject> {
  return await adjustChild(env, { kind: kindOf(wanted), key: parseId(keyOf(wanted)) }, () => wanted, signal);
}

/** The same for a child that depends on what is there. */
export async function adjustChild<T extends KubeObject>(
  { store }: Environment,
  { kind, key }: { readonly kind: ResourceKind | undefined; readonly key: ObjectKey },
  decide: (current: T | undefined) => T,
  signal: AbortSignal,
): Promise<T> {
  const current = kind && (await store.get<T>(kind, key, { signal }));
  const wanted = withAsked(decide(current));
  if (current !== undefined && holds(current, wanted)) return current;
  return await store.apply<T>(wanted, { fieldManager, force: true, signal });
}

/** Removes a child that is not wanted any more. What somebody else made under its name stays. */
export async function removeChild(
  { store }: Environment,
  kind: ResourceKind,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<void> {
  const child = await store.get(kind, key, { signal });
  if (child?.metadata.uid === undefined || !isChild(child)) return;
  await store.delete(kind, key, { uid: child.metadata.uid, signal });
}

/** Removes those children of a selection that are not among the wanted ones. */
export async function removeOthers(
  { store }: Environment,
  { kind, selection, wanted }: { kind: ResourceKind; selection: Selection; wanted: readonly KubeObject[] },
  signal: AbortSignal,
): Promise<void> {
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  const { items } = await store.list(kind, { ...selection, signal });
  for (const item of items.filter(({ metadata }) => !names.has(metadata.name))) {
    const { uid = '' } = item.metadata;
    await store.delete(kind, parseId(keyOf(item)), { uid, signal });
  }
}

/**
 * Annotation of every child: stands for the fields that we ask for, whatever their values. One that we ask for no more is
 * told from one that somebody else has set by this alone; the API server removes it when the child is applied without it.
 */
const askedAnnotation = 'simpul.id/asked';

function withAsked<T extends KubeObject>(wanted: T): T {
  const { resourceVersion: _, ...metadata } = wanted.metadata;
  const asked = shortHash(canonicalJson(shapeOf({ ...wanted, metadata })));
  const annotations = { ...wanted.metadata.annotations, [askedAnnotation]: asked };
  return { ...wanted, metadata: { ...wanted.metadata, annotations } };
}

/** The same fields and items, without what they hold. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (value === null || typeof value !== 'object') return 0;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, shapeOf(field)]));
}

/** Whether `actual` has every field that `wanted` has, with its value; lists must be equal in length and order. */
function holds(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (actual === undefined) return wanted.length === 0; // the API server leaves empty lists out
    if (!Array.isArray(actual) || actual.length !== wanted.length) return false;
    return wanted.every((item, i) => holds(actual[i], item));
  }
  if (wanted === null || typeof wanted !== 'object') return actual === wanted;
  if (actual === null || typeof actual !== 'object') return false;
  return Object.entries(wanted).every(([key, value]) => holds((actual as Record<string, unknown>)[key], value));
}

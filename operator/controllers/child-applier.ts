import { kindOf } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf, parseId } from '#api/object.ts';
import { fieldManager } from '../resources/metadata.ts';
import type { Environment } from './environment.ts';

/** Makes a child what it should be; sends nothing when all that we want of it is there. Returns it as stored. */
export async function applyChild<T extends KubeObject>(
  env: Environment,
  wanted: T,
  signal: AbortSignal,
): Promise<KubeObject> {
  const kind = kindOf(wanted);
  const current = kind && (await env.store.get<KubeObject>(kind, parseId(keyOf(wanted)), { signal }));
  if (current !== undefined && holds(current, wanted)) return current;
  return env.store.apply<KubeObject>(wanted, { fieldManager, force: true, signal });
}

/** Whether `actual` has every field that `wanted` has, with its value; lists must be equal in length and order. */
function holds(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual) || actual.length !== wanted.length) return false;
    return wanted.every((item, i) => holds(actual[i], item));
  }
  if (wanted === null || typeof wanted !== 'object') return actual === wanted;
  if (actual === null || typeof actual !== 'object') return false;
  return Object.entries(wanted).every(([key, value]) => holds((actual as Record<string, unknown>)[key], value));
}

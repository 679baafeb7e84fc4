import type { KubeObject } from '#api/object.ts';
import type { MaterialRef } from './materials.ts';

/** Every Secret and ConfigMap that a spec refers to, but for API keys of Subscriptions. A new place is one entry here. */
export function referencesOf(_object: KubeObject): MaterialRef[] {
  return [];
}

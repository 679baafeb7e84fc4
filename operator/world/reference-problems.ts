import type { Reason } from '#api/conditions.ts';
import type { Material, MaterialRef, SecretType } from './materials.ts';
import type { World } from './world.ts';

/** Why a reference leads nowhere: becomes a condition, and the last good state serves on. */
export interface ReferenceProblem {
  readonly reason: Reason;
  readonly message: string;
}

/** A Secret or ConfigMap, or why there is none. `field`: where the spec names it, such as `spec.backend.credentialRef`. */
export function resolveMaterial(
  { materials }: Pick<World, 'materials'>,
  field: string,
  ref: MaterialRef,
): Material | ReferenceProblem {
  const finding = materials.find(ref);
  if (finding.state === 'found') return finding.material;
  return problems[finding.state](field, ref);
}

/** The text under a key of it, or why there is none. */
export function valueIn(
  material: Material,
  key: string,
  field: string,
  ref: MaterialRef,
): { readonly text: string } | ReferenceProblem {
  const text = material.text(key);
  if (text !== undefined && text !== '') return { text };
  const reason = ref.kind === 'Secret' ? 'SecretKeyMissing' : 'ConfigMapKeyMissing';
  const keys = material.keys.length === 0 ? 'has no keys' : `has only ${material.keys.slice(0, 5).join(', ')}`;
  const state = text === undefined ? `lacks the key "${key}" (it ${keys})` : `has nothing under the key "${key}"`;
  return { reason, message: `${field}: ${ref.kind} "${ref.name}" ${state}: add it` };
}

type Explain = (field: string, ref: MaterialRef) => ReferenceProblem;

const problems: Readonly<Record<'missing' | 'owned' | 'unreadable' | 'notSynced', Explain>> = {
  missing: (field, ref) => {
    if (ref.kind === 'ConfigMap') {
      const message = `${field}: ConfigMap "${ref.name}" does not exist in namespace "${ref.namespace}": create it`;
      return { reason: 'ConfigMapNotFound', message };
    }
    const message = `${field}: no Secret "${ref.name}" of type ${enumerateTypes(ref.types)} exists in namespace "${ref.namespace}": create it; one of that name and another type has to be created anew, because a Secret's type cannot be changed`;
    return { reason: 'SecretNotFound', message };
  },
  owned: (field, { name }) => ({
    reason: 'SecretNotAllowed',
    message: `${field}: Secret "${name}" belongs to a Subscription: name another one`,
  }),
  unreadable: (field, { namespace }) => ({
    reason: 'ReferenceNotReadable',
    message: `${field}: the operator may not read Secrets and ConfigMaps in namespace "${namespace}": an administrator binds the ClusterRole simpul-operator-references to the operator there, or move the object to a namespace where it may`,
  }),
  notSynced: (field, { kind, name }) => ({
    reason: 'ReferenceNotReadable',
    message: `${field}: ${kind} "${name}" has not been read yet`,
  }),
};

function enumerateTypes(types: readonly SecretType[]): string {
  return types.length > 2 ? types.join(', ') : types.join(' or ');
}

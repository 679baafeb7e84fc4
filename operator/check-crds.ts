import type { Logger } from 'pino';
import { type Condition, conditionOf } from '#api/conditions.ts';
import type { CustomResourceDefinition } from '#api/crd.ts';
import { fieldsOf } from '#api/crd-fields.ts';
import { coreKinds } from '#api/kinds.ts';
import type { Store } from '#kube/store.ts';
import { isStoreError } from '#kube/store-error.ts';
import { versionAnnotation } from './apply-crds.ts';
import type { ClusterCheck } from './await-cluster.ts';

export interface CheckCrdsOptions {
  readonly store: Pick<Store, 'get'>;
  /** What each CRD must have, by its name. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  /** Of this project. */
  readonly version: string;
  readonly log: Pick<Logger, 'warn'>;
}

type StoredCrd = CustomResourceDefinition & {
  readonly status?: { readonly conditions?: readonly Pick<Condition, 'type' | 'status'>[] };
};

/** How many fields are named. */
const named = 3;

/**
 * Whether the cluster's CRDs have every field that this operator reads or writes. Without one the API server drops what it
 * does not know, and a spec would be taken for less than it says. Newer ones are fine: they keep all fields. Without the
 * right to look all is taken to be well.
 */
export function checkCrds({ store, fields, version, log }: CheckCrdsOptions): ClusterCheck {
  async function problemsOf(name: string, wanted: readonly string[], signal: AbortSignal): Promise<string[]> {
    try {
      const key = { namespace: '', name };
      const crd = await store.get<StoredCrd>(coreKinds.CustomResourceDefinition, key, { signal });
      return problemsIn(crd, { name, wanted, version });
    } catch (error) {
      if (!isStoreError(error, 'Forbidden')) throw error;
      log.warn({ crd: name, err: error }, 'whether the CRD is of this version cannot be looked at');
      return [];
    }
  }

  return async (signal) => {
    const problems: string[] = [];
    for (const [name, wanted] of Object.entries(fields)) problems.push(...(await problemsOf(name, wanted, signal)));
    if (problems.length === 0) return undefined;
    const advice = `install the CRDs of version ${version}; helm upgrade does it first of all, and without Helm kubectl apply --server-side -f crds/ of that version`;
    return { text: problems.join('; '), advice };
  };
}

interface Expected {
  readonly name: string;
  readonly wanted: readonly string[];
  readonly version: string;
}

function problemsIn(crd: StoredCrd | undefined, { name, wanted, version }: Expected): string[] {
  if (crd === undefined) return [`${name} is missing`];
  const served = crd.spec.versions.find((one) => one.served);
  const present = new Set(served === undefined ? [] : fieldsOf(served.schema.openAPIV3Schema));
  const lacking = wanted.filter((field) => !present.has(field));
  if (lacking.length > 0) {
    const of = crd.metadata.annotations?.[versionAnnotation];
    const age = of === undefined ? '' : ` (it came with ${of}, this is ${version})`;
    const more = lacking.length > named ? ` and ${lacking.length - named} more` : '';
    return [`${name} is older than this operator${age}: it lacks ${lacking.slice(0, named).join(', ')}${more}`];
  }
  const established = conditionOf(crd.status?.conditions, 'Established');
  return established?.status === 'True' ? [] : [`${name} is not established yet`];
}

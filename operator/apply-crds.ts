import type { Logger } from 'pino';
import type { CustomResourceDefinition } from '#api/crd.ts';
import { coreKinds } from '#api/kinds.ts';
import type { Store } from '#kube/store.ts';

/** Annotation of a CRD: the version of this project that it came with. */
export const versionAnnotation = 'simpul.id/version';

/** Owner of what it applies; not the operator's, which never writes CRDs. */
const fieldManager = 'simpul-crds';

export interface ApplyCrdsOptions {
  readonly store: Pick<Store, 'get' | 'apply'>;
  readonly crds: readonly CustomResourceDefinition[];
  /** Of this project. */
  readonly version: string;
  readonly log: Pick<Logger, 'info'>;
  readonly signal: AbortSignal;
}

/**
 * Brings the cluster's CRDs up to this version. Installations of several versions share them, so one that came with a
 * newer version stays: it knows every field that the older one has.
 */
export async function applyCrds({ store, crds, version, log, signal }: ApplyCrdsOptions): Promise<void> {
  for (const crd of crds) {
    const { name } = crd.metadata;
    const found = await store.get(coreKinds.CustomResourceDefinition, { namespace: '', name }, { signal });
    const present = found?.metadata.annotations?.[versionAnnotation];
    if (present !== undefined && isNewer(present, version)) {
      log.info({ crd: name, present, version }, 'a newer version is installed, and stays');
      continue;
    }
    const annotations = { ...crd.metadata.annotations, [versionAnnotation]: version };
    await store.apply({ ...crd, metadata: { ...crd.metadata, annotations } }, { fieldManager, force: true, signal });
    log.info({ crd: name, version, ...(present === undefined ? {} : { present }) }, 'applied');
  }
}

/** Compares `major.minor.patch`; what follows a dash comes before the same version without one. */
export function isNewer(present: string, version: string): boolean {
  const [a, b] = [numbersOf(present), numbersOf(version)];
  const at = a.findIndex((number, index) => number !== b[index]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

function numbersOf(version: string): number[] {
  const [, major, minor, patch, pre] = /^v?(\d+)\.(\d+)\.(\d+)(-.*)?$/.exec(version) ?? [];
  return [Number(major ?? 0), Number(minor ?? 0), Number(patch ?? 0), pre === undefined ? 1 : 0];
}

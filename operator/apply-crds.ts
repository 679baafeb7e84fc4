import type { Logger } from 'pino';
import type { CustomResourceDefinition } from '#api/crd.ts';
import { coreKinds } from '#api/kinds.ts';
import type { Store } from '#kube/store.ts';

/** Annotation of a CRD: the version of this project that it came with. */
export const versionAnnotation = 'simpul.id/version';

/**
 * Owner of what it applies: as which Helm itself applies CRDs when a chart is installed. With any other, the next
 * installation beside CRDs that stayed would be refused for the conflict.
 */
const fieldManager = 'helm';

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
    const labels = { ...ofHelm(found?.metadata.labels), ...crd.metadata.labels };
    const kept = ofHelm(found?.metadata.annotations);
    const annotations = { ...kept, ...crd.metadata.annotations, [versionAnnotation]: version };
    const metadata = { ...crd.metadata, labels, annotations };
    await store.apply({ ...crd, metadata }, { fieldManager, force: true, signal });
    log.info({ crd: name, version, ...(present === undefined ? {} : { present }) }, 'applied');
  }
}

/** By what a release of the chart of CRDs knows them for its own: their owner would remove that by leaving it out. */
function ofHelm(notes: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(notes).filter(([name]) => helmsOwn.test(name)));
}

const helmsOwn = /^((meta\.)?helm\.sh\/|app\.kubernetes\.io\/managed-by$)/;

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

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CrdVersion, CustomResourceDefinition } from '#api/crd.ts';
import { simpulKinds } from '#api/kinds.ts';
import { GenerateError } from './generate-error.ts';

/** All CRDs of a folder, in the order in which a person creates the kinds (`api/kinds.ts`). */
export function readCrds(folder: URL): CustomResourceDefinition[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const crds = files.map((file) => parseCrd(readFileSync(new URL(file, folder), 'utf8'), file));
  return crds.sort((a, b) => rank(a) - rank(b));
}

/** Reads one CRD; `file` serves the error messages. The API server judges the rest when the CRD is applied. */
export function parseCrd(text: string, file: string): CustomResourceDefinition {
  const crd = parse(text) as CustomResourceDefinition;
  if (crd?.kind !== 'CustomResourceDefinition') throw new GenerateError(`crds/${file}: not a CustomResourceDefinition`);
  const expected = `${crd.spec.names.plural}.yaml`;
  if (file !== expected) throw new GenerateError(`crds/${file}: holds ${crd.spec.names.kind}; name it ${expected}`);
  if (rank(crd) < 0) throw new GenerateError(`crds/${file}: add ${crd.spec.names.kind} to simpulKinds in api/kinds.ts`);
  if (crd.spec.versions.length !== 1) throw new GenerateError(`crds/${file}: one version is expected`);
  return crd;
}

/** The one version of a CRD of ours. */
export function versionOf(crd: CustomResourceDefinition): CrdVersion {
  const [version] = crd.spec.versions;
  if (!version) throw new GenerateError(`${crd.metadata.name}: has no version`);
  return version;
}

/** Name of the files that are generated for a kind, without extension: the singular, as in `kubectl get apiservice`. */
export function fileNameOf(crd: CustomResourceDefinition): string {
  return crd.spec.names.singular;
}

function rank(crd: CustomResourceDefinition): number {
  return Object.keys(simpulKinds).indexOf(crd.spec.names.kind);
}

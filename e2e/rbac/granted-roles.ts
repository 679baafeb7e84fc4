import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** One rule of RBAC, as a Role or ClusterRole lists it. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A Role or ClusterRole that somebody has. */
export interface GrantedRole {
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly PolicyRule[];
  readonly [field: string]: unknown;
}

/** Every object in the YAML files of a folder and its subfolders, in the order of their paths. */
export function readManifests(folder: string): { readonly file: string; readonly object: Manifest }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => {
      const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'));
      return documents.map((document) => ({ file, object: document.toJS() as Manifest }));
    });
}

/** All that the operator may ever do: the roles in `manifests/base/rights/operator`, two of which it binds to itself. */
export function operatorRoles(): GrantedRole[] {
  return readManifests('manifests/base/rights/operator').flatMap(({ object: { kind, metadata, rules } }) =>
    kind === 'Role' || kind === 'ClusterRole' ? [{ kind, name: metadata.name, rules: rules ?? [] }] : [],
  );
}

import type { CustomResourceDefinition } from '#api/crd.ts';
import { fieldsOf } from '#api/crd-fields.ts';
import { versionOf } from './crd-files.ts';

/** `crds.ts`: the CRDs as values, so that programs need no YAML files at run time. */
export function embeddedCrds(crds: readonly CustomResourceDefinition[]): string {
  return `// Generated from crds/ by \`make gen\`.

import type { CustomResourceDefinition } from '#api/crd.ts';

/** Every CRD of this project, in the order of \`simpulKinds\`. */
export const crds: readonly CustomResourceDefinition[] = ${JSON.stringify(crds, null, 2)};
`;
}

/** `crd-fields.ts`: what the cluster's CRDs are compared with, a small part of the CRDs themselves. */
export function embeddedFields(crds: readonly CustomResourceDefinition[]): string {
  const fields = crds.map((crd) => [crd.metadata.name, fieldsOf(versionOf(crd).schema.openAPIV3Schema)]);
  return `// Generated from crds/ by \`make gen\`.

/** Every field of every CRD of this project, as \`fieldsOf\` writes them, by the name of the CRD. */
export const crdFields: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(Object.fromEntries(fields), null, 2)};
`;
}

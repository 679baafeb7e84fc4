import type { CustomResourceDefinition } from '#api/crd.ts';

/** `crds.ts`: the CRDs as values, so that programs need no YAML files at run time. */
export function embeddedCrds(crds: readonly CustomResourceDefinition[]): string {
  return `// Generated from crds/ by \`make gen\`.

import type { CustomResourceDefinition } from '#api/crd.ts';

/** Every CRD of this project, in the order of \`simpulKinds\`. */
export const crds: readonly CustomResourceDefinition[] = ${JSON.stringify(crds, null, 2)};
`;
}

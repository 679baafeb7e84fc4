import { X509Certificate } from 'node:crypto';
import type { MaterialRef } from '../world/materials.ts';
import { resolveMaterial, valueIn } from '../world/reference-problems.ts';
import type { World } from '../world/world.ts';
import { certificateBlocks, certificatesProblem } from './certificates.ts';
import type { Problem } from './outcome.ts';

/** Where certificates of authorities lie. */
export interface AuthorityPlace {
  /** Where the spec names them, such as `spec.oidc.caRef`. */
  readonly field: string;
  readonly ref: MaterialRef;
  readonly key: string;
}

/** The PEM certificates that a `caRef` leads to, in one form, or why there are none. */
export function readAuthorities({ field, ref, key }: AuthorityPlace, world: World): { readonly ca: string } | Problem {
  const material = resolveMaterial(world, field, ref);
  if ('reason' in material) return material;
  const found = valueIn(material, key, field, ref);
  if ('reason' in found) return found;
  const problem = certificatesProblem(found.text);
  if (problem === undefined) return { ca: certificatesIn(found.text) };
  return { reason: 'InvalidCertificate', message: `${field}: key "${key}" of ${ref.kind} "${ref.name}" ${problem}` };
}

function certificatesIn(pem: string): string {
  return certificateBlocks(pem)
    .map((block) => new X509Certificate(block).toString())
    .join('');
}

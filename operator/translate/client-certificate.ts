import { X509Certificate } from 'node:crypto';
import type { CompiledCertificateKeyManager } from '#api/compiled/key-manager.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import { resolveMaterial, valueIn } from '../world/reference-problems.ts';
import { clientAuthorityRefOf } from '../world/references.ts';
import type { World } from '../world/world.ts';
import { certificateBlocks, certificatesProblem } from './certificates.ts';
import type { Problem } from './outcome.ts';

type ClientCertificate = NonNullable<KeyManager['spec']['clientCertificate']>;

const field = 'spec.clientCertificate.caRef';

/** A KeyManager of type ClientCertificate without its identity, or why its authorities cannot be used. */
export function compileClientCertificate(
  keyManager: KeyManager,
  { caRef }: ClientCertificate,
  world: World,
): Omit<CompiledCertificateKeyManager, 'contract' | 'kind' | 'id'> | Problem {
  const ref = clientAuthorityRefOf(keyManager);
  const material = ref && resolveMaterial(world, field, ref);
  if (ref === undefined || material === undefined)
    return { reason: 'ConfigMapNotFound', message: `${field} is missing` };
  if ('reason' in material) return material;
  const found = valueIn(material, caRef.key, field, ref);
  if ('reason' in found) return found;
  const problem = certificatesProblem(found.text) ?? authoritiesProblem(found.text);
  if (problem === undefined) return { type: 'ClientCertificate', ca: certificatesIn(found.text) };
  const message = `${field}: key "${caRef.key}" of ${caRef.kind} "${caRef.name}" ${problem}`;
  return { reason: 'InvalidCertificate', message };
}

/** In one form, whatever stood around them. */
function certificatesIn(pem: string): string {
  return certificateBlocks(pem)
    .map((block) => new X509Certificate(block).toString())
    .join('');
}

function authoritiesProblem(pem: string): string | undefined {
  const leaf = certificateBlocks(pem).findIndex((block) => !new X509Certificate(block).ca);
  return leaf < 0
    ? undefined
    : `holds a certificate (number ${leaf + 1}) that is no authority (CA:TRUE) and issues none`;
}

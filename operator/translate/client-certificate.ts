import { X509Certificate } from 'node:crypto';
import type { CompiledCertificateKeyManager } from '#api/compiled/key-manager.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import { clientAuthorityRefOf } from '../world/references.ts';
import type { World } from '../world/world.ts';
import { readAuthorities } from './authorities.ts';
import { certificateBlocks } from './certificates.ts';
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
  if (ref === undefined) return { reason: 'ConfigMapNotFound', message: `${field} is missing` };
  const found = readAuthorities({ field, ref, key: caRef.key }, world);
  if ('reason' in found) return found;
  const problem = authoritiesProblem(found.ca);
  if (problem === undefined) return { type: 'ClientCertificate', ...found };
  const message = `${field}: key "${caRef.key}" of ${caRef.kind} "${caRef.name}" ${problem}`;
  return { reason: 'InvalidCertificate', message };
}

function authoritiesProblem(pem: string): string | undefined {
  const leaf = certificateBlocks(pem).findIndex((block) => !new X509Certificate(block).ca);
  return leaf < 0
    ? undefined
    : `holds a certificate (number ${leaf + 1}) that is no authority (CA:TRUE) and issues none`;
}

import type { CompiledBackendTls } from '#api/compiled/contract.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { MaterialRef } from '../world/materials.ts';
import { resolveMaterial, valueIn } from '../world/reference-problems.ts';
import { caRefOf, clientCertificateRefOf } from '../world/references.ts';
import type { World } from '../world/world.ts';
import { certificatesProblem, keyPairProblem } from './certificates.ts';
import type { Problem } from './outcome.ts';

/** How https endpoints are verified; undefined: nothing is asked for. */
export function compileBackendTls(api: ApiService, world: World): CompiledBackendTls | Problem | undefined {
  const { tls } = api.spec.backend;
  if (tls === undefined) return undefined;
  const ca = readCa(api, world);
  if ('reason' in ca) return ca;
  const client = readClientCertificate(api, world);
  if ('reason' in client) return client;
  return {
    ...ca,
    ...client,
    ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
    minVersion: tls.minVersion,
  };
}

function readCa(api: ApiService, world: World): Pick<CompiledBackendTls, 'ca'> | Problem {
  const field = 'spec.backend.tls.caRef';
  const ref = caRefOf(api);
  const key = api.spec.backend.tls?.caRef?.key;
  if (ref === undefined || key === undefined) return {};
  const [found] = readValues(world, field, ref, [key]);
  if (found === undefined || typeof found !== 'string') return found ?? {};
  const problem = certificatesProblem(found);
  if (problem === undefined) return { ca: found };
  return { reason: 'InvalidCertificate', message: `${field}: key "${key}" of ${ref.kind} "${ref.name}" ${problem}` };
}

function readClientCertificate(api: ApiService, world: World): Pick<CompiledBackendTls, 'clientCertificate'> | Problem {
  const field = 'spec.backend.tls.clientCertificateRef';
  const ref = clientCertificateRefOf(api);
  if (ref === undefined) return {};
  const [certificate, privateKey] = readValues(world, field, ref, ['tls.crt', 'tls.key']);
  if (typeof certificate !== 'string') return certificate ?? {};
  if (typeof privateKey !== 'string') return privateKey ?? {};
  const problem = keyPairProblem(certificate, privateKey);
  if (problem === undefined) return { clientCertificate: { certificate, privateKey } };
  return { reason: 'InvalidCertificate', message: `${field}: ${problem} in Secret "${ref.name}"` };
}

/** What stands under each key, or why it cannot be had. */
function readValues(world: World, field: string, ref: MaterialRef, keys: readonly string[]): (string | Problem)[] {
  const material = resolveMaterial(world, field, ref);
  if ('reason' in material) return [material];
  return keys.map((key) => {
    const found = valueIn(material, key, field, ref);
    return 'text' in found ? found.text : found;
  });
}

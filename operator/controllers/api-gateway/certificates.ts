import type { Observation } from '#api/conditions.ts';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import { clusterKinds } from '#api/kinds.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import { isStoreError } from '#kube/store-error.ts';
import { buildCertificates } from '../../resources/certificate.ts';
import { fleetSelector } from '../../resources/gateway.ts';
import { observe } from '../../translate/outcome.ts';
import { applyChild, removeOthers } from '../child-applier.ts';
import type { Scene } from './fleet-step.ts';
import { presenceOfKind } from './served-kind.ts';

const kind = clusterKinds.Certificate;

/** The Certificates that listeners ask for, where cert-manager is installed; those that none asks for any more go. */
export async function issueCertificates(scene: Scene): Promise<readonly Observation[]> {
  const { env, gateway, signal } = scene;
  const id = keyOf(gateway);
  const wanted = buildCertificates(gateway);
  if (wanted.length === 0 && env.fleetWatches.isWithout(id, 'certificates')) return [];
  const presence = await presenceOfKind(scene, 'certificates.cert-manager.io');
  const isServed = presence === 'served';
  if (isServed) await removeUnwanted(scene, wanted);
  const followed = isServed && wanted.length > 0 ? { kind, ...selectionOf(gateway) } : undefined;
  if (presence !== 'away') env.fleetWatches.followExtra(id, 'certificates', followed);
  if (wanted.length > 0 && !isServed) return [certManagerMissing(gateway)];
  for (const certificate of wanted) await applyChild(env, certificate, signal);
  return [];
}

/** In namespaces of others the operator sees none unless an administrator lets it; there it has made none either. */
async function removeUnwanted({ env, gateway, signal }: Scene, wanted: readonly KubeObject[]): Promise<void> {
  try {
    await removeOthers(env, { kind, selection: selectionOf(gateway), wanted }, signal);
  } catch (error) {
    if (wanted.length > 0 || !isStoreError(error, 'Forbidden')) throw error;
  }
}

/** They lie beside the ApiGateway, where listeners look for their Secrets. */
function selectionOf(gateway: ApiGateway): { readonly namespace: string; readonly labelSelector: string } {
  return { namespace: gateway.metadata.namespace ?? '', labelSelector: fleetSelector(gateway) };
}

function certManagerMissing(gateway: ApiGateway): Observation {
  const message =
    'A listener has tls.issue, and the cluster has no cert-manager: install it, or remove tls.issue and write the Secret yourself';
  return observe(gateway, 'Warning', 'True', { reason: 'CertManagerMissing', message });
}

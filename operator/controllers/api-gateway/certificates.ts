import type { Observation } from '#api/conditions.ts';
import { clusterKinds } from '#api/kinds.ts';
import { buildCertificates } from '../../resources/certificate.ts';
import { fleetSelector } from '../../resources/gateway.ts';
import { observe } from '../../translate/outcome.ts';
import { applyChild, removeOthers } from '../child-applier.ts';
import type { Scene } from './fleet-step.ts';
import { servesKind } from './served-kind.ts';

/** The Certificates that listeners ask for, where cert-manager is installed; those that none asks for any more go. */
export async function issueCertificates(scene: Scene): Promise<readonly Observation[]> {
  const { env, gateway, signal } = scene;
  const wanted = buildCertificates(gateway);
  if (!(await servesKind(scene, 'certificates.cert-manager.io'))) {
    if (wanted.length === 0) return [];
    const message =
      'A listener has tls.issue, and the cluster has no cert-manager: install it, or remove tls.issue and write the Secret yourself';
    return [observe(gateway, 'Warning', 'True', { reason: 'CertManagerMissing', message })];
  }
  const namespace = gateway.metadata.namespace ?? '';
  const selection = { namespace, labelSelector: fleetSelector(gateway) };
  await removeOthers(env, { kind: clusterKinds.Certificate, selection, wanted }, signal);
  for (const certificate of wanted) await applyChild(env, certificate, signal);
  return [];
}

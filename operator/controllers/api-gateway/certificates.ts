import type { Observation } from '#api/conditions.ts';
import { clusterKinds } from '#api/kinds.ts';
import { keyOf, parseId } from '#api/object.ts';
import { buildCertificates, certificateSelector } from '../../resources/certificate.ts';
import { observe } from '../../translate/outcome.ts';
import { applyChild } from '../child-applier.ts';
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
  const selection = { namespace, labelSelector: certificateSelector(gateway), signal };
  const { items } = await env.store.list(clusterKinds.Certificate, selection);
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { metadata } of items.filter((item) => !names.has(item.metadata.name))) {
    const { uid = '' } = metadata;
    await env.store.delete(clusterKinds.Certificate, parseId(keyOf({ metadata })), { uid, signal });
  }
  for (const certificate of wanted) await applyChild(env, certificate, signal);
  return [];
}

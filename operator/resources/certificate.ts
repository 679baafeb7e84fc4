import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { KubeObject } from '#api/object.ts';
import { podLabelsOf } from './gateway.ts';
import { childLabels, ownedBy } from './metadata.ts';

/**
 * Has cert-manager write, and renew, what listeners ask for: one Certificate for each Secret, both of one name, beside
 * the ApiGateway, with which they go. Of two listeners that name one Secret the first decides.
 */
export function buildCertificates(gateway: ApiGateway): (KubeObject & { readonly spec: object })[] {
  const bySecret = new Map<string, KubeObject & { readonly spec: object }>();
  for (const { tls } of gateway.spec.listeners) {
    const [first] = tls?.certificateRefs ?? [];
    if (tls?.issue === undefined || first === undefined || bySecret.has(first.name)) continue;
    const { issuerRef, dnsNames } = tls.issue;
    bySecret.set(first.name, {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: {
        name: first.name,
        namespace: gateway.metadata.namespace ?? '',
        labels: { ...childLabels, ...podLabelsOf(gateway) },
        ownerReferences: [ownedBy(gateway)],
      },
      spec: {
        secretName: first.name,
        dnsNames,
        issuerRef: { group: 'cert-manager.io', ...issuerRef },
        privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      },
    });
  }
  return [...bySecret.values()];
}

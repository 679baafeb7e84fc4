import { stringify } from 'yaml';
import type { CustomResourceDefinition } from '#api/crd.ts';

/** The part of Argo CD's ConfigMap that gives every kind its health check. */
export function argoCdConfigMap(crds: readonly CustomResourceDefinition[], script: string): string {
  const checks = crds.map(({ spec }) => [`resource.customizations.health.${spec.group}_${spec.names.kind}`, script]);
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-cm', namespace: 'argocd', labels: { 'app.kubernetes.io/part-of': 'argocd' } },
    data: Object.fromEntries(checks),
  };
  const header =
    '# Generated from health.lua by `make gen`. Apply it server-side: the other keys of the ConfigMap stay.\n';
  return header + stringify(object, { lineWidth: 0 });
}

/** An ApiService of Tenant `banten` that everybody may call at `/banten/<name>`; `spec`: what else it says. */
export function openApi(name: string, spec: object = {}): object {
  return {
    apiVersion: 'simpul.id/v1alpha1',
    kind: 'ApiService',
    metadata: { name, namespace: 'banten' },
    spec: {
      ...{ displayName: name, version: '1.0.0', lifecycle: 'Published', visibility: 'Public' },
      gatewayRefs: [{ name: 'public', namespace: 'simpul-system' }],
      basePath: `/banten/${name}`,
      backend: { endpoints: [{ url: 'http://situs.banten.svc:9000/situs' }] },
      authentication: { mode: 'None' },
      ...spec,
    },
  };
}

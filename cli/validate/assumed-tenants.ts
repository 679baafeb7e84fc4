import type { ApiService } from '#api/generated/apiservice.ts';
import type { Tenant } from '#api/generated/tenant.ts';
import { apiVersion } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';

/**
 * Tenants that the files do not hold, one for each namespace that needs one: taken to exist, and to claim whatever the
 * ApiServices there ask for, so that everything else about these can still be judged.
 */
export function assumeTenants(objects: readonly KubeObject[]): Tenant[] {
  const claimed = new Set(objects.filter(isTenant).map(({ metadata, spec }) => spec.namespace ?? metadata.name));
  const residents = objects.filter(({ kind }) => kind === 'ApiService' || kind === 'Subscription');
  const namespaces = new Set(residents.map(({ metadata }) => metadata.namespace ?? ''));
  return [...namespaces].filter((namespace) => !claimed.has(namespace)).map((name) => assumed(name, objects));
}

function isTenant(object: KubeObject): object is Tenant {
  return object.apiVersion === apiVersion && object.kind === 'Tenant';
}

function isApiService(object: KubeObject): object is ApiService {
  return object.apiVersion === apiVersion && object.kind === 'ApiService';
}

function assumed(namespace: string, objects: readonly KubeObject[]): Tenant {
  const apis = objects.filter(isApiService).filter(({ metadata }) => metadata.namespace === namespace);
  return {
    apiVersion,
    kind: 'Tenant',
    metadata: { name: namespace },
    spec: {
      className: 'simpul',
      displayName: namespace,
      namespace,
      deletionPolicy: 'Retain',
      hosts: [...new Set(apis.flatMap(({ spec }) => spec.hosts ?? []))],
      // What is under it is claimed; the claim itself must not collide with those of Tenants in the files.
      paths: [...new Set(apis.filter(({ spec }) => (spec.hosts ?? []).length === 0).map(({ spec }) => spec.basePath))],
      suspended: false,
    },
  };
}

import type { ApiGateway } from '#api/generated/apigateway.ts';
import { apiVersion } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';

/** An object as a person would write it: defaults are left to the API server. */
export interface Written extends KubeObject {
  readonly spec: object;
}

export const installation = 'simpul-system';
export const gatewayName = 'public';

/** Tenant of everything that is written one by one while latencies are measured. */
export const probeTenant = 'probe';

export function buildApiGateway(): Written & { kind: ApiGateway['kind'] } {
  return {
    apiVersion,
    kind: 'ApiGateway',
    metadata: { name: gatewayName, namespace: installation },
    spec: {
      replicas: 1,
      listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }],
      tenants: { from: 'All' },
      backendAccess: { allow: ['127.0.0.0/8'] },
      drainDelay: '0s',
    },
  };
}

export function tenantName(index: number): string {
  return `instansi-${String(index).padStart(3, '0')}`;
}

export function buildTenant(name: string): Written {
  return {
    apiVersion,
    kind: 'Tenant',
    metadata: { name },
    spec: {
      displayName: `Instansi ${name}`,
      code: '36',
      paths: [`/${name}`],
      members: [{ kind: 'Group', name: `${name}:penerbit`, role: 'Publisher' }],
      limits: [{ requests: 60000, per: 'Minute' }],
    },
  };
}

/** Where an ApiService of {@link buildApiService} answers. */
export function basePathOf(tenant: string, name: string): string {
  return `/${tenant}/${name}/v1`;
}

export interface ApiServiceChoice {
  readonly tenant: string;
  readonly name: string;
  /** Base URL of the backend. */
  readonly backend: string;
  /** Without: everybody may call, so that a poll needs no Subscription. */
  readonly keyed: boolean;
}

/** An ApiService that everybody may call has none. */
const plans = {
  dasar: { displayName: 'Dasar', approval: 'Automatic', limits: [{ requests: 60000, per: 'Minute' }] },
  mitra: { displayName: 'Mitra', approval: 'Manual', limits: [{ requests: 1200, per: 'Minute', burst: 100 }] },
};

/** Of the size that people write: as long as the ApiService of `examples/banten`. */
export function buildApiService({ tenant, name, backend, keyed }: ApiServiceChoice): Written {
  return {
    apiVersion,
    kind: 'ApiService',
    metadata: { name, namespace: tenant },
    spec: {
      displayName: `Daftar ${name}`,
      description: `Data dan layanan ${name} dari ${tenant}`,
      version: '1.0.0',
      lifecycle: 'Published',
      visibility: 'Public',
      tags: ['bench', 'perangkat-daerah'],
      gatewayRefs: [{ name: gatewayName, namespace: installation }],
      basePath: basePathOf(tenant, name),
      backend: { endpoints: [{ url: backend }], timeout: '10s' },
      authentication: { mode: keyed ? 'Required' : 'None' },
      limits: [
        { requests: 60000, per: 'Minute' },
        { requests: 60000, per: 'Minute', by: 'ClientIP' },
      ],
      ...(keyed ? { plans } : {}),
    },
  };
}

export interface SubscriptionChoice {
  readonly tenant: string;
  readonly name: string;
  readonly api: { readonly tenant: string; readonly name: string };
}

/** One application with one generated key. */
export function buildSubscription({ tenant, name, api }: SubscriptionChoice): Written {
  return {
    apiVersion,
    kind: 'Subscription',
    metadata: { name, namespace: tenant },
    spec: {
      application: { displayName: `Aplikasi ${name}`, contact: 'aplikasi@example.go.id' },
      apis: [{ name: api.name, namespace: api.tenant, plan: 'dasar' }],
      credentials: [{ name: 'utama' }],
    },
  };
}

/** The `index`-th ApiService of the population, then its Subscriptions, spread over other Tenants. */
export function buildGroup(
  index: number,
  { tenants, subscriptionsPerApi }: { readonly tenants: number; readonly subscriptionsPerApi: number },
  backend: string,
): Written[] {
  const api = { tenant: tenantName(index % tenants), name: `api-${String(index).padStart(5, '0')}` };
  const subscriptions = Array.from({ length: subscriptionsPerApi }, (_, nth) =>
    buildSubscription({ tenant: tenantName((index * 7 + nth * 31 + 1) % tenants), name: `${api.name}-${nth}`, api }),
  );
  return [buildApiService({ ...api, backend, keyed: true }), ...subscriptions];
}

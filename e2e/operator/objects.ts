import { apiVersion } from '#api/kinds.ts';
import type { KubeObject, ObjectMeta } from '#api/object.ts';

/** An object with content: as people write it, without defaults. */
export interface Written extends KubeObject {
  readonly spec?: object;
}

export const publicGatewayRef = { name: 'public', namespace: 'simpul-system' } as const;

function own(kind: string, metadata: ObjectMeta, spec: object): Written {
  return { apiVersion, kind, metadata, spec };
}

export function namespace(name: string, labels: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** A Tenant and everything that it says beyond its name. */
export function tenant(name: string, spec: object = {}, labels?: Record<string, string>): Written {
  return own(
    'Tenant',
    { name, ...(labels === undefined ? {} : { labels }) },
    { displayName: `Tenant ${name}`, ...spec },
  );
}

/** An ApiGateway that admits everybody and reaches backends on loopback. */
export function apiGateway(name = 'public', spec: object = {}): Written {
  return own(
    'ApiGateway',
    { name, namespace: 'simpul-system' },
    {
      listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }],
      tenants: { from: 'All' },
      backendAccess: { allow: ['127.0.0.0/8'] },
      ...spec,
    },
  );
}

export function keyManager(inNamespace: string, name: string, spec: object = {}): Written {
  return own('KeyManager', { namespace: inNamespace, name }, { type: 'ApiKey', ...spec });
}

/** Fields of an ApiService that differ from {@link apiService}'s. */
export interface ApiSpec {
  readonly backendUrl?: string;
  readonly [field: string]: unknown;
}

/** A public, published ApiService without authentication at `/<namespace>/<name>`, unless `spec` says otherwise. */
export function apiService(inNamespace: string, name: string, spec: ApiSpec = {}): Written {
  const { backendUrl = 'http://127.0.0.1:9', ...rest } = spec;
  return own(
    'ApiService',
    { namespace: inNamespace, name },
    {
      displayName: name,
      version: '1.0.0',
      lifecycle: 'Published',
      visibility: 'Public',
      gatewayRefs: [publicGatewayRef],
      basePath: `/${inNamespace}/${name}`,
      backend: { endpoints: [{ url: backendUrl }] },
      authentication: { mode: 'None' },
      ...rest,
    },
  );
}

/** Of the same, one that asks for a key: for Subscriptions. */
export function keyedApi(inNamespace: string, name: string, spec: ApiSpec = {}): Written {
  return apiService(inNamespace, name, { authentication: { mode: 'Required' }, ...spec });
}

export interface Wanted {
  readonly name: string;
  readonly namespace?: string;
  readonly plan?: string;
}

/** A Subscription with one generated credential `main`, unless `spec` says otherwise. */
export function subscription(inNamespace: string, name: string, apis: readonly Wanted[], spec: object = {}): Written {
  return own(
    'Subscription',
    { namespace: inNamespace, name },
    { application: { displayName: name }, apis, credentials: [{ name: 'main' }], ...spec },
  );
}

/** A credential whose key lies in Secret `secret`. */
export function brought(name: string, secret: string, key?: string): object {
  return { name, apiKey: { secretRef: { name: secret, ...(key === undefined ? {} : { key }) } } };
}

export function approval(inNamespace: string, name: string, api: string, spec: object = {}): Written {
  return own('Approval', { namespace: inNamespace, name }, { apiRef: { name: api }, decision: 'Approved', ...spec });
}

/** A Secret with plain text values. */
export function secret(
  inNamespace: string,
  name: string,
  stringData: Readonly<Record<string, string>>,
  type = 'simpul.id/api-key',
): KubeObject & { readonly type: string; readonly stringData: object } {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: inNamespace, name }, type, stringData };
}

/** A key that is strong enough. Different for each `seed`. */
export function strongKey(seed: string): string {
  return `kunci-${seed}-0123456789-abcdefghijklmnopqrstuv`;
}

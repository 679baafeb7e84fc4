import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiVersion } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { TestAuthority } from '#gateway/testing/authority.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const policiesFile = join(root, 'examples/policies.yaml');
/** Where its ApiService answers. */
export const policiesHost = 'api.bantenprov.go.id';
export const policiesPath = '/penduduk/v2/nik/3671234567890001';

interface Content extends KubeObject {
  readonly spec?: object;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly type?: string;
}

/** What examples/policies.yaml refers to and leaves to others: the Tenant, the gateway, the document, certificates and the password. */
export async function policiesNeeds(authority: TestAuthority): Promise<Content[]> {
  const client = await authority.issue('simpul-client');
  const document = await readFile(join(root, 'api/openapi/testdata/penduduk.yaml'), 'utf8');
  const in_ = (kind: string, name: string, rest: Partial<Content>): Content => {
    return { apiVersion: 'v1', kind, metadata: { namespace: 'banten', name }, ...rest };
  };
  return [
    {
      apiVersion,
      kind: 'Tenant',
      metadata: { name: 'banten' },
      spec: { displayName: 'Banten', hosts: [policiesHost] },
    },
    {
      apiVersion,
      kind: 'ApiGateway',
      metadata: { name: 'public', namespace: 'simpul-system' },
      spec: {
        listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }],
        tenants: { from: 'All' },
        trustedProxies: ['127.0.0.1/32'],
      },
    },
    in_('ConfigMap', 'penduduk-openapi', { data: { 'openapi.yaml': document } }),
    in_('ConfigMap', 'dukcapil-ca', { data: { 'ca.crt': authority.ca } }),
    in_('Secret', 'dukcapil-client', {
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': client.certificate, 'tls.key': client.privateKey },
    }),
    in_('Secret', 'dukcapil-basic', {
      type: 'kubernetes.io/basic-auth',
      stringData: { username: 'simpul', password: 'rahasia-dukcapil' },
    }),
  ];
}

/** On the plan that waits for an Approval, by a client of the identity provider. */
export const subscriptionOf = (client: string): object => ({
  apiVersion,
  kind: 'Subscription',
  metadata: { name: client, namespace: 'banten' },
  spec: {
    application: { displayName: client },
    apis: [{ name: 'penduduk', plan: 'resmi' }],
    credentials: [
      { name: 'sso', oidc: { keyManagerRef: { name: 'sso', namespace: 'simpul-system' }, clientId: client } },
    ],
  },
});
/** What that Subscription waits for. */
export const approvalOf = (client: string): object => ({
  apiVersion,
  kind: 'Approval',
  metadata: { name: client, namespace: 'banten' },
  spec: { subscriptionRef: { name: client }, apiRef: { name: 'penduduk' }, plan: 'resmi', decision: 'Approved' },
});

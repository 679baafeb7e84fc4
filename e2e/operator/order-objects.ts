import { fileURLToPath } from 'node:url';
import { apiVersion } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import { readObjects } from './harness.ts';
import {
  apiGateway,
  apiService,
  approval,
  brought,
  keyedApi,
  keyManager,
  publicGatewayRef,
  secret,
  strongKey,
  subscription,
  tenant,
} from './objects.ts';

const example = fileURLToPath(new URL('../../examples/banten/banten.yaml', import.meta.url));
const trusted = { name: 'trusted', namespace: 'simpul-system' } as const;

/** Namespaces that must be there before anything can be put into them. */
export const orderNamespaces = ['banten', 'tangerang', 'lebak'];

/**
 * The example and more, good and bad, of which no rule asks who came first: whatever the order in which they are
 * applied, the outcome must be one. Of an API that is Deprecated and of two on one route that is not so.
 */
export function orderObjects(): KubeObject[] {
  const plain = readObjects(example).filter(({ kind }) => kind !== 'Namespace');
  return [...plain, ...more()].map((object) => structuredClone(object));
}

function more(): KubeObject[] {
  const plans = { emas: { approval: 'Manual' }, perak: { approval: 'Automatic' } };
  const lebak = { namespace: 'lebak', hosts: ['api.lebakkab.go.id'], approvals: { publish: 'Required' } };
  return [
    tenant('lebak-kab', lebak, { class: 'trusted' }),
    tenant('serakah', { namespace: 'kube-system' }),
    apiGateway('trusted', { tenants: { from: 'Selector', selector: { matchLabels: { class: 'trusted' } } } }),
    keyManager('lebak', 'kunci', { apiKey: { header: 'X-Kunci' } }),
    keyedApi('lebak', 'warga', {
      hosts: ['api.lebakkab.go.id'],
      basePath: '/warga',
      plans,
      gatewayRefs: [publicGatewayRef, trusted],
      authentication: { mode: 'Required', keyManagerRefs: [{ name: 'kunci' }] },
    }),
    approval('lebak', 'terbit', 'warga'),
    keyedApi('lebak', 'tertutup', { hosts: ['api.lebakkab.go.id'], basePath: '/tertutup', visibility: 'Private' }),
    apiService('banten', 'salah', { basePath: '/lain' }),
    apiService('banten', 'ditolak', { gatewayRefs: [trusted], basePath: '/banten/ditolak' }),
    apiService('banten', 'meminjam', {
      basePath: '/banten/meminjam',
      authentication: { mode: 'Required', keyManagerRefs: [{ name: 'kunci', namespace: 'lebak' }] },
    }),
    subscription('tangerang', 'banyak', [
      { name: 'warga', namespace: 'lebak', plan: 'perak' },
      { name: 'tertutup', namespace: 'lebak' },
      { name: 'situs', namespace: 'banten', plan: 'platina' },
      { name: 'tiada', namespace: 'banten' },
    ]),
    subscription('banten', 'emas', [{ name: 'warga', namespace: 'lebak', plan: 'emas' }], {
      credentials: [brought('utama', 'emas-key'), brought('hilang', 'tiada')],
    }),
    secret('banten', 'emas-key', { 'api-key': strongKey('emas') }),
    approval('lebak', 'emas-ya', 'warga', { subscriptionRef: { name: 'emas', namespace: 'banten' } }),
    subscription('banten', 'ditolak', [{ name: 'warga', namespace: 'lebak', plan: 'perak' }]),
    approval('lebak', 'tidak', 'warga', {
      ...{ decision: 'Rejected', subscriptionRef: { name: 'ditolak', namespace: 'banten' } },
    }),
  ];
}

/** What an order must not change: conditions without times, and what is compiled, without what is random. */
export function outcomeOf(objects: readonly KubeObject[]): Record<string, unknown> {
  const entries = objects.flatMap((object): [string, unknown][] => {
    const { name, namespace = '', annotations } = object.metadata;
    const source = annotations?.['simpul.id/source'];
    if (source !== undefined) return [[`compiled ${namespace} ${source}`, contentOf(object)]];
    return object.apiVersion === apiVersion ? [[`${object.kind} ${namespace}/${name}`, statusOf(object)]] : [];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function contentOf(object: KubeObject & { readonly data?: Readonly<Record<string, string>> }): unknown {
  const content = JSON.parse(Buffer.from(object.data?.['compiled.json'] ?? '', 'base64').toString('utf8'));
  const { pepper: _, credentials, ...rest } = content;
  const names = credentials?.map(({ hash: _hash, ...credential }: { hash: string }) => credential);
  return { ...rest, credentials: names };
}

function statusOf(object: KubeObject & { readonly status?: Readonly<Record<string, unknown>> }): unknown {
  const text = JSON.stringify(object.status ?? {}, (key, value) =>
    key === 'lastTransitionTime' || key === 'acceptedAt' ? undefined : value,
  );
  return JSON.parse(text);
}

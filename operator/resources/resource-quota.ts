import type { Tenant, TenantResourceQuota } from '#api/generated/tenant.ts';
import type { KubeObject } from '#api/object.ts';
import { childLabels, ownedBy } from './metadata.ts';

/** Name of the ResourceQuota in Tenants' namespaces. */
export const resourceQuotaName = 'simpul-tenant';

/** Each of our fields with the name that Kubernetes has for it. */
const resourceNames: Readonly<Record<keyof TenantResourceQuota, string>> = {
  pods: 'pods',
  cpu: 'requests.cpu',
  memory: 'limits.memory',
  storage: 'requests.storage',
  apiServices: 'count/apiservices.simpul.id',
  subscriptions: 'count/subscriptions.simpul.id',
};

/** What all objects of a Tenant's namespace may use together; undefined when the Tenant sets no bound. */
export function buildResourceQuota(
  tenant: Tenant,
  namespace: string,
): (KubeObject & { readonly spec: { readonly hard: Readonly<Record<string, string>> } }) | undefined {
  const { resourceQuota } = tenant.spec;
  if (resourceQuota === undefined) return undefined;
  const fields = Object.entries(resourceNames) as [keyof TenantResourceQuota, string][];
  const hard = fields.flatMap(([field, name]): [string, string][] => {
    const value = resourceQuota[field];
    return value === undefined ? [] : [[name, canonicalQuantity(String(value))]];
  });
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: {
      name: resourceQuotaName,
      namespace,
      labels: { ...childLabels },
      ownerReferences: [ownedBy(tenant)],
    },
    spec: { hard: Object.fromEntries(hard) },
  };
}

const scales = [
  { base: 1000n, suffixes: ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'] },
  { base: 1024n, suffixes: ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] },
];

/**
 * A whole quantity as the API server writes it: with the largest suffix that leaves it whole (`1024Mi` is `1Gi`, `2000` is
 * `2k`). Anything else would differ from what is stored, and be written at every look.
 */
export function canonicalQuantity(text: string): string {
  const [, digits = '0', suffix = ''] = /^(\d+)([A-Za-z]*)$/.exec(text) ?? [];
  const { base, suffixes } = scales.find((scale) => scale.suffixes.includes(suffix)) ?? {
    base: 1000n,
    suffixes: [suffix],
  };
  let value = BigInt(digits);
  if (value === 0n) return '0';
  let place = suffixes.indexOf(suffix);
  while (place + 1 < suffixes.length && value % base === 0n) {
    value /= base;
    place += 1;
  }
  return `${value}${suffixes[place] ?? ''}`;
}

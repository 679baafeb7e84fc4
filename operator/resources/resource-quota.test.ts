import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tenant } from '#api/generated/tenant.ts';
import { buildResourceQuota, canonicalQuantity } from './resource-quota.ts';

/** As kube-apiserver 1.35 stores them. */
const quantities: Readonly<Record<string, string>> = {
  ...{ '0': '0', '0Gi': '0', '7': '7', '1000': '1k', '1500': '1500', '2000000': '2M' },
  ...{ '500m': '500m', '1000m': '1', '2500m': '2500m', '1000000m': '1k' },
  ...{ '1024Mi': '1Gi', '1536Mi': '1536Mi', '1Ki': '1Ki', '1048576Ki': '1Gi', '1024': '1024' },
};
for (const [written, stored] of Object.entries(quantities)) {
  test(`${written} is ${stored}`, () => assert.equal(canonicalQuantity(written), stored));
}

test('a Tenant without bounds has none, and one with some has these', () => {
  const tenant = (resourceQuota?: object) =>
    ({
      ...{ apiVersion: 'simpul.id/v1alpha1', kind: 'Tenant' },
      metadata: { name: 'a' },
      spec: { resourceQuota },
    }) as unknown as Tenant;
  assert.equal(buildResourceQuota(tenant(), 'a'), undefined);
  const built = buildResourceQuota(tenant({ pods: 20, cpu: '4000m', apiServices: 0 }), 'a');
  assert.deepEqual(built?.spec.hard, { pods: '20', 'requests.cpu': '4', 'count/apiservices.simpul.id': '0' });
});

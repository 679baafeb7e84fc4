import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durableStatus } from './durable-status.ts';
import type { Stored, StoredStatus } from './stored.ts';

const header = {
  ...{ createdAt: '2026-11-22T01:00:00Z', simpul: '0.1.0', kubernetes: 'v1.34.1', cluster: 'c' },
  ...{ installation: 'simpul-system', approvalPolicySince: '2026-01-01T00:00:00Z' },
};
const acceptedAt = '2026-02-01T00:00:00Z';

function condition(type: string, status: 'True' | 'False', reason = type) {
  return { type, status, reason, message: 'm', lastTransitionTime: acceptedAt, observedGeneration: 7 };
}

function object(kind: string, status?: StoredStatus, creationTimestamp = '2026-01-15T00:00:00Z'): Stored {
  const stored: Stored = {
    apiVersion: 'simpul.id/v1alpha1',
    kind,
    metadata: { name: 'x', namespace: 'n', creationTimestamp },
  };
  return status === undefined ? stored : { ...stored, status };
}

const good = [condition('Accepted', 'True'), condition('Ready', 'True')];

const cases: readonly { name: string; of: Stored; is: object | undefined }[] = [
  { name: 'nothing of what was never looked at', of: object('ApiService'), is: undefined },
  {
    name: 'since when an API is served, and deprecated; no condition',
    of: object('ApiService', { acceptedAt, deprecatedAt: 'd', observedGeneration: 7, conditions: good }),
    is: { acceptedAt, deprecatedAt: 'd' },
  },
  {
    name: 'no claim of what asks for what another has',
    of: object('ApiService', { acceptedAt, conditions: [condition('Accepted', 'False', 'RouteConflict')] }),
    is: undefined,
  },
  {
    name: 'no namespace of a Tenant: without its RoleBinding the operator cannot read there yet',
    of: object('Tenant', { acceptedAt, namespace: 'n', conditions: good }),
    is: { acceptedAt },
  },
  {
    name: 'who was there before an API was deprecated',
    of: object('Subscription', {
      acceptedAt,
      apis: [{ name: 'a' }],
      credentials: [{ state: 'Active' }],
      conditions: good,
    }),
    is: { acceptedAt, apis: [{ name: 'a' }] },
  },
  {
    name: 'a later claim of a Subscription that asks for a key of another',
    of: object('Subscription', {
      acceptedAt,
      credentials: [{ state: 'Active' }, { state: 'Refused' }],
      conditions: good,
    }),
    is: { acceptedAt: header.createdAt },
  },
  { name: 'nothing of a fleet', of: object('ApiGateway', { pods: 3, conditions: good }), is: undefined },
  {
    name: 'that an Approval counts, as of no generation',
    of: object('Approval', { acceptedAt, conditions: good }),
    is: { acceptedAt, conditions: [{ ...condition('Accepted', 'True'), observedGeneration: 0 }] },
  },
  {
    name: 'that an Approval never counted',
    of: object('Approval', { conditions: [condition('Accepted', 'False', 'PolicyMissing')] }),
    is: { conditions: [{ ...condition('Accepted', 'False', 'PolicyMissing'), observedGeneration: 0 }] },
  },
];
for (const { name, of, is } of cases) test(`keeps ${name}`, () => assert.deepEqual(durableStatus(of, header), is));

test('judges an Approval that nobody has looked at by what was in force then', () => {
  const statusOf = (created: string, since?: string): unknown => {
    const { approvalPolicySince: _, ...rest } = header;
    const guarded = since === undefined ? rest : { ...rest, approvalPolicySince: since };
    return durableStatus(object('Approval', undefined, created), guarded)?.conditions?.[0]?.status;
  };
  assert.equal(statusOf('2026-01-15T00:00:00Z', '2026-01-01T00:00:00Z'), 'True');
  assert.equal(statusOf('2025-12-31T00:00:00Z', '2026-01-01T00:00:00Z'), 'False');
  assert.equal(statusOf('2026-01-15T00:00:00Z'), 'False');
});

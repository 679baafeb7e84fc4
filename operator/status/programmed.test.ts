import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayPod } from '../world/fleet.ts';
import { programmedFrom, progressOf, type Target } from './programmed.ts';

const now = 1_000_000;
const subject = { metadata: { name: 'situs', namespace: 'banten', generation: 3 } };

function pod(name: string, change: Partial<GatewayPod> = {}): GatewayPod {
  return {
    name,
    ready: true,
    servedVersion: '812',
    listEpoch: 1,
    refused: [],
    refusedCount: 0,
    limits: undefined,
    limitsReason: '',
    rollback: undefined,
    renewedAt: now,
    expiresAt: now + 1,
    resourceVersion: '900',
    ...change,
  };
}

function target(pods: readonly GatewayPod[], gateway = 'simpul-system/public'): Target {
  return { gateway, name: 'apisvc-1', version: '807', contentHash: 'aabbccdd', pods };
}

const cases: { name: string; targets: Target[]; expect: string; message?: RegExp }[] = [
  { name: 'every ready pod serves it', targets: [target([pod('a'), pod('b')])], expect: 'True Programmed' },
  {
    name: 'exactly this version is enough',
    targets: [target([pod('a', { servedVersion: '807' })])],
    expect: 'True Programmed',
  },
  {
    name: 'one pod is behind',
    targets: [target([pod('a'), pod('b', { servedVersion: '806' })])],
    expect: 'Unknown Pending',
  },
  {
    name: 'versions compare as numbers, not as text',
    targets: [target([pod('a', { servedVersion: '99' })])],
    expect: 'Unknown Pending',
  },
  {
    name: 'a pod that says nothing has served nothing',
    targets: [target([pod('a', { servedVersion: '' })])],
    expect: 'Unknown Pending',
  },
  {
    name: 'a version beyond the Lease stems from a rolled-back state',
    targets: [target([pod('a', { servedVersion: '901' })])],
    expect: 'Unknown Pending',
  },
  {
    name: 'a pod that is not ready is not waited for',
    targets: [target([pod('a'), pod('b', { ready: false, servedVersion: '1' })])],
    expect: 'True Programmed',
  },
  {
    name: 'a Lease that has run out is not waited for',
    targets: [target([pod('a'), pod('b', { expiresAt: now, servedVersion: '1' })])],
    expect: 'True Programmed',
  },
  { name: 'no pod is ready', targets: [target([])], expect: 'Unknown NoGateways', message: /simpul-system\/public/ },
  {
    name: 'one of two fleets is absent',
    targets: [target([pod('a')]), target([], 'simpul-system/intern')],
    expect: 'Unknown NoGateways',
    message: /intern/,
  },
  { name: 'no gateway exists', targets: [], expect: 'Unknown NoGateways' },
  {
    name: 'a pod refuses this very content',
    targets: [target([pod('a', { refused: [{ name: 'apisvc-1', hash: 'aabb', reason: 'bad' }], refusedCount: 1 })])],
    expect: 'False RefusedByGateway',
    message: /"a".*bad/,
  },
  {
    name: 'a refusal of an older content does not count',
    targets: [target([pod('a', { refused: [{ name: 'apisvc-1', hash: 'ffff', reason: 'bad' }], refusedCount: 1 })])],
    expect: 'True Programmed',
  },
];

for (const { name, targets, expect, message } of cases) {
  test(`Programmed: ${name}`, () => {
    const condition = programmedFrom(subject, progressOf(targets, now));
    assert.equal(`${condition.status} ${condition.reason}`, expect);
    assert.equal(condition.observedGeneration, 3);
    if (message !== undefined) assert.match(condition.message, message);
  });
}

test('Progress: counts, and names the first ten laggards in order', () => {
  const late = Array.from({ length: 12 }, (_, i) =>
    pod(`late-${String(12 - i).padStart(2, '0')}`, { servedVersion: '1' }),
  );
  const { fleets } = progressOf([target([pod('a'), ...late])], now);
  assert.equal(fleets[0]?.acknowledged, 1);
  assert.equal(fleets[0]?.expected, 13);
  assert.equal(fleets[0]?.laggards.length, 10);
  assert.equal(fleets[0]?.laggards[0], 'late-01');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayPod } from '../world/fleet.ts';
import { PendingAcknowledgements } from './pending.ts';

const gateway = 'simpul-system/public';
const wake = (id: string) => ({ kind: 'ApiService', id }) as const;

function pod(servedVersion: string, refusedCount = 0): GatewayPod {
  return {
    name: servedVersion,
    ready: true,
    servedVersion,
    listEpoch: 1,
    refused: [],
    refusedCount,
    limits: undefined,
    limitsReason: '',
    rollback: undefined,
    renewedAt: 0,
    expiresAt: 1,
    resourceVersion: '999',
  };
}

const cases = [
  { name: 'all pods have it', pods: [pod('10'), pod('12')], expect: ['a', 'b'] },
  { name: 'the slowest pod decides', pods: [pod('9'), pod('12')], expect: ['a'] },
  { name: 'nobody has it', pods: [pod('8')], expect: [] },
  { name: 'no pod is live', pods: [], expect: [] },
  { name: 'a refusal wakes all, whoever is behind', pods: [pod('1', 1)], expect: ['a', 'b'] },
];

for (const { name, pods, expect } of cases) {
  test(`acknowledgements: ${name}`, () => {
    const pending = new PendingAcknowledgements();
    pending.wait(gateway, '9', wake('a'));
    pending.wait(gateway, '10', wake('b'));
    const woken = pending.satisfiedBy(gateway, pods, () => true);
    assert.deepEqual(
      woken.map(({ id }) => id),
      expect,
    );
  });
}

test('who waits again waits for the new version only, and who is forgotten for none', () => {
  const pending = new PendingAcknowledgements();
  pending.wait(gateway, '9', wake('a'));
  pending.wait(gateway, '20', wake('a'));
  assert.deepEqual(
    pending.satisfiedBy(gateway, [pod('10')], () => true),
    [],
  );
  pending.forget(wake('a'));
  assert.equal(pending.count(gateway), 0);
});

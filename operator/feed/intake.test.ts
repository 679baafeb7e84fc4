import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Lease, leaseAnnotations } from '#api/compiled/lease.ts';
import { apiVersion } from '#api/kinds.ts';
import type { KubeObject } from '#api/object.ts';
import type { Wake } from '../world/dependents.ts';
import { World } from '../world/world.ts';
import { Intake } from './intake.ts';

function anIntake(now = () => 0): { readonly world: World; readonly intake: Intake; readonly woken: () => string[] } {
  const world = new World({ className: 'simpul', installationNamespace: 'simpul-system', pepper: 'cGVwcGVy' });
  const wakes: Wake[] = [];
  const intake = new Intake(
    world,
    (more) => void wakes.push(...more),
    () => undefined,
    now,
  );
  return { world, intake, woken: () => wakes.splice(0).map(({ kind, id }) => `${kind} ${id}`) };
}

function tenant(resourceVersion: string, { className = 'simpul', generation = 1 } = {}): KubeObject {
  return {
    ...{ apiVersion, kind: 'Tenant' },
    metadata: { name: 'banten', uid: 'u', generation, resourceVersion },
    ...{ spec: { className, displayName: 'B', deletionPolicy: 'Retain', suspended: false } },
  };
}

describe('taking an object in', () => {
  test('an event that was overtaken by the answer to a write changes nothing', () => {
    const { world, intake, woken } = anIntake();
    intake.take('Tenant', tenant('20', { generation: 2 }), { force: false });
    woken();
    intake.take('Tenant', tenant('9'), { force: false });
    assert.equal(world.tenants.get('banten')?.metadata.resourceVersion, '20');
    assert.deepEqual(woken(), []);
  });

  test('a complete list is believed although it is older: etcd was restored', () => {
    const { world, intake, woken } = anIntake();
    intake.take('Tenant', tenant('20', { generation: 2 }), { force: false });
    woken();
    intake.take('Tenant', tenant('9'), { force: true });
    assert.equal(world.tenants.get('banten')?.metadata.resourceVersion, '9');
    assert.ok(woken().includes('Tenant banten'));
  });

  test('our own status write wakes nobody', () => {
    const { intake, woken } = anIntake();
    intake.take('Tenant', tenant('1'), { force: false });
    assert.ok(woken().includes('Tenant banten'));
    intake.take('Tenant', tenant('2'), { force: false });
    assert.deepEqual(woken(), []);
  });

  test('an object that moves to another class is gone', () => {
    const { world, intake, woken } = anIntake();
    intake.take('Tenant', tenant('1'), { force: false });
    woken();
    intake.take('Tenant', tenant('2', { className: 'other', generation: 2 }), { force: false });
    assert.equal(world.tenants.get('banten'), undefined);
    assert.ok(woken().includes('Tenant banten'));
  });
});

describe('a Lease says whether the count of ready pods may differ', () => {
  const secondMs = 1000;
  const at = (ms: number, ready = 'true'): Lease => ({
    ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
    metadata: { name: 'pod', namespace: 'gw', annotations: { [leaseAnnotations.ready]: ready } },
    spec: { leaseDurationSeconds: 30, renewTime: new Date(ms).toISOString() },
  });
  const minuteMs = 60 * secondMs;
  const cases: readonly {
    readonly name: string;
    readonly before?: Lease;
    readonly next: Lease;
    /** Between the two, by the operator's clock. */
    readonly afterMs: number;
    readonly differs: boolean;
  }[] = [
    { name: 'a new pod', next: at(0), afterMs: 0, differs: true },
    { name: 'a renewal', before: at(0), next: at(10 * secondMs), afterMs: 10 * secondMs, differs: false },
    { name: 'a pod that drains', before: at(0), next: at(10, 'false'), afterMs: 10, differs: true },
    {
      ...{ name: 'a pod that had been taken for dead', before: at(0), next: at(31 * secondMs) },
      ...{ afterMs: 31 * secondMs, differs: true },
    },
    { name: 'what was not renewed', before: at(0), next: at(0), afterMs: 31 * secondMs, differs: false },
    {
      ...{ name: 'a renewal by a clock that was set', before: at(5 * minuteMs), next: at(0) },
      ...{ afterMs: 10 * secondMs, differs: false },
    },
  ];
  for (const { name, before, next, afterMs, differs } of cases) {
    test(name, () => {
      let now = 0;
      const { intake } = anIntake(() => now);
      if (before !== undefined) intake.takeLease(before, 'g');
      now = afterMs;
      assert.equal(intake.takeLease(next, 'g'), differs);
    });
  }

  for (const skewMs of [-5 * minuteMs, 0, 5 * minuteMs]) {
    test(`a pod lives from renewal to renewal, whatever its clock says: ${skewMs / minuteMs} minutes off`, () => {
      let now = 20 * minuteMs;
      const { world, intake } = anIntake(() => now);
      const expiresAt = () => world.podsOf('g').get('pod')?.expiresAt;
      intake.takeLease(at(now + skewMs), 'g');
      assert.equal(expiresAt(), now + 30 * secondMs);
      now += 10 * secondMs;
      intake.takeLease(at(now + skewMs), 'g');
      assert.equal(expiresAt(), now + 30 * secondMs);
      now += 10 * secondMs;
      intake.takeLease(at(now - 10 * secondMs + skewMs), 'g');
      assert.equal(expiresAt(), now + 20 * secondMs, 'somebody else wrote');
    });
  }

  test('a pod that an operator finds long dead does not live again', () => {
    const { world, intake } = anIntake(() => 20 * minuteMs);
    intake.takeLease(at(9 * minuteMs), 'g');
    assert.equal(world.podsOf('g').get('pod')?.expiresAt, 9 * minuteMs + 30 * secondMs);
  });

  test('a pod that goes, once', () => {
    const { intake } = anIntake();
    intake.takeLease(at(0), 'g');
    assert.deepEqual([intake.dropLease('pod', 'g'), intake.dropLease('pod', 'g')], [true, false]);
  });
});

describe('a namespace', () => {
  const namespace = (version: string, labels: Record<string, string>): KubeObject => ({
    ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'banten', resourceVersion: version, labels } },
  });

  test('wakes the Tenant that wants it when it comes, gets another label, or goes', () => {
    const { intake, woken } = anIntake();
    intake.take('Tenant', tenant('1'), { force: false });
    woken();
    intake.takeNamespace(namespace('1', {}));
    assert.deepEqual(woken(), ['Tenant banten']);
    intake.takeNamespace(namespace('2', {}));
    assert.deepEqual(woken(), []);
    intake.takeNamespace(namespace('3', { 'simpul.id/tenant': 'banten' }));
    assert.deepEqual(woken(), ['Tenant banten']);
    intake.dropNamespace('banten');
    assert.deepEqual(woken(), ['Tenant banten']);
  });
});

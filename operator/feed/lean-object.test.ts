import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '#api/conditions.ts';
import type { KubeObject } from '#api/object.ts';
import { LeanObjects } from './lean-object.ts';

interface Told extends KubeObject {
  readonly status: { readonly conditions: readonly Condition[] };
}

const ready: Condition = {
  ...{ type: 'Ready', status: 'True', reason: 'Succeeded', message: 'All checks passed' },
  ...{ lastTransitionTime: '2026-11-22T01:00:00Z', observedGeneration: 1 },
};

function objectWith(name: string, condition: Condition): Told {
  const metadata = { name, namespace: 'tangerang', annotations: { note: 'long' }, labels: { a: 'b' } };
  return { apiVersion: 'simpul.id/v1alpha1', kind: 'Tenant', metadata, status: { conditions: [condition] } };
}

test('an object is kept as it is but for its annotations', () => {
  const { annotations: _, ...metadata } = objectWith('a', ready).metadata;
  assert.deepEqual(new LeanObjects().lean(objectWith('a', ready)), { ...objectWith('a', ready), metadata });
});

test('equal conditions of objects are one, and those that differ in anything are not', () => {
  const objects = new LeanObjects();
  const kept = (name: string, condition: Condition) =>
    objects.lean(objectWith(name, { ...condition })).status.conditions[0];
  assert.equal(kept('a', ready), kept('b', ready));
  const others: readonly Partial<Condition>[] = [
    { type: 'Accepted' },
    { status: 'False' },
    { reason: 'Pending' },
    { message: 'Not all checks passed' },
    { lastTransitionTime: '2026-11-22T01:00:01Z' },
    { observedGeneration: 2 },
  ];
  for (const other of others) assert.deepEqual(kept('c', { ...ready, ...other }), { ...ready, ...other });
});

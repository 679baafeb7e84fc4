import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '#api/conditions.ts';
import type { GatewayPod } from '../world/fleet.ts';
import { acknowledge } from './acknowledge.ts';
import type { CompiledResult } from './compiled-writer.ts';
import { PendingAcknowledgements } from './pending.ts';
import type { Deferred, Visit } from './reconciler.ts';
import type { Resource } from './status-writer.ts';

const startMs = Date.parse('2026-11-20T10:00:00Z');
const compiled = { contract: 1, kind: 'KeyManager', id: 'banten/kunci', type: 'ApiKey', header: 'x-api-key' } as const;
const visit: Visit = { observations: [], compiled: new Map([['simpul-system/public', compiled]]), fields: {} };

function pod(servedVersion: string): GatewayPod {
  return {
    ...{ name: 'pod', ready: true, servedVersion, listEpoch: 1, refused: [], refusedCount: 0, renewedAt: 0 },
    ...{ limits: undefined, limitsReason: '', rollback: undefined },
    ...{ expiresAt: Number.MAX_SAFE_INTEGER, resourceVersion: '999' },
  };
}

/** The object is at generation 2, compiled as version 50. */
function compiledFor(servedVersion: string): CompiledResult {
  const target = { gateway: 'simpul-system/public', name: 'apisvc-1', version: '50', contentHash: 'abc' };
  return { complete: true, targets: [{ ...target, pods: [pod(servedVersion)] }] };
}

function condition(type: string, status: Condition['status'], observedGeneration: number): Condition {
  const lastTransitionTime = new Date(startMs).toISOString();
  return { type, status, observedGeneration, lastTransitionTime, reason: 'Any', message: '' };
}

function objectWith(...conditions: Condition[]): Resource {
  const metadata = { name: 'situs', namespace: 'banten', generation: 2 };
  return { apiVersion: 'simpul.id/v1alpha1', kind: 'ApiService', metadata, status: { conditions } };
}

/** Visits at these milliseconds, and what each said of Programmed: its status, or when it wants to look again. */
function visits(object: Resource, at: readonly { readonly ms: number; readonly served: string }[]): unknown[] {
  const pending = new PendingAcknowledgements();
  return at.map(({ ms, served }) => {
    const env = { pending, now: () => new Date(startMs + ms) };
    return said(acknowledge(env, object, visit, compiledFor(served)));
  });
}

function said(result: Visit | Deferred): unknown {
  if ('lookAgainMs' in result) return { lookAgainMs: result.lookAgainMs };
  return result.observations.find(({ type }) => type === 'Programmed')?.status;
}

const wasReady = objectWith(condition('Ready', 'True', 1), condition('Programmed', 'True', 1));
const isReady = objectWith(condition('Ready', 'True', 2), condition('Programmed', 'True', 2));
const neverReady = objectWith();
const waits = objectWith(condition('Ready', 'Unknown', 2), condition('Programmed', 'Unknown', 2));

const cases: { name: string; object: Resource; at: { ms: number; served: string }[]; expected: unknown[] }[] = [
  {
    name: 'a change of what was Ready writes nothing until it is acknowledged',
    object: wasReady,
    at: [
      { ms: 0, served: '49' },
      { ms: 100, served: '50' },
    ],
    expected: [{ lookAgainMs: 5000 }, 'True'],
  },
  {
    name: 'visits in between do not make it wait longer, and after the patience the late ones are named',
    object: wasReady,
    at: [
      { ms: 0, served: '49' },
      { ms: 2000, served: '49' },
      { ms: 5000, served: '49' },
    ],
    expected: [{ lookAgainMs: 5000 }, { lookAgainMs: 3000 }, 'False'],
  },
  {
    name: 'what was never Ready says at once that it waits',
    object: neverReady,
    at: [{ ms: 0, served: '49' }],
    expected: ['Unknown'],
  },
  {
    name: 'what waits says so until the patience is over',
    object: waits,
    at: [{ ms: 4999, served: '49' }],
    expected: ['Unknown'],
  },
  {
    name: 'a restarted operator knows from the status since when',
    object: waits,
    at: [{ ms: 5000, served: '49' }],
    expected: ['False'],
  },
  {
    name: 'what is Ready stays so when a pod falls behind',
    object: isReady,
    at: [{ ms: 0, served: '1' }],
    expected: ['True'],
  },
];

for (const { name, object, at, expected } of cases) {
  test(`acknowledge: ${name}`, () => assert.deepEqual(visits(object, at), expected));
}

test('acknowledge: a further change begins a wait of its own', () => {
  const pending = new PendingAcknowledgements();
  const next = { ...wasReady, metadata: { ...wasReady.metadata, generation: 3 } };
  const at = (ms: number) => ({ pending, now: () => new Date(startMs + ms) });
  acknowledge(at(0), wasReady, visit, compiledFor('49'));
  assert.deepEqual(said(acknowledge(at(4000), next, visit, compiledFor('49'))), { lookAgainMs: 5000 });
});

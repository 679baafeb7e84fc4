import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, ConditionStatus } from '#api/conditions.ts';
import { apiVersion } from '#api/kinds.ts';
import type { GatewayPod } from '../world/fleet.ts';
import { World } from '../world/world.ts';
import { fleetFigures } from './fleet-figures.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

function condition(type: string, status: ConditionStatus, agoSeconds = 0): Condition {
  const lastTransitionTime = new Date(now - agoSeconds * 1000).toISOString();
  return { type, status, reason: 'Pending', message: '', lastTransitionTime, observedGeneration: 1 };
}

function worldWith(kind: 'ApiService' | 'ApiGateway', ...objects: readonly (readonly Condition[])[]): World {
  const world = new World({ className: 'simpul', installationNamespace: 'simpul-system', pepper: '' });
  for (const [index, conditions] of objects.entries()) {
    const metadata = { namespace: 'banten', name: `o${index}`, generation: 1 };
    world.shelf(kind).put({
      apiVersion,
      kind,
      metadata,
      spec: { gatewayRefs: [], authentication: {} },
      status: { conditions },
    } as never);
  }
  return world;
}

function apiServices(...objects: readonly (readonly Condition[])[]): { count: number; oldestAgeMs: number } {
  const figures = fleetFigures(worldWith('ApiService', ...objects), now);
  const { count = -1, oldestAgeMs = -1 } = figures.unprogrammed.find(({ kind }) => kind === 'ApiService') ?? {};
  return { count, oldestAgeMs };
}

const accepted = condition('Accepted', 'True');

test('counts what gateways do not serve, and says how long the oldest has waited', () => {
  const late = [accepted, condition('Programmed', 'False', 90)];
  const fresh = [accepted, condition('Programmed', 'Unknown', 5)];
  const served = [accepted, condition('Programmed', 'True', 1000)];
  assert.deepEqual(apiServices(served), { count: 0, oldestAgeMs: 0 });
  assert.deepEqual(apiServices(fresh, late, served), { count: 2, oldestAgeMs: 90_000 });
});

test('leaves out what waits for people, and what nobody has looked at', () => {
  const waits = condition('Programmed', 'False', 90);
  const heldUp = ['Accepted', 'ResolvedRefs', 'Approved'].map((type) => [condition(type, 'False'), waits]);
  assert.deepEqual(apiServices(...heldUp, []), { count: 0, oldestAgeMs: 0 });
});

test('counts ApiGateways of which no pod is ready, or only one whose Lease has run out', () => {
  const world = worldWith('ApiGateway', [], [], [], []);
  const pod = (change: Partial<GatewayPod>): Map<string, GatewayPod> =>
    new Map([['pod', { ready: true, expiresAt: now + 1, ...change } as GatewayPod]]);
  world.fleets.set('banten/o0', pod({}));
  world.fleets.set('banten/o1', pod({ ready: false }));
  world.fleets.set('banten/o2', pod({ expiresAt: now }));
  assert.equal(fleetFigures(world, now).gatewaysWithoutPods, 3);
});

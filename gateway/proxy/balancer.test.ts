import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledLoadBalancing } from '#api/compiled/traffic.ts';
import type { Exchange } from '../exchange.ts';
import { type Balancer, buildBalancer, dealRound } from './balancer.ts';
import { Endpoint } from './endpoint.ts';
import { EndpointState } from './endpoint-state.ts';
import type { SharedPool } from './shared-pool.ts';

function endpointsOf(weights: readonly number[]): Endpoint[] {
  return weights.map((weight, i) => {
    const url = new URL(`http://b${i}.example/api`);
    const state = new EndpointState(url.href, url.href, {
      breaker: null,
      check: null,
      maxRequests: Number.POSITIVE_INFINITY,
    });
    return new Endpoint(url, weight, { shared: {} as SharedPool, state });
  });
}

/** As even as chance is on average: steps that no pattern of draws falls in with. */
function evenRandom(): () => number {
  let at = 0;
  return () => {
    at = (at + 0.6180339887498949) % 1;
    return at;
  };
}

function from(address: string, rawHeaders: readonly string[] = []): Exchange {
  return { client: { address }, rawHeaders, subscription: null } as unknown as Exchange;
}

/** How many of `calls` each endpoint got; none of them ends. */
function shares(balancer: Balancer, endpoints: readonly Endpoint[], calls: number): number[] {
  const got = new Map(endpoints.map((endpoint) => [endpoint, 0]));
  for (let i = 0; i < calls; i++) {
    const endpoint = balancer(endpoints, from(`10.0.${i >> 8}.${i & 255}`));
    endpoint.state.inFlight++;
    got.set(endpoint, (got.get(endpoint) ?? 0) + 1);
  }
  return [...got.values()];
}

function balancerOf(all: readonly Endpoint[], loadBalancing?: CompiledLoadBalancing): Balancer {
  return buildBalancer(all, loadBalancing, evenRandom());
}

test('weights are dealt evenly', () => {
  assert.deepEqual(dealRound(['a', 'b'], [3, 1]), ['a', 'a', 'b', 'a']);
  assert.deepEqual(dealRound(['a', 'b'], [200, 100]), ['a', 'b', 'a']);
});

test('round robin is exact; without one of them the others get its share by weight', () => {
  const all = endpointsOf([3, 2, 1]);
  const balancer = balancerOf(all);
  assert.deepEqual(shares(balancer, all, 600), [300, 200, 100]);
  const [a = 0, b = 0] = shares(balancer, all.slice(0, 2), 1000);
  assert.ok(Math.abs(a - 600) < 30 && Math.abs(b - 400) < 30, `${a} ${b}`);
});

test('least request keeps calls under way near the weights, and leaves out who is slow', () => {
  const all = endpointsOf([2, 1, 1]);
  const least = balancerOf(all, { type: 'LeastRequest' });
  const [a = 0, b = 0, c = 0] = shares(least, all, 1000);
  assert.ok(Math.abs(a - 500) < 30 && Math.abs(b - 250) < 30 && Math.abs(c - 250) < 30, `${a} ${b} ${c}`);
  const [slow, ...rest] = endpointsOf([1, 1, 1]);
  assert.ok(slow);
  slow.state.inFlight = 1000;
  const [got = 0] = shares(balancerOf([slow, ...rest], { type: 'LeastRequest' }), [slow, ...rest], 200);
  assert.equal(got, 0);
});

test('an idle least request follows the weights too', () => {
  const all = endpointsOf([9, 1]);
  const least = balancerOf(all, { type: 'LeastRequest' });
  let light = 0;
  for (let i = 0; i < 1000; i++) if (least(all, from('10.0.0.1')) === all[1]) light++;
  assert.ok(light > 50 && light < 150, `${light}`);
});

test('a key keeps its endpoint; when one goes, only its keys move', () => {
  const all = endpointsOf([1, 1, 1, 1]);
  const hash = balancerOf(all, { type: 'ConsistentHash', by: 'ClientIP' });
  const left = all.slice(1);
  let moved = 0;
  for (let i = 0; i < 2000; i++) {
    const exchange = from(`10.1.${i >> 8}.${i & 255}`);
    const first = hash(all, exchange);
    assert.equal(hash(all, exchange), first);
    const second = hash(left, exchange);
    if (first === all[0]) moved++;
    else assert.equal(second, first);
  }
  assert.ok(moved > 420 && moved < 580, `${moved} of 2000 keys were the first's`);
});

test('keys follow the weights, and one that everybody uses spills over to the next', () => {
  const all = endpointsOf([3, 1]);
  const hash = balancerOf(all, { type: 'ConsistentHash', by: 'ClientIP' });
  let heavy = 0;
  for (let i = 0; i < 2000; i++) if (hash(all, from(`10.2.${i >> 8}.${i & 255}`)) === all[0]) heavy++;
  assert.ok(heavy > 1400 && heavy < 1600, `${heavy} of 2000`);
  const same = endpointsOf([1, 1, 1, 1]);
  const one = balancerOf(same, { type: 'ConsistentHash', by: 'ClientIP' });
  for (let i = 0; i < 400; i++) one(same, from('10.3.0.1')).state.inFlight++;
  const most = Math.max(...same.map(({ state }) => state.inFlight));
  assert.ok(most <= 126, `${most} of 400, although 1.25 times a quarter is 125`);
});

test('a header or a Subscription is the key; without it the address is', () => {
  const all = endpointsOf([1, 1, 1, 1, 1, 1, 1, 1]);
  const byHeader = balancerOf(all, { type: 'ConsistentHash', by: 'Header', header: 'x-session' });
  const seen = new Set(Array.from({ length: 50 }, (_, i) => byHeader(all, from(`10.4.0.${i}`, ['X-Session', 's1']))));
  assert.equal(seen.size, 1);
  const bySubscription = balancerOf(all, { type: 'ConsistentHash', by: 'Subscription' });
  const one = { ...from('10.4.0.1'), subscription: { id: 'a/b' } } as unknown as Exchange;
  const other = { ...from('10.4.0.2'), subscription: { id: 'a/b' } } as unknown as Exchange;
  assert.equal(bySubscription(all, one), bySubscription(all, other));
  for (const balancer of [byHeader, bySubscription]) {
    const without = new Set(Array.from({ length: 50 }, (_, i) => balancer(all, from(`10.4.1.${i}`))));
    assert.ok(without.size > 4, `${without.size}`);
  }
});

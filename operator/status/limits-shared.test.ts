import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiGateway } from '#api/generated/apigateway.ts';
import type { GatewayPod } from '../world/fleet.ts';
import { limitsShared } from './limits-shared.ts';

function aGateway(redis?: ApiGateway['spec']['redis']): ApiGateway {
  return { metadata: { name: 'public', generation: 3 }, spec: redis === undefined ? {} : { redis } } as ApiGateway;
}

function pod(limits: GatewayPod['limits'], limitsReason = ''): GatewayPod {
  return { limits, limitsReason } as GatewayPod;
}

const withRedis = aGateway({ address: 'redis:6379', timeout: '50ms' });

const cases: readonly {
  readonly name: string;
  readonly gateway: ApiGateway;
  readonly pods: readonly GatewayPod[];
  readonly is: readonly [status: string, reason: string];
  readonly says?: RegExp;
}[] = [
  { name: 'no Redis', gateway: aGateway(), pods: [pod('Local')], is: ['False', 'CountsLocally'], says: /spec\.redis/ },
  { name: 'no pod lives', gateway: withRedis, pods: [], is: ['Unknown', 'NoGateways'] },
  { name: 'no pod tells', gateway: withRedis, pods: [pod(undefined)], is: ['Unknown', 'NoGateways'] },
  { name: 'all count in Redis', gateway: withRedis, pods: [pod('Redis'), pod('Redis')], is: ['True', 'LimitsShared'] },
  {
    name: 'one tells nothing yet, the other one counts in Redis',
    gateway: withRedis,
    pods: [pod(undefined), pod('Redis')],
    is: ['True', 'LimitsShared'],
  },
  {
    name: 'some cannot reach it',
    gateway: withRedis,
    pods: [pod('Redis'), pod('Down', 'connect ECONNREFUSED 10.0.0.9:6379'), pod('Down')],
    is: ['False', 'RedisUnavailable'],
    says: /^2 of 3 gateway pods .* ECONNREFUSED 10\.0\.0\.9:6379$/,
  },
  {
    name: 'a pod that does not know of Redis yet',
    gateway: withRedis,
    pods: [pod('Local'), pod('Redis')],
    is: ['False', 'RedisUnavailable'],
    says: /not asked yet/,
  },
  {
    name: 'a Redis that forgets',
    gateway: withRedis,
    pods: [pod('Redis'), pod('VolatileRedis')],
    is: ['True', 'VolatileRedis'],
    says: /appendonly yes and maxmemory-policy noeviction/,
  },
  {
    name: 'down goes before forgetful',
    gateway: withRedis,
    pods: [pod('VolatileRedis'), pod('Down', 'x')],
    is: ['False', 'RedisUnavailable'],
  },
];

for (const { name, gateway, pods, is, says } of cases) {
  test(name, () => {
    const observed = limitsShared(gateway, pods);
    assert.deepEqual([observed.status, observed.reason], is);
    assert.equal(observed.type, 'LimitsShared');
    assert.equal(observed.observedGeneration, 3);
    if (says !== undefined) assert.match(observed.message, says);
  });
}

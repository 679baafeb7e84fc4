import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { startBalancer } from '#e2e/gateway/haproxy.ts';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { aRedis, type TestRedis } from '#tools/testing/redis.ts';
import { Caller } from './caller.ts';
import type { GatewayPorts, GatewayProgram } from './gateway-program.ts';
import { Installation } from './harness.ts';
import { apiGateway, brought, keyedApi, secret, strongKey, subscription, tenant, type Written } from './objects.ts';
import { until } from './waiting.ts';

const pods = 3;
const rights =
  '~simpul:simpul-system/public:* resetchannels -@all +info +evalsha +eval +time +get +set +hmget +hget +hgetall +hlen +hset +hdel +pexpireat +zadd +zscore +zremrangebyscore +zcard +zrem';

/** A fleet of gateway processes with the rights of pods, one Redis with a user of theirs, and haproxy in front. */
describe('a fleet of gateways', () => {
  let installation: Installation;
  let redis: TestRedis;
  let ports: readonly GatewayPorts[];
  let running: GatewayProgram[] = [];
  const key = strongKey('fleet');
  const api = (): Written =>
    keyedApi('banten', 'live', {
      backendUrl: installation.backend,
      plans: { dasar: { limits: [{ requests: 1_000_000, per: 'Minute' }] } },
    });
  const caller = (name: string): Written =>
    subscription('banten', name, [{ name: 'live', namespace: 'banten', plan: 'dasar' }], {
      credentials: [brought('main', `${name}-key`, 'key')],
    });

  before(async () => {
    installation = await Installation.start();
    redis = await aRedis([...`--user gerbang on >rahasia ${rights}`.split(' '), ...'--user default off'.split(' ')]);
    const free = await freePorts(4 * pods);
    ports = Array.from({ length: 2 * pods }, (_, i) => ({ port: free[2 * i] ?? 0, adminPort: free[2 * i + 1] ?? 0 }));
    await installation.keepOperator();
    const login = { username: 'gerbang', password: 'rahasia' };
    await installation.apply(secret('simpul-system', 'redis', login, 'kubernetes.io/basic-auth'));
    await installation.apply(
      apiGateway('public', {
        drainDelay: '1s',
        replicas: pods,
        redis: { address: `127.0.0.1:${redis.port}`, credentialRef: { name: 'redis' } },
      }),
      tenant('banten', { paths: ['/banten'] }),
    );
    running = await startThree('old');
    await installation.untilNamespace('banten');
    await installation.apply(secret('banten', 'caller-key', { key }), api(), caller('caller'));
    await installation.untilReady(api(), caller('caller'));
    for (const gateway of running) await gateway.untilStatus(200, '/banten/live', { key });
  });
  after(async () => {
    await installation?.stop();
    await redis?.[Symbol.asyncDispose]();
  });

  const startAt = (name: string, place: number) => {
    const own = ports[place] ?? assert.fail();
    return installation.startGateway(name, { ports: own });
  };
  const startThree = (name: string) => Promise.all(Array.from({ length: pods }, (_, i) => startAt(`${name}-${i}`, i)));

  test('counts in Redis as the user that the Secret names, under the keys of its ApiGateway, and says so', async () => {
    const gateway = apiGateway('public');
    await installation.untilCondition(gateway, 'LimitsShared', { status: 'True', reason: 'VolatileRedis' });
    const auth = 'AUTH gerbang rahasia';
    const answer = await redis.command(`${auth}\r\nZCARD simpul:simpul-system/public:pods`);
    assert.match(answer, /:3/);
    await redis.kill();
    await installation.untilCondition(gateway, 'LimitsShared', { status: 'False', reason: 'RedisUnavailable' });
    assert.equal((await running[0]?.call('/banten/live', { key }))?.status, 200);
    await redis.start();
    await installation.untilCondition(gateway, 'LimitsShared', { status: 'True' });
  });

  test('Redis is killed and started under load: no call fails', async (t) => {
    const callers = startCallers(t, () => running[Math.floor(Math.random() * pods)]?.call('/banten/live', { key }));
    for (let i = 0; i < 3; i++) {
      await delay(700);
      await redis.kill();
      await delay(700);
      await redis.start();
    }
    await delay(1500);
    await allServed(t, callers);
  });

  test('all gateways are replaced under load, one after the other: no call fails', async (t) => {
    await using balancer = await startBalancer(ports);
    // Idle for less than drainDelay: a connection that is idle for longer may be closed just when it is used again.
    const agent = new Agent({ connections: 8, keepAliveTimeout: 300 });
    t.after(() => agent.destroy());
    const url = `http://127.0.0.1:${balancer.port}/banten/live`;
    const headers = { host: 'gw.test', 'x-api-key': key };
    const callOnce = async () => {
      const answer = await request(url, { dispatcher: agent, headers });
      await answer.body.dump();
      return { status: answer.statusCode };
    };
    await until('the balancer has seen one', async () => (await callOnce().catch(() => undefined))?.status === 200);
    const callers = startCallers(t, callOnce);
    const next: GatewayProgram[] = [];
    for (const [i, old] of running.entries()) {
      next.push(await startAt(`new-${i}`, pods + i));
      assert.equal((await old.stop()).code, 0);
    }
    running = next;
    await delay(500);
    await allServed(t, callers);
  });

  test('a key that is taken away is refused by every pod within a second, and by one that starts later', async (t) => {
    const delays: number[] = [];
    for (let i = 0; i < 20; i++) {
      const name = `gone-${i}`;
      const gone = strongKey(name);
      await installation.apply(secret('banten', `${name}-key`, { key: gone }), caller(name));
      for (const gateway of running) await gateway.untilStatus(200, '/banten/live', { key: gone });
      const began = performance.now();
      await installation.remove(caller(name));
      await Promise.all(
        running.map(async (gateway) => {
          await gateway.untilStatus(401, '/banten/live', { key: gone });
          delays.push(performance.now() - began);
        }),
      );
      if (i > 0) continue;
      const late = await installation.startGateway('late');
      assert.equal((await late.call('/banten/live', { key: gone })).status, 401);
      assert.equal((await late.call('/banten/live', { key })).status, 200);
      await late.stop();
    }
    delays.sort((a, b) => a - b);
    const slowest = Math.round(delays.at(-1) ?? 0);
    t.diagnostic(
      `of ${delays.length}: median ${Math.round(delays[delays.length >> 1] ?? 0)} ms, slowest ${slowest} ms`,
    );
    assert.ok(slowest < 1000, `${slowest} ms`);
  });

  function startCallers(t: TestContext, call: () => Promise<{ readonly status: number }> | undefined): Caller[] {
    const callers = Array.from({ length: 8 }, () => new Caller(async () => (await call()) ?? { status: 0 }));
    t.after(() => Promise.all(callers.map((each) => each.stop())));
    return callers;
  }

  /** Every call that was made meanwhile was answered 200. */
  async function allServed(t: TestContext, callers: readonly Caller[]): Promise<void> {
    const counts = await Promise.all(callers.map((each) => each.stop()));
    t.diagnostic(JSON.stringify(counts));
    for (const count of counts) assert.deepEqual(Object.keys(count), ['200']);
  }
});

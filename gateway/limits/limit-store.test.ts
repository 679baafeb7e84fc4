import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CompiledLimit } from '#api/compiled/limit.ts';
import { aRedis, type TestRedis } from '#tools/testing/redis.ts';
import { systemClock } from '../clock.ts';
import { aLimit } from '../testing/compiled.ts';
import { LimitPod, nobody, redisAt } from '../testing/limit-pod.ts';
import { addUsageScript, readUsageScript } from '../usage/usage-script.ts';
import { RedisConnection } from './redis-connection.ts';
import { buildLimits } from './rule.ts';
import { SlotAdmission } from './slot-admission.ts';

async function podsOn(
  stack: AsyncDisposableStack,
  redis: TestRedis,
  limits: readonly CompiledLimit[],
  clocks: readonly number[],
): Promise<LimitPod[]> {
  const pods = clocks.map((ms) => stack.use(new LimitPod(redisAt(redis.port, { pods: clocks.length }), limits, ms)));
  await Promise.all(pods.map((pod) => pod.up()));
  return pods;
}

type Shape = (pod: number, pods: number, t: number) => number;
const shapes: Readonly<Record<string, Shape>> = {
  uniform: (_pod, pods) => 1 / pods,
  '70 % on one pod': (pod, pods) => (pods === 1 ? 1 : pod === 0 ? 0.7 : 0.3 / (pods - 1)),
  'all on one pod, another one four times a second': (pod, pods, t) => (Math.floor(t * 4) % pods === pod ? 1 : 0),
};

/** Offers `rate` calls a second for so long; gives the instants of admission. */
async function offer(pods: readonly LimitPod[], rate: number, seconds: number, shape: Shape): Promise<number[]> {
  const admitted: number[] = [];
  const owed = pods.map(() => 0);
  const calls: Promise<unknown>[] = [];
  const began = performance.now();
  let last = began;
  while (last - began < seconds * 1000) {
    await delay(2);
    const now = performance.now();
    for (const [i, pod] of pods.entries()) {
      owed[i] = (owed[i] ?? 0) + (rate * shape(i, pods.length, (now - began) / 1000) * (now - last)) / 1000;
      for (; (owed[i] ?? 0) >= 1; owed[i] = (owed[i] ?? 0) - 1) {
        calls.push(pod.call().then((denial) => denial === null && admitted.push(performance.now())));
      }
    }
    last = now;
  }
  await Promise.all(calls);
  return admitted;
}

suite('admitted is at most the limit, and at least 95 % of it', () => {
  for (const count of [1, 3, 10]) {
    for (const [name, shape] of Object.entries(shapes)) {
      test(`${count} pods, ${name}, clocks 5 s apart`, async () => {
        await using redis = await aRedis();
        await using stack = new AsyncDisposableStack();
        const clocks = Array.from({ length: count }, (_, i) => (i % 3) * 5000);
        const pods = await podsOn(stack, redis, [aLimit({ requests: 1000 })], clocks);
        const admitted = await offer(pods, 1000, 1.6, shape);
        assert.ok(admitted.length <= 1000 && admitted.length >= 950, `${admitted.length} of 1000`);
      });
    }
  }

  test('in each of several windows', async () => {
    await using redis = await aRedis();
    await using stack = new AsyncDisposableStack();
    const pods = await podsOn(stack, redis, [aLimit({ requests: 400, per: 'Second' })], [0, 5000, 10_000]);
    const seconds = 4;
    const admitted = await offer(pods, 800, seconds, shapes['70 % on one pod'] ?? (() => 1));
    assert.ok(admitted.length <= 400 * (seconds + 1), `${admitted.length}`);
    assert.ok(admitted.length >= 0.95 * 400 * (seconds - 1), `${admitted.length}`);
  });
});

test('small limits are exact, whichever pod is called', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const pods = await podsOn(stack, redis, [aLimit({ requests: 7 })], [0, 0, 0]);
  let admitted = 0;
  for (let i = 0; i < 30; i++) admitted += await (pods[i % 3] ?? assert.fail()).admitted(1);
  assert.equal(admitted, 7);
});

test('tokens at hand are spent without waiting, and few scripts are run', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const [pod = assert.fail()] = await podsOn(stack, redis, [aLimit({ requests: 1_000_000 })], [0]);
  let admitted = 0;
  for (let i = 0; i < 200; i++) {
    admitted += await pod.admitted(50);
    await delay(1);
  }
  assert.equal(admitted, 10_000);
  const scripts = Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.command('INFO commandstats'))?.[1]);
  assert.ok(scripts < 500, `${scripts} scripts for 10,000 calls`);
});

test('a refused call takes nothing at any level', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const limits = [aLimit({ id: 'wide', requests: 15, per: 'Hour' }), aLimit({ id: 'tight', requests: 5 })];
  const [one = assert.fail(), two = assert.fail()] = await podsOn(stack, redis, limits, [0, 0]);
  assert.equal((await one.admitted(20)) + (await two.admitted(20)), 5);
  for (const pod of [one, two]) pod.edit([aLimit({ id: 'wide', requests: 15, per: 'Hour' })]);
  await delay(1100); // what the pods hold of the wide limit goes back
  assert.equal((await one.admitted(20)) + (await two.admitted(20)), 10);
});

test('an edited limit holds at once and goes on with what was counted', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const pods = await podsOn(stack, redis, [aLimit({ requests: 500 })], [0, 0]);
  const [one = assert.fail(), two = assert.fail()] = pods;
  assert.equal((await one.admitted(100)) + (await two.admitted(100)), 200);
  for (const pod of pods) pod.edit([aLimit({ requests: 210 })]);
  const more = (await one.admitted(100)) + (await two.admitted(100));
  assert.ok(more <= 10, `${more} more`);
  for (const pod of pods) pod.edit([aLimit({ requests: 300, per: 'Hour' })]);
  await delay(50);
  const rest = (await one.admitted(200)) + (await two.admitted(200));
  assert.ok(more + rest <= 100 && more + rest >= 95, `${more} and ${rest}`);
});

test('what a pod leased comes back when it ends, and is missing when it is killed', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const [one = assert.fail(), two = assert.fail()] = await podsOn(stack, redis, [aLimit({ requests: 100 })], [0, 0]);
  await one.admitted(10);
  await one[Symbol.asyncDispose]();
  assert.equal(await two.admitted(200), 90);
});

test('a burst holds across pods in any one second', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const pods = await podsOn(stack, redis, [aLimit({ requests: 100_000, burst: 50 })], [0, 0, 0]);
  const admitted = await offer(pods, 300, 3, shapes['uniform'] ?? (() => 1));
  for (const [i, at] of admitted.entries()) {
    const within = admitted.slice(i).filter((other) => other - at < 950).length; // the rest is for late measurements
    assert.ok(within <= 50, `${within} within a second`);
  }
  assert.ok(admitted.length >= 20, `${admitted.length}`); // some 135 on two cores that do little else
});

test('callers are kept apart, and no key names them', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const [pod = assert.fail()] = await podsOn(stack, redis, [aLimit({ requests: 2, by: 'ClientIP' })], [0]);
  assert.equal(await pod.admitted(5, { ...nobody, clientIp: '203.0.113.77' }), 2);
  assert.equal(await pod.admitted(5, { ...nobody, clientIp: '203.0.113.78' }), 2);
  const keys = await redis.command('KEYS *');
  assert.ok(keys.includes('simpul:uji:') && !keys.includes('203.0.113') && !keys.includes('banten'), keys);
});

suite('when Redis does not answer', () => {
  const limits = [aLimit({ requests: 90 })];

  test('killed: each pod allows its share, and goes back when it is there again', async () => {
    await using redis = await aRedis();
    await using stack = new AsyncDisposableStack();
    const pods = await podsOn(stack, redis, limits, [0, 0, 0]);
    await redis.kill();
    await Promise.all(pods.map((pod) => pod.down()));
    const [one = assert.fail(), two = assert.fail()] = pods;
    assert.equal(await one.admitted(100), 30);
    await redis.start();
    await Promise.all(pods.map((pod) => pod.up()));
    assert.equal(await two.admitted(100), 60, 'Redis was told what was admitted meanwhile');
  });

  test('paused: calls wait for a bounded time, then not at all', async () => {
    await using redis = await aRedis();
    await using stack = new AsyncDisposableStack();
    const pod = stack.use(new LimitPod(redisAt(redis.port, { pods: 2, timeoutMs: 100 }), limits));
    await pod.up();
    await pod.admitted(1);
    redis.pause();
    for (let i = 0; pod.sharing.state.mode !== 'Down'; i++) {
      assert.ok(i < 1000, 'it is found out');
      await pod.admitted(1);
    }
    const began = performance.now();
    await pod.admitted(10);
    assert.ok(performance.now() - began < 50, 'nobody waits any more');
    redis.resume();
    await pod.up();
  });

  test('a limit may say Deny', async () => {
    await using redis = await aRedis();
    await using stack = new AsyncDisposableStack();
    const [pod = assert.fail()] = await podsOn(stack, redis, [aLimit({ requests: 90, onRedisFailure: 'Deny' })], [0]);
    assert.equal(await pod.call(), null);
    await redis.kill();
    await pod.down();
    assert.equal((await pod.call())?.by, 'store');
  });

  test('flushed: the pods tell it again what they know', async () => {
    await using redis = await aRedis();
    await using stack = new AsyncDisposableStack();
    const pods = await podsOn(stack, redis, [aLimit({ requests: 200, per: 'Day' })], [0, 0, 0]);
    const [one = assert.fail(), two = assert.fail(), three = assert.fail()] = pods;
    assert.equal((await one.admitted(60)) + (await two.admitted(60)), 120);
    await delay(400); // what lies idle goes back
    await redis.command('FLUSHALL');
    await delay(2500); // a heartbeat of each
    const rest = await three.admitted(200);
    assert.ok(rest <= 80 && rest >= 50, `${rest}: never more, and less by what the last to know had not heard`);
  });

  test('a Redis Cluster is refused', async () => {
    await using redis = await aRedis(['--cluster-enabled', 'yes']);
    await using stack = new AsyncDisposableStack();
    const pod = stack.use(new LimitPod(redisAt(redis.port), limits));
    await pod.down();
    await delay(300);
    assert.match(pod.sharing.state.reason, /Redis Cluster/);
    assert.equal(await pod.admitted(1), 1);
  });
});

test('an ACL user needs no more than the documented rights', async () => {
  const rights =
    '~simpul:uji:* resetchannels -@all +info +evalsha +eval +time +get +set +hmget +hget +hgetall +hlen +hset +hdel +pexpireat +zadd +zscore +zremrangebyscore +zcard +zrem';
  await using redis = await aRedis([
    ...`--user gerbang on >rahasia ${rights}`.split(' '),
    ...'--user default off'.split(' '),
  ]);
  await using stack = new AsyncDisposableStack();
  const limits = [aLimit({ requests: 5, burst: 4 })];
  const source = { level: 'api', owner: 'banten/situs', label: 'the API' } as const;
  const login = { username: 'gerbang', password: 'rahasia' };
  const pod = stack.use(new LimitPod(redisAt(redis.port, login), limits));
  await pod.up();
  assert.equal(await pod.admitted(9), 4);
  const slots = buildLimits(pod.pool, source, [{ id: 'a', concurrent: 2, by: 'Total' }]).slots;
  const deps = { store: pod.pool.slotStore, clock: systemClock, keys: nobody, onBadCondition: () => undefined };
  const admission = new SlotAdmission(deps);
  admission.addRules(slots);
  assert.equal(await admission.admit(), null);
  assert.equal(admission.isOwnJudgement, false);
  const connection = await new Promise<RedisConnection>((resolve) => {
    const made: RedisConnection = new RedisConnection(redisAt(redis.port, login), {
      onConnected: () => resolve(made),
      onLost: () => undefined,
    });
  });
  stack.defer(() => connection.close());
  const [last, hour] = ['simpul:uji:usage:by:x', 'simpul:uji:usage:1'];
  const flush = [1, 'other', Date.now(), 'name', 1, 0, 0, 0, 0, 0, 0];
  assert.equal(await connection.run(addUsageScript, [last, hour], flush), 1);
  assert.deepEqual(await connection.run(readUsageScript, [hour], []), [['name', '1 0 0 0 0 0 0']]);
  const foreign = stack.use(new LimitPod(redisAt(redis.port, { ...login, keyPrefix: 'simpul:lain:' }), limits));
  await delay(3500);
  assert.equal(foreign.sharing.state.mode, 'Down');
  assert.match(foreign.sharing.state.reason, /NOPERM|No permissions/i);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CompiledConcurrencyLimit } from '#api/compiled/limit.ts';
import { aRedis, type TestRedis } from '#tools/testing/redis.ts';
import { systemClock } from '../clock.ts';
import { LimitPod, nobody, redisAt } from '../testing/limit-pod.ts';
import { buildLimits, type Limits } from './rule.ts';
import { releaseSlots, SlotAdmission, type SlotDenial } from './slot-admission.ts';

/** One gateway pod's limits over calls at the same time, without its HTTP. */
class SlotPod implements AsyncDisposable {
  readonly pod: LimitPod;
  readonly #limits: Limits;
  readonly #running: SlotAdmission[] = [];

  constructor(redis: TestRedis, limits: readonly CompiledConcurrencyLimit[], pods: number) {
    this.pod = new LimitPod(redisAt(redis.port, { pods }), []);
    const source = { level: 'api', owner: 'banten/situs', label: 'the API' } as const;
    this.#limits = buildLimits(this.pod.pool, source, limits);
  }

  async begin(clientIp = nobody.clientIp): Promise<SlotDenial | null> {
    const store = this.pod.pool.slotStore;
    const admission = new SlotAdmission({
      store,
      clock: systemClock,
      keys: { ...nobody, clientIp },
      onBadCondition: () => undefined,
    });
    admission.addRules(this.#limits.slots);
    const denial = await admission.admit();
    if (denial === null) this.#running.push(admission);
    return denial;
  }

  /** How many of so many calls, all at once, may run. */
  async begun(calls: number, clientIp?: string): Promise<number> {
    const verdicts = await Promise.all(Array.from({ length: calls }, () => this.begin(clientIp)));
    return verdicts.filter((verdict) => verdict === null).length;
  }

  get running(): number {
    return this.#running.length;
  }

  end(calls = this.#running.length): void {
    for (const admission of this.#running.splice(0, calls)) releaseSlots(admission.counters);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pod[Symbol.asyncDispose]();
  }
}

async function podsOn(stack: AsyncDisposableStack, redis: TestRedis, limit: CompiledConcurrencyLimit, count: number) {
  const pods = Array.from({ length: count }, () => stack.use(new SlotPod(redis, [limit], count)));
  await Promise.all(pods.map(({ pod }) => pod.up()));
  return pods;
}

function atOnce(concurrent: number, change: Partial<CompiledConcurrencyLimit> = {}): CompiledConcurrencyLimit {
  return { id: 'total-concurrent', concurrent, by: 'Total', ...change };
}

function runningOn(pods: readonly SlotPod[]): number {
  return pods.reduce((sum, { running }) => sum + running, 0);
}

for (const count of [1, 3, 10]) {
  test(`${count} pods under random calls: never more than the limit, and all of it can be used`, async () => {
    await using redis = await aRedis();
    await using stack = new AsyncDisposableStack();
    const pods = await podsOn(stack, redis, atOnce(20), count);
    let most = 0;
    for (let round = 0; round < 40; round++) {
      await Promise.all(
        pods.map(async (pod) => {
          await pod.begun(Math.floor(Math.random() * 12));
          most = Math.max(most, runningOn(pods));
          pod.end(Math.floor(Math.random() * 12));
        }),
      );
    }
    assert.ok(most <= 20, `${most}`);
    for (const pod of pods) pod.end();
    await delay(300); // idle slots go back
    assert.equal(await (pods[0] ?? assert.fail()).begun(50), 20);
  });
}

test('a pod that ends lets go of its slots', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const [one = assert.fail(), two = assert.fail()] = await podsOn(stack, redis, atOnce(10), 2);
  assert.equal(await one.begun(10), 10);
  assert.equal(await two.begun(1), 0);
  await one.pod.sharing.close();
  await delay(50);
  assert.equal(await two.begun(20), 10);
});

test('slots of a pod that gave no sign for 5 s are free', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const [one = assert.fail()] = await podsOn(stack, redis, atOnce(10), 1);
  assert.equal(await one.begun(2), 2);
  const key = /simpul:uji:slots:\S+/.exec(await redis.command('KEYS simpul:uji:slots:*'))?.[0];
  const seconds = Number(/\r\n(\d{10})\r\n/.exec(await redis.command('TIME'))?.[1]);
  await redis.command(`ZADD simpul:uji:pods ${seconds * 1000} dead`);
  await redis.command(`HSET ${key} dead 8`);
  assert.equal(await one.begun(1), 0);
  await delay(6500);
  assert.equal(await one.begun(20), 8);
  assert.match(await redis.command(`HEXISTS ${key} dead`), /:0/, 'nothing is left of it');
});

test('a refused call holds no slot that another pod could use', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const limits = [atOnce(1), atOnce(1, { id: 'each', by: 'ClientIP' })];
  const [one, two] = Array.from({ length: 2 }, () => stack.use(new SlotPod(redis, limits, 2)));
  if (one === undefined || two === undefined) assert.fail();
  await Promise.all([one.pod.up(), two.pod.up()]);
  assert.equal(await one.begun(1, '192.0.2.1'), 1);
  assert.equal(await two.begun(1, '192.0.2.2'), 0);
  one.end();
  assert.equal(await one.begun(1, '192.0.2.2'), 1);
});

test('a flood of refused calls asks Redis for little', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const [pod = assert.fail()] = await podsOn(stack, redis, atOnce(1), 1);
  assert.equal(await pod.begun(1), 1);
  const before = await scripts(redis);
  const until = performance.now() + 300;
  let refused = 0;
  for (; performance.now() < until; refused++) assert.equal((await pod.begin())?.by, 'slots');
  const asked = (await scripts(redis)) - before;
  assert.ok(asked < 30, `${asked} times for ${refused} calls`);
});

test('Redis loses everything: it is told again within a second what is under way', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const [one = assert.fail(), two = assert.fail()] = await podsOn(stack, redis, atOnce(10), 2);
  assert.equal(await one.begun(7), 7);
  await redis.command('FLUSHALL');
  await delay(1500);
  assert.equal(await two.begun(10), 3);
});

test('Redis away: each pod allows its share, or what it has leased', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const pods = await podsOn(stack, redis, atOnce(10), 2);
  const strict = await podsOn(stack, redis, atOnce(10, { id: 'strict', onRedisFailure: 'Deny' }), 1);
  await delay(1200); // heartbeats: there are three pods now
  assert.equal(await (strict[0] ?? assert.fail()).begun(4), 4);
  await redis.kill();
  await Promise.all([...pods, ...strict].map(({ pod }) => pod.down()));
  const shares = await Promise.all(pods.map((pod) => pod.begun(10)));
  assert.deepEqual(shares, [3, 3]);
  assert.equal((await strict[0]?.begin())?.by, 'store');
  await redis.start();
  await Promise.all(pods.map(({ pod }) => pod.up()));
  await delay(1500);
  const more = await Promise.all(pods.map((pod) => pod.begun(10)));
  assert.equal(more.reduce((sum, n) => sum + n, 0) + 6, 10);
});

test('callers that are refused leave nothing behind', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const limits = [atOnce(2), atOnce(5, { id: 'each', by: 'ClientIP' })];
  const pod = stack.use(new SlotPod(redis, limits, 1));
  await pod.pod.up();
  assert.equal(await pod.begun(3, '192.0.2.1'), 2);
  for (let i = 0; i < 500; i++) assert.equal(await pod.begun(1, `198.51.100.${i}`), 0);
  pod.end();
  await delay(400);
  assert.equal(pod.pod.pool.slots.size, 0);
});

test('a steady load asks Redis for little', async () => {
  await using redis = await aRedis();
  await using stack = new AsyncDisposableStack();
  const [pod = assert.fail()] = await podsOn(stack, redis, atOnce(100), 1);
  await pod.begun(10);
  const before = await scripts(redis);
  for (let i = 0; i < 300; i++) {
    pod.end(1);
    await pod.begun(1);
    await delay(1);
  }
  assert.ok((await scripts(redis)) - before < 60, `${(await scripts(redis)) - before}`);
});

async function scripts(redis: TestRedis): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.command('INFO commandstats'))?.[1]);
}

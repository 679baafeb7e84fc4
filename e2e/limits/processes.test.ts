import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Compiled } from '#api/compiled/contract.ts';
import type { CompiledLimit } from '#api/compiled/limit.ts';
import { aGateway, aLimit, anApi, aTenant } from '#gateway/testing/compiled.ts';
import { redisAt } from '#gateway/testing/limit-pod.ts';
import { aBackend, backendAt } from '#gateway/testing/test-backend.ts';
import { aRedis, type TestRedis } from '#tools/testing/redis.ts';
import { flapping, offer, Pod, type Shape, skewed, uniform } from './fleet.ts';

/** `make limits` offers ten times as much, for longer. */
const factor = process.env['SIMPUL_LONG'] === '1' ? 10 : 1;
const all = [1, 3, 10].flatMap((count) => [uniform, skewed, flapping].map((shape) => ({ count, shape })));
/** What every run of the tests has time for; `make limits` has it for all. */
const some: readonly { readonly count: number; readonly shape: Shape }[] = [
  { count: 1, shape: uniform },
  { count: 3, shape: skewed },
  { count: 10, shape: flapping },
];
const path = '/situs';

class Fleet implements AsyncDisposable {
  readonly redis: TestRedis;
  readonly pods: readonly Pod[];
  readonly #stack: AsyncDisposableStack;

  private constructor(redis: TestRedis, pods: readonly Pod[], stack: AsyncDisposableStack) {
    this.redis = redis;
    this.pods = pods;
    this.#stack = stack;
  }

  /** Every second pod's clocks are wrong, by 5 s. */
  static async start(count: number, limit: CompiledLimit): Promise<Fleet> {
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await aRedis());
    const backend = stack.use(await aBackend((_request, response) => response.end()));
    const objects: Compiled[] = [
      aGateway({ redis: redisAt(redis.port, { pods: count }) }),
      aTenant(),
      anApi({ basePath: path, backend: backendAt(backend.url), limits: [limit] }),
    ];
    const clocks = Array.from({ length: count }, (_, i) => [0, 5000, -5000][i % 3] ?? 0);
    const pods = await Promise.all(clocks.map((ms) => Pod.start(objects, ms)));
    for (const pod of pods) stack.use(pod);
    const fleet = new Fleet(redis, pods, stack.move());
    await fleet.sharing();
    return fleet;
  }

  /** Waits until all pods count in Redis. */
  async sharing(): Promise<void> {
    for (const pod of this.pods) {
      while ((await pod.metric('simpul_gateway_limit_store_up')) !== 1) await delay(50);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

suite('real gateway processes admit at most the limit, and 95 % of it', () => {
  for (const { count, shape } of factor > 1 ? all : some) {
    test(`${count} pods, ${shape.name}`, async () => {
      const requests = 200 * factor;
      await using fleet = await Fleet.start(count, aLimit({ requests, per: 'Hour' }));
      const seconds = 2 * factor;
      const tally = await offer(fleet.pods, { path, rate: (requests * 1.6) / seconds, seconds, shape });
      assert.equal(tally.failed, 0);
      assert.ok(tally.admitted <= requests && tally.admitted >= requests * 0.95, JSON.stringify(tally));
    });
  }
});

test('a pod is killed and Redis is flushed: still at most the limit', async () => {
  const requests = 300 * factor;
  await using fleet = await Fleet.start(3, aLimit({ requests, per: 'Day' }));
  const [first, ...others] = fleet.pods;
  const load = { path, rate: 100, seconds: 1 * factor, shape: uniform };
  const before = await offer(fleet.pods, load);
  first?.kill();
  await fleet.redis.command('FLUSHALL');
  await delay(2500); // each of the others tells what it knows
  const after = await offer(others, { ...load, rate: requests / (2 * factor), seconds: 3 * factor });
  const admitted = before.admitted + after.admitted;
  assert.ok(admitted <= requests && admitted >= requests * 0.8, JSON.stringify([before, after]));
});

test('Redis is killed under load: no call fails or waits long, and the bound holds', async () => {
  const requests = 300 * factor;
  await using fleet = await Fleet.start(3, aLimit({ requests, per: 'Hour' }));
  const load = offer(fleet.pods, { path, rate: 250, seconds: 3 * factor, shape: skewed });
  await delay(700);
  await fleet.redis.kill();
  const tally = await load;
  assert.equal(tally.failed, 0);
  assert.ok(tally.admitted <= requests * (2 - 1 / 3), JSON.stringify(tally));
  await fleet.redis.start();
  await fleet.sharing();
});

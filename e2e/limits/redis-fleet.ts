import { setTimeout as delay } from 'node:timers/promises';
import type { Compiled, CompiledRedis } from '#api/compiled/contract.ts';
import type { CompiledLimit } from '#api/compiled/limit.ts';
import { aGateway, anApi, aTenant } from '#gateway/testing/compiled.ts';
import { redisAt } from '#gateway/testing/limit-pod.ts';
import { aBackend, backendAt } from '#gateway/testing/test-backend.ts';
import { aRedis, type TestRedis } from '#tools/testing/redis.ts';
import { Pod } from './fleet.ts';

/** `make limits` offers ten times as much, for longer. */
export const factor = process.env['SIMPUL_LONG'] === '1' ? 10 : 1;
export const path = '/situs';

export interface Watched {
  readonly redis: TestRedis;
  readonly config: CompiledRedis;
}

/** Gateway processes that share one Redis, and a backend. */
export class Fleet implements AsyncDisposable {
  readonly redis: TestRedis;
  readonly pods: readonly Pod[];
  readonly #stack: AsyncDisposableStack;

  private constructor(redis: TestRedis, pods: readonly Pod[], stack: AsyncDisposableStack) {
    this.redis = redis;
    this.pods = pods;
    this.#stack = stack;
  }

  /** Two of three pods' clocks are wrong, by 5 s. `watched`: a Redis with Sentinels, which whoever started it ends. */
  static async start(count: number, limit: CompiledLimit, watched?: Watched): Promise<Fleet> {
    await using stack = new AsyncDisposableStack();
    const redis = watched?.redis ?? stack.use(await aRedis());
    const config = watched?.config ?? redisAt(redis.port);
    const backend = stack.use(await aBackend((_request, response) => response.end()));
    const objects: Compiled[] = [
      aGateway({ redis: { ...config, pods: count } }),
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

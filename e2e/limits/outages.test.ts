import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { aLimit } from '#gateway/testing/compiled.ts';
import { redisAt } from '#gateway/testing/limit-pod.ts';
import { offer, uniform } from './fleet.ts';
import { Fleet, factor, path, type Watched } from './redis-fleet.ts';
import { watchedRedis } from './sentinel.ts';

/** What happens to Redis in the middle of a window, and what may then be admitted in it. */
interface Fault {
  readonly name: string;
  readonly happen: (fleet: Fleet, watched: Watched | undefined) => Promise<unknown>;
  /** Most calls in the window. `rate`: calls offered in a second. */
  readonly bound: (limit: number, pods: number, rate: number) => number;
}

const oneShareMore = (limit: number, pods: number) => limit * (2 - 1 / pods);

const faults: readonly Fault[] = [
  { name: 'killed', happen: ({ redis }) => redis.kill(), bound: oneShareMore },
  {
    name: 'killed and started empty',
    happen: async ({ redis }) => {
      await redis.kill();
      await redis.start();
    },
    bound: oneShareMore,
  },
  {
    name: 'hung for 2 s',
    happen: async ({ redis }) => {
      redis.pause();
      await delay(2000);
      redis.resume();
    },
    bound: oneShareMore,
  },
  {
    name: 'flushed',
    happen: ({ redis }) => redis.command('FLUSHALL'),
    bound: (limit, _pods, rate) => limit + rate,
  },
  {
    name: 'failed over',
    happen: (_fleet, watched) => watched?.redis.kill() ?? Promise.resolve(),
    bound: oneShareMore,
  },
];

/** Offers twice the limit over a part of its window, with the fault when a third of the limit is used. */
suite('what is admitted in the window in which Redis fails', () => {
  const counts = factor > 1 ? [1, 3, 10] : [3];
  for (const fault of faults) {
    for (const pods of counts) {
      test(`${fault.name}, ${pods} pods`, async (t) => {
        await using stack = new AsyncDisposableStack();
        const watched = fault.name === 'failed over' ? await aWatched(stack) : undefined;
        const limit = 200 * Math.min(factor, 5);
        const seconds = 6;
        const rate = (2 * limit) / seconds;
        await using fleet = await Fleet.start(pods, aLimit({ requests: limit, per: 'Hour' }), watched);
        const load = offer(fleet.pods, { path, rate, seconds, shape: uniform });
        await delay((limit / 3 / rate) * 1000);
        await fault.happen(fleet, watched);
        const { admitted, failed, slowestMs } = await load;
        const bound = Math.floor(fault.bound(limit, pods, rate));
        t.diagnostic(
          `${fault.name}, ${pods} pods: ${admitted} of ${limit} (bound ${bound}), ${failed} failed, slowest ${Math.round(slowestMs)} ms`,
        );
        assert.equal(failed, 0);
        assert.ok(admitted <= bound, `${admitted} of ${limit}, at most ${bound}`);
        assert.ok(admitted >= limit / pods, 'calls go on');
      });
    }
  }
});

async function aWatched(stack: AsyncDisposableStack): Promise<Watched> {
  const { master, sentinel } = await watchedRedis(stack);
  return { redis: master, config: redisAt(sentinel.port, { sentinel: { masterName: 'simpul' } }) };
}

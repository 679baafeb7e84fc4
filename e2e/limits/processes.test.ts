import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { aLimit } from '#gateway/testing/compiled.ts';
import { flapping, offer, type Shape, skewed, uniform } from './fleet.ts';
import { Fleet, factor, path } from './redis-fleet.ts';

const all = [1, 3, 10].flatMap((count) => [uniform, skewed, flapping].map((shape) => ({ count, shape })));
/** What every run of the tests has time for; `make limits` has it for all. */
const some: readonly { readonly count: number; readonly shape: Shape }[] = [
  { count: 1, shape: uniform },
  { count: 3, shape: skewed },
  { count: 10, shape: flapping },
];
suite('real gateway processes admit at most the limit, and 95 % of it', () => {
  for (const { count, shape } of factor > 1 ? all : some) {
    test(`${count} pods, ${shape.name}`, async (t) => {
      const requests = 200 * factor;
      await using fleet = await Fleet.start(count, aLimit({ requests, per: 'Hour' }));
      const seconds = 2 * factor;
      const tally = await offer(fleet.pods, { path, rate: (requests * 1.6) / seconds, seconds, shape });
      t.diagnostic(`${count} pods, ${shape.name}: ${tally.admitted} of ${requests} admitted, ${tally.offered} offered`);
      assert.equal(tally.failed, 0);
      assert.ok(tally.admitted <= requests && tally.admitted >= requests * 0.95, JSON.stringify(tally));
    });
  }
});

test('a pod is killed and Redis is flushed: at most the limit, and what the dead pod leased last', async () => {
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
  // Its last leases are known to nobody: at its rate some two tokens each.
  const unknown = 6;
  assert.ok(admitted <= requests + unknown && admitted >= requests * 0.8, JSON.stringify([before, after]));
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

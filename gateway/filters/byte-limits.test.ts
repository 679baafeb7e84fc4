import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CompiledApiService } from '#api/compiled/contract.ts';
import type { CompiledByteLimit } from '#api/compiled/limit.ts';
import { aRedis } from '#tools/testing/redis.ts';
import type { Gateway } from '../gateway.ts';
import { aGateway, anApi, aTenant } from '../testing/compiled.ts';
import { redisAt } from '../testing/limit-pod.ts';
import { aBackend, backendAt } from '../testing/test-backend.ts';
import { aRunningGateway, call, codeOf } from '../testing/test-gateway.ts';

const path = '/banten/situs/v1';
const kib = 1024;

function quota(change: Partial<CompiledByteLimit> = {}): CompiledByteLimit {
  return { id: 'total-hour-bytes', bytes: 100 * kib, per: 'Hour', by: 'Total', ...change };
}

/** Answers with as many bytes as `?size=` says. */
async function aWorld(limits: CompiledApiService['limits'], pods = 0) {
  const stack = new AsyncDisposableStack();
  const backend = stack.use(
    await aBackend((request, response) => {
      response.end(Buffer.alloc(Number(new URL(request.url ?? '', 'http://a').searchParams.get('size'))));
    }),
  );
  const redis = pods === 0 ? null : stack.use(await aRedis());
  const gateway = redis === null ? aGateway() : aGateway({ redis: redisAt(redis.port, { pods }) });
  const objects = [gateway, aTenant(), anApi({ backend: backendAt(backend.url, { timeoutMs: 60_000 }), limits })];
  const all = await Promise.all(Array.from({ length: Math.max(1, pods) }, () => aRunningGateway(objects)));
  for (const gw of all) {
    stack.use(gw);
    if (redis !== null) await sharing(gw.gateway, pods);
  }
  const get = (size: number, pod = 0, caller = '') =>
    call(all[pod]?.port ?? 0, `${path}?size=${size}`, { headers: { 'x-caller': caller } });
  const stop = () => void stack.disposeAsync();
  return { get, stop, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Waits until it counts in Redis, and knows all others. */
async function sharing(gateway: Gateway, pods: number): Promise<void> {
  const known = async () => {
    gateway.refreshMetrics();
    const up = (await gateway.metrics.limitStoreUp.get()).values[0]?.value === 1;
    return up && (await gateway.metrics.limitPods.get()).values[0]?.value === pods;
  };
  while (!(await known())) await delay(10);
}

suite('a quota of bytes', () => {
  for (const pods of [0, 1]) {
    const where = pods === 0 ? 'in memory' : 'in Redis';
    test(`${where}: the answer that passes it is the last`, async () => {
      await using it = await aWorld([quota()], pods);
      const first = await it.get(60 * kib);
      assert.equal(first.headers['ratelimit-policy'], '"api.total-hour-bytes";q=102400;w=3600;qu="content-bytes"');
      const second = await it.get(60 * kib);
      assert.deepEqual([first.text.length, second.text.length], [60 * kib, 60 * kib]);
      if (pods > 0) await delay(100);
      const third = await it.get(1);
      assert.equal(third.status, 429);
      assert.equal(codeOf(third), 'GW_RATE_LIMITED');
      assert.match(third.text, /102400 bytes per Hour/);
    });
  }

  test('pods count together: one answer of each beyond it at most', async () => {
    await using it = await aWorld([quota({ bytes: 1000 * kib })], 3);
    let sent = 0;
    for (let i = 0; i < 100; i++) {
      const answer = await it.get(30 * kib, i % 3);
      if (answer.status === 200) sent += answer.text.length;
      await delay(5);
    }
    // One that another pod has sent a moment ago may not have been told by then.
    assert.ok(sent >= 970 * kib && sent <= (1000 + 3 * 30) * kib, `${sent / kib} KiB of 1000`);
  });

  test('what one pod has sent counts on the others, although it sends no more', async () => {
    await using it = await aWorld([quota()], 2);
    assert.equal((await it.get(100 * kib, 0)).status, 200);
    while ((await it.get(1, 1)).status !== 429) await delay(20);
  });

  test('calls and bytes are counted apart', async () => {
    const calls = { id: 'x', requests: 2, per: 'Hour' as const, by: 'Total' as const };
    await using it = await aWorld([calls, quota({ id: 'y', bytes: 5 })]);
    assert.equal((await it.get(4)).status, 200);
    assert.equal((await it.get(4)).status, 200);
    assert.match((await it.get(4)).text, /2 requests per Hour/);
  });
});

suite('a bandwidth', () => {
  test('slows down a large answer, and refuses none', async () => {
    await using it = await aWorld([quota({ bytes: 200 * kib, per: 'Second' })]);
    const began = performance.now();
    const answer = await it.get(300 * kib);
    const seconds = (performance.now() - began) / 1000;
    assert.equal(answer.text.length, 300 * kib);
    // 20 KiB go at once, and the last piece, of at most 64 KiB, without waiting for itself.
    assert.ok(seconds >= (300 - 20 - 64) / 200 - 0.1 && seconds < 4, `${seconds} s`);
  });

  test('holds for small answers of many calls together', async () => {
    await using it = await aWorld([quota({ bytes: 100 * kib, per: 'Second' })]);
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 20 }, () => it.get(10 * kib)));
    const seconds = (performance.now() - began) / 1000;
    assert.ok(answers.every(({ status, text }) => status === 200 && text.length === 10 * kib));
    assert.ok(seconds >= (200 - 10 - 10) / 100 - 0.2 && seconds < 5, `${seconds} s`);
  });

  test('is shared out among the pods', async () => {
    await using it = await aWorld([quota({ bytes: 200 * kib, per: 'Second' })], 2);
    const began = performance.now();
    await Promise.all([it.get(200 * kib, 0), it.get(200 * kib, 1)]);
    const seconds = (performance.now() - began) / 1000;
    assert.ok(seconds >= (200 - 10 - 64) / 100 - 0.1 && seconds < 6, `${seconds} s`);
  });

  test('counts apart by caller: another one is not slowed down', async () => {
    await using it = await aWorld([quota({ bytes: 10 * kib, per: 'Second', by: 'Header', header: 'x-caller' })]);
    let isOver = false;
    const slow = it.get(200 * kib, 0, 'a').then(
      () => (isOver = true),
      () => undefined,
    );
    for (let i = 0; i < 5; i++) assert.equal((await it.get(1 * kib, 0, `b${i}`)).status, 200);
    assert.equal(isOver, false, 'the slow one takes some 20 s');
    it.stop();
    await slow;
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { aRedis } from '#tools/testing/redis.ts';
import { redisAt } from '../testing/limit-pod.ts';
import { until } from '../testing/test-gateway.ts';
import { RedisConnection } from './redis-connection.ts';
import { script } from './script.ts';

const ping = script("return 'pong'");

test('connects again when ioredis has given up for good', async () => {
  await using server = await aRedis();
  const opened: Redis[] = [];
  const events: string[] = [];
  const connection = new RedisConnection(
    redisAt(server.port),
    { onConnected: () => events.push('connected'), onLost: () => events.push('lost') },
    (options) => {
      const redis = new Redis(options);
      opened.push(redis);
      return redis;
    },
  );
  await until(() => events.includes('connected'));
  const [redis] = opened;
  for (let time = 1; time <= 3; time++) {
    const ended = new Promise((resolve) => redis?.once('end', resolve));
    redis?.disconnect(); // as it does itself when it will not connect again
    await ended;
    await until(() => events.filter((event) => event === 'connected').length === time + 1);
    assert.equal(await connection.run(ping, [], []), 'pong');
  }
  connection.close();
  await until(() => redis?.status === 'end');
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(redis?.status, 'end', 'one that was closed stays so');
});

import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { aRedis, TestRedis } from '#tools/testing/redis.ts';

export interface WatchedRedis {
  readonly master: TestRedis;
  readonly replica: TestRedis;
  readonly sentinel: TestRedis;
}

/** What Redis wants, and what the Sentinel wants. */
export interface Passwords {
  readonly redis?: string;
  readonly sentinel?: string;
}

/** A master with a replica, watched by a Sentinel under the name `simpul`. */
export async function watchedRedis(stack: AsyncDisposableStack, passwords: Passwords = {}): Promise<WatchedRedis> {
  const { redis: password } = passwords;
  const secured = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
  const master = stack.use(await aRedis(secured));
  const replica = stack.use(await aRedis(['--replicaof', '127.0.0.1', String(master.port), ...secured]));
  const login = password === undefined ? '' : `AUTH ${password}\r\n`;
  await eventually('the replica follows', async () =>
    (await replica.command(`${login}INFO replication`)).includes('master_link_status:up'),
  );
  const ownLogin = passwords.sentinel === undefined ? '' : `AUTH ${passwords.sentinel}\r\n`;
  const sentinel = stack.use(await aSentinel(master.port, passwords));
  await eventually('the Sentinel knows the replica', async () =>
    (await sentinel.command(`${ownLogin}SENTINEL replicas simpul`)).includes(String(replica.port)),
  );
  return { master, replica, sentinel };
}

export async function eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (!(await condition().catch(() => false))) {
    assert.ok(performance.now() < deadline, what);
    await delay(100);
  }
}

async function aSentinel(master: number, { redis: password, sentinel: own }: Passwords): Promise<TestRedis> {
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'simpul-sentinel-'));
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor simpul 127.0.0.1 ${master} 1`,
    ...(password === undefined ? [] : [`sentinel auth-pass simpul ${password}`]),
    ...(own === undefined ? [] : [`requirepass ${own}`]),
    'sentinel down-after-milliseconds simpul 500',
    'sentinel failover-timeout simpul 3000',
  ];
  await writeFile(join(folder, 'sentinel.conf'), `${lines.join('\n')}\n`);
  const sentinel = new TestRedis(port, folder, 'redis-sentinel', [join(folder, 'sentinel.conf')]);
  await sentinel.start();
  return sentinel;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aRedis, type TestRedis } from '#tools/testing/redis.ts';
import { Exchange, type RequestHead } from '../exchange.ts';
import type { ScriptRunner } from '../limits/limit-store.ts';
import { RedisConnection } from '../limits/redis-connection.ts';
import { redisAt } from '../testing/limit-pod.ts';
import { quietLog } from '../testing/test-gateway.ts';
import { UsageKeeper } from './usage-keeper.ts';
import { maxCellsPerHour } from './usage-script.ts';
import { UsageTable } from './usage-table.ts';

const hour = 3_600_000;
const now = 500_000 * hour + 60_000;
const always = { from: 0, until: Number.MAX_SAFE_INTEGER };
const keyPrefix = 'simpul:uji:';

/** Counts as one process does. `runner`: instead of its own connection. */
class Process implements AsyncDisposable {
  readonly table = new UsageTable();
  readonly keeper: UsageKeeper;
  readonly #connection: RedisConnection;
  readonly #used: ScriptRunner;

  private constructor(connection: RedisConnection, used: ScriptRunner) {
    const clock = { now: () => now, steady: () => performance.now() };
    this.keeper = new UsageKeeper({ table: this.table, clock, log: quietLog });
    this.#connection = connection;
    this.#used = used;
    this.keeper.use({ runner: used, keyPrefix });
  }

  static async on(redis: TestRedis, wrap: (runner: ScriptRunner) => ScriptRunner = (same) => same): Promise<Process> {
    const runner = await new Promise<RedisConnection>((resolve) => {
      const connection: RedisConnection = new RedisConnection(redisAt(redis.port), {
        onConnected: () => resolve(connection),
        onLost: () => undefined,
      });
    });
    return new Process(runner, wrap(runner));
  }

  count(calls: number, api = 'banten/situs', time = now): void {
    for (let i = 0; i < calls; i++) {
      const head = { method: 'GET', target: '/', memory: {}, connectionNames: [], link: {}, time };
      const exchange = new Exchange(head as unknown as RequestHead, {} as never);
      exchange.api = { id: api, tenantId: 'banten', canary: null } as never;
      exchange.status = 200;
      exchange.bytesOut = 10;
      this.table.count(exchange);
    }
  }

  countVersion(calls: number, canary: object, variant: object | null): void {
    for (let i = 0; i < calls; i++) {
      const head = { method: 'GET', target: '/', memory: {}, connectionNames: [], link: {}, time: now };
      const exchange = new Exchange(head as unknown as RequestHead, {} as never);
      exchange.api = { id: 'banten/situs', tenantId: 'banten', version: '1.0.0', logText: 'situs', canary } as never;
      exchange.variant = variant as never;
      exchange.status = 200;
      this.table.count(exchange);
    }
  }

  async calls(period = always): Promise<number> {
    const { rows } = await this.keeper.report('simpul-system/public', period);
    return rows.reduce((sum, row) => sum + row.calls, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.keeper.leave(this.#used);
    this.#connection.close();
  }
}

test('what processes have counted adds up, and outlives them', async () => {
  await using redis = await aRedis();
  await using two = await Process.on(redis);
  two.count(5);
  {
    await using one = await Process.on(redis);
    one.count(3);
    await one.keeper.flush();
    one.count(4);
  } // it ends in order: the last counts too
  await two.keeper.flush();
  two.count(2);
  await using third = await Process.on(redis);
  await two.keeper.flush();
  const report = await third.keeper.report('simpul-system/public', always);
  assert.equal(report.countedIn, 'Redis');
  const [row] = report.rows;
  assert.deepEqual([report.rows.length, row?.calls, row?.success, row?.bytesOut], [1, 14, 14, 140]);
  assert.equal(row?.hour, new Date(500_000 * hour).toISOString());
  assert.deepEqual([row?.tenant, row?.api, row?.plan], ['banten', 'banten/situs', '']);
});

test('versions of an API with a canary are told apart; the name of all else stays as it was', async () => {
  await using redis = await aRedis();
  await using it = await Process.on(redis);
  it.count(2);
  const canary = { variant: { version: '2.0.0', logText: 'situs 2.0.0' } };
  it.countVersion(3, canary, null);
  it.countVersion(4, canary, canary.variant);
  const { rows } = await it.keeper.report('simpul-system/public', always);
  const versions = rows.map(({ version, calls }) => [version, calls]).sort();
  assert.deepEqual(versions, [
    ['', 2],
    ['1.0.0', 3],
    ['2.0.0', 4],
  ]);
  const names = await redis.command(`HKEYS ${keyPrefix}usage:500000`);
  assert.match(names, /\["banten","banten\/situs","","",""\]/);
});

test('a flush whose answer was lost is sent again, and counts once', async () => {
  await using redis = await aRedis();
  let losing = true;
  const deaf = (runner: ScriptRunner): ScriptRunner => ({
    run: async (...what) => {
      const answer = await runner.run(...what);
      if (losing) throw new TypeError('the answer is lost');
      return answer;
    },
    forget: () => Promise.resolve(),
    close: () => undefined,
  });
  await using it = await Process.on(redis, deaf);
  it.count(3);
  for (let i = 0; i < 3; i++) await it.keeper.flush();
  it.count(2); // comes with the next flush, not with the repeated one
  await it.keeper.flush();
  losing = false;
  await it.keeper.flush();
  await it.keeper.flush();
  await using other = await Process.on(redis);
  assert.equal(await other.calls(), 5);
});

test('a Redis that lost everything is told again what this process has counted', async () => {
  await using redis = await aRedis();
  await using it = await Process.on(redis);
  it.count(3);
  await it.keeper.flush();
  it.count(1);
  await it.keeper.flush();
  await redis.command('FLUSHALL');
  it.count(1);
  assert.equal(await it.calls(), 5);
  assert.equal(await it.calls(), 5);
});

test('without an answer of Redis the report has what this process has counted', async () => {
  await using redis = await aRedis();
  await using it = await Process.on(redis);
  it.count(3);
  await it.keeper.flush();
  await redis.kill();
  it.count(4);
  const { countedIn, rows } = await it.keeper.report('simpul-system/public', always);
  assert.deepEqual([countedIn, rows[0]?.calls], ['Memory', 7]);
});

test('only the hours that begin in the period', async () => {
  await using redis = await aRedis();
  await using it = await Process.on(redis);
  for (const [calls, back] of [
    [1, 0],
    [2, 1],
    [4, 30],
  ] as const) {
    it.count(calls, 'banten/situs', now - back * hour);
  }
  assert.equal(await it.calls(), 7);
  assert.equal(await it.calls({ from: 499_999 * hour, until: always.until }), 3);
  assert.equal(await it.calls({ from: 499_999 * hour, until: 500_000 * hour }), 2);
  assert.equal(await it.calls({ from: 0, until: 499_990 * hour }), 4);
});

test('more combinations than there is room for in an hour count together', async () => {
  await using redis = await aRedis();
  await using it = await Process.on(redis);
  for (let i = 0; i < maxCellsPerHour + 300; i++) it.count(1, `banten/${i}`);
  const { rows } = await it.keeper.report('simpul-system/public', always);
  assert.ok(rows.length <= maxCellsPerHour + 1);
  assert.equal(
    rows.reduce((sum, { calls }) => sum + calls, 0),
    maxCellsPerHour + 300,
  );
  assert.ok((rows.find(({ api }) => api === '_other')?.calls ?? 0) >= 299);
});

test('hours are forgotten after 31 days', async () => {
  await using redis = await aRedis();
  await using it = await Process.on(redis);
  const recent = Date.now();
  it.count(1, 'banten/situs', recent);
  await it.keeper.flush();
  const key = `${keyPrefix}usage:${Math.floor(recent / hour)}`;
  const left = Number(/:(\d+)/.exec(await redis.command(`TTL ${key}`))?.[1]) / 86_400;
  assert.ok(left > 30.9 && left < 31.1, `${left} days`);
});

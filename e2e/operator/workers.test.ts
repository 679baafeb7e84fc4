import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { leaseAnnotations } from '#api/compiled/lease.ts';
import { coreKinds } from '#api/kinds.ts';
import type { GatewayProgram } from './gateway-program.ts';
import { Installation } from './harness.ts';
import { apiGateway, apiService, tenant } from './objects.ts';
import { until } from './waiting.ts';

describe('a gateway with two workers', () => {
  let installation: Installation;
  let gateway: GatewayProgram;
  let calls = 0;

  before(async () => {
    installation = await Installation.start();
    await installation.startOperator();
    await installation.apply(apiGateway('public', { drainDelay: '1s' }), tenant('banten', { paths: ['/banten'] }));
    await installation.untilNamespace('banten');
    const first = apiService('banten', 'first', { backendUrl: installation.backend });
    await installation.apply(first);
    gateway = await installation.startGateway('public-1', { workers: 2 });
    await installation.untilReady(first);
  });
  after(async () => {
    await installation?.stop();
  });

  const answered = async (path: string): Promise<void> => {
    assert.equal((await gateway.call(path)).status, 200, path);
    calls++;
  };
  const workersSaid = (msg: string) => gateway.lines().filter((line) => line.msg === msg);
  const sum = async (name: string): Promise<number> => {
    const text = (await gateway.adminPage('/metrics'))?.text ?? '';
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, value]) =>
      Number(value),
    );
    return values.reduce((total, value) => total + value, 0);
  };
  const inLog = () => workersSaid('call').length;

  test('both serve, and the pod tells one story: metrics, usage, log, Lease', async () => {
    await Promise.all(Array.from({ length: 60 }, () => answered('/banten/first')));
    const pids = new Set(workersSaid('a worker starts').map((line) => line['pid']));
    assert.equal(pids.size, 2);
    assert.equal(await sum('simpul_gateway_calls_total'), calls);
    assert.equal(await sum('simpul_gateway_workers'), 2);
    assert.equal(await sum('simpul_gateway_loaded_objects'), await loadedObjects());
    const usage = JSON.parse((await gateway.adminPage('/usage'))?.text ?? '') as { rows: { calls: number }[] };
    assert.deepEqual(
      usage.rows.map((row) => row.calls),
      [calls],
    );
    await until('all calls are logged', async () => inLog() === calls);
    // Connections are handed out in turn, so both have had some.
    const each = await Promise.all(
      [1, 2].map(async (worker) => workersSaid('listening').some((line) => line['worker'] === worker)),
    );
    assert.deepEqual(each, [true, true]);
    assert.equal((await leaseOf())?.[leaseAnnotations.ready], 'true');
  });

  test('a change is acknowledged once both have it', async () => {
    const second = apiService('banten', 'second', { backendUrl: installation.backend });
    await installation.apply(second);
    await installation.untilReady(second);
    // What is acknowledged is served by whoever takes the connection.
    await Promise.all(Array.from({ length: 40 }, () => answered('/banten/second')));
  });

  test('a worker that is killed is followed by another; the pod goes on, and its sums never fall', async () => {
    const before = await sum('simpul_gateway_calls_total');
    // What a process has not written yet goes with it when it is killed.
    await until('all calls are logged', async () => inLog() === calls);
    assert.equal(before, calls);
    const [victim] = workersSaid('a worker starts');
    process.kill(Number(victim?.['pid']), 'SIGKILL');
    await until('it is missed', async () => workersSaid('a worker has ended; another one follows').length === 1);
    assert.equal((await gateway.adminPage('/readyz'))?.status, 200, 'the other one serves');
    assert.ok((await sum('simpul_gateway_calls_total')) >= before);
    await until('another one serves', async () => workersSaid('listening').length === 3);
    await until('it is counted', async () => (await sum('simpul_gateway_workers')) === 2);
    assert.equal(await sum('simpul_gateway_worker_restarts_total'), 1);
    const third = apiService('banten', 'third', { backendUrl: installation.backend });
    await installation.apply(third);
    await installation.untilReady(third);
    await Promise.all(Array.from({ length: 40 }, () => answered('/banten/third')));
  });

  test('a stop loses no call, and ends them all', async () => {
    const ended = gateway.stop();
    await until('it is not ready', async () => (await gateway.adminPage('/readyz'))?.status === 503);
    await until('its Lease says so', async () => (await leaseOf())?.[leaseAnnotations.ready] === 'false');
    // A balancer that has not heard of it yet.
    for (let i = 0; i < 40; i++) await answered('/banten/first');
    assert.deepEqual(await ended, { code: 0, signal: null });
    assert.equal(await leaseOf(), undefined, 'a clean end leaves no Lease');
    assert.equal(workersSaid('stopped').length, 3, 'two workers and the supervisor');
    assert.equal(inLog(), calls, 'no line of the log is lost');
  });

  async function leaseOf(): Promise<Readonly<Record<string, string>> | undefined> {
    const leases = await installation.list(coreKinds.Lease);
    return leases.find(({ metadata }) => metadata.name === 'public-1')?.metadata.annotations;
  }

  async function loadedObjects(): Promise<number> {
    const secrets = await installation.list(coreKinds.Secret);
    return secrets.filter((secret) => (secret as { type?: string }).type === 'simpul.id/compiled').length;
  }
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { aLimit } from '#gateway/testing/compiled.ts';
import { LimitPod, redisAt } from '#gateway/testing/limit-pod.ts';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { aRedis, TestRedis } from '#tools/testing/redis.ts';

const run = promisify(execFile);

test('TLS: certificates are checked against the authority that is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-redis-tls-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const [key, crt] = [join(folder, 'key.pem'), join(folder, 'crt.pem')];
  const subject = ['-subj', '/CN=redis.example', '-addext', 'subjectAltName=DNS:redis.example'];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  await run('openssl', [...made, '-keyout', key, '-out', crt, ...subject]);
  const [tlsPort = 0] = await freePorts(1);
  const files = ['--tls-cert-file', crt, '--tls-key-file', key, '--tls-ca-cert-file', crt];
  stack.use(await aRedis(['--tls-port', String(tlsPort), ...files, '--tls-auth-clients', 'no']));
  const ca = await readFile(crt, 'utf8');
  const good = stack.use(
    new LimitPod(redisAt(tlsPort, { tls: { ca, serverName: 'redis.example' } }), [aLimit({ requests: 2 })]),
  );
  await good.up();
  assert.equal(await good.admitted(5), 2);
  for (const tls of [{}, { ca, serverName: 'another.example' }]) {
    const bad = stack.use(new LimitPod(redisAt(tlsPort, { tls }), []));
    await bad.down();
    await delay(500);
    assert.equal(bad.sharing.state.mode, 'Down');
    assert.match(bad.sharing.state.reason, /certificate|altnames/i);
  }
});

async function aSentinel(master: number): Promise<TestRedis> {
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'simpul-sentinel-'));
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor simpul 127.0.0.1 ${master} 1`,
    'sentinel down-after-milliseconds simpul 500',
    'sentinel failover-timeout simpul 3000',
  ];
  await writeFile(join(folder, 'sentinel.conf'), `${lines.join('\n')}\n`);
  const sentinel = new TestRedis(port, folder, 'redis-sentinel', [join(folder, 'sentinel.conf')]);
  await sentinel.start();
  return sentinel;
}

test('Sentinel: the replica that takes over goes on with what was counted', async () => {
  await using stack = new AsyncDisposableStack();
  const master = stack.use(await aRedis());
  const replica = stack.use(await aRedis(['--replicaof', '127.0.0.1', String(master.port)]));
  const eventually = async (what: string, condition: () => Promise<boolean>) => {
    const deadline = performance.now() + 90_000;
    while (!(await condition().catch(() => false))) {
      assert.ok(performance.now() < deadline, what);
      await delay(100);
    }
  };
  await eventually('the replica follows', async () =>
    (await replica.command('INFO replication')).includes('master_link_status:up'),
  );
  const sentinel = stack.use(await aSentinel(master.port));
  await eventually('the Sentinel knows the replica', async () =>
    (await sentinel.command('SENTINEL replicas simpul')).includes(String(replica.port)),
  );
  const watched = redisAt(sentinel.port, { sentinel: { masterName: 'simpul' }, pods: 2 });
  const limits = [aLimit({ requests: 100, per: 'Day' })];
  const [one, two] = [stack.use(new LimitPod(watched, limits)), stack.use(new LimitPod(watched, limits))];
  await Promise.all([one.up(), two.up()]);
  const before = (await one.admitted(30)) + (await two.admitted(30));
  assert.equal(before, 60);
  await master.kill();
  await Promise.all([one.down(), two.down()]);
  await eventually('both use the new master', async () =>
    [one, two].every((pod) => pod.sharing.state.mode === 'Redis'),
  );
  await delay(400); // what lies idle goes back
  const after = (await one.admitted(100)) + (await two.admitted(100));
  assert.ok(before + after <= 100 && before + after >= 90, `${before} and ${after}`);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { aLimit } from '#gateway/testing/compiled.ts';
import { LimitPod, redisAt } from '#gateway/testing/limit-pod.ts';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { aRedis } from '#tools/testing/redis.ts';
import { eventually, watchedRedis } from './sentinel.ts';

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

test('Sentinel: the replica that takes over goes on with what was counted', async () => {
  await using stack = new AsyncDisposableStack();
  const { master, sentinel } = await watchedRedis(stack);
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

test('Sentinel: Redis wants a password, and the Sentinel another one', async () => {
  await using stack = new AsyncDisposableStack();
  const { master, sentinel } = await watchedRedis(stack, { redis: 'rahasia', sentinel: 'penjaga' });
  const asked = { masterName: 'simpul', password: 'penjaga' };
  const watched = redisAt(sentinel.port, { sentinel: asked, password: 'rahasia' });
  const pod = stack.use(new LimitPod(watched, [aLimit({ requests: 10, per: 'Day' })]));
  await pod.up();
  assert.equal(await pod.admitted(4), 4);
  await master.kill();
  await pod.down();
  await eventually('the new master is used', async () => pod.sharing.state.mode === 'Redis');
  assert.equal(await pod.admitted(20), 6);
  for (const change of [{ password: 'salah' }, { sentinel: { masterName: 'simpul', password: 'salah' } }]) {
    const stranger = stack.use(new LimitPod({ ...watched, ...change }, []));
    await stranger.down();
    await eventually('the reason is told', async () => /WRONGPASS/.test(stranger.sharing.state.reason));
    assert.equal(stranger.sharing.state.mode, 'Down');
  }
});

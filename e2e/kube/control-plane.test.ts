import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { waitFor } from './fixture.ts';

let cluster: ControlPlane;
before(async () => {
  const started = performance.now();
  cluster = await startControlPlane({ auditLog: true });
  console.log(`control plane up in ${((performance.now() - started) / 1000).toFixed(1)} s`);
});
after(() => cluster?.stop());

test('admin may do everything', async () => {
  assert.equal((await cluster.kubectl(['auth', 'can-i', '*', '*'])).trim(), 'yes');
});

test('a user with a fresh certificate is known by name and groups', async () => {
  const kubeconfig = await cluster.clientFor('siti', ['dinas', 'simpul:admin']);
  const who = JSON.parse(await cluster.kubectl(['--kubeconfig', kubeconfig, 'auth', 'whoami', '-o', 'json']));
  assert.equal(who.status.userInfo.username, 'siti');
  assert.deepEqual(who.status.userInfo.groups.toSorted(), ['dinas', 'simpul:admin', 'system:authenticated']);
});

test('a ServiceAccount token works', async () => {
  const token = await cluster.serviceAccountToken('default', 'robot');
  const kubeconfig = await cluster.kubeconfigFor({ token });
  const who = JSON.parse(await cluster.kubectl(['--kubeconfig', kubeconfig, 'auth', 'whoami', '-o', 'json']));
  assert.equal(who.status.userInfo.username, 'system:serviceaccount:default:robot');
});

test('etcd goes back to an older state', async () => {
  const names = async () => await cluster.kubectl(['get', 'configmaps', '-n', 'default', '-o', 'name']);
  await cluster.kubectl(['create', 'configmap', 'before', '-n', 'default']);
  const snapshot = await cluster.etcd.snapshot();
  await cluster.kubectl(['create', 'configmap', 'behind', '-n', 'default']);
  await cluster.restoreEtcd(snapshot);
  assert.match(await names(), /before/);
  assert.doesNotMatch(await names(), /behind/);
});

test('the audit log has been written', () => {
  assert.ok(cluster.auditLog !== undefined && existsSync(cluster.auditLog));
});

test('stop removes the folder', async () => {
  await cluster.stop();
  assert.ok(!existsSync(cluster.folder));
});

test('a control plane ends with the process that started it, even when that is killed', async () => {
  const module = fileURLToPath(import.meta.resolve('#tools/controlplane/control-plane.ts'));
  const program = `
    const { startControlPlane } = await import(${JSON.stringify(module)});
    const { folder, etcd, apiServer } = await startControlPlane();
    apiServer.pause(); // not even a stopped process may stay behind
    console.log(JSON.stringify({ folder, pids: [etcd.pid, apiServer.pid] }));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { folder, pids } = JSON.parse(line.toString()) as { folder: string; pids: number[] };
  assert.ok(pids.every(isAlive) && existsSync(folder));
  child.kill('SIGKILL');
  await waitFor('all of it to be gone', () => !pids.some(isAlive) && !existsSync(folder));
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';

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

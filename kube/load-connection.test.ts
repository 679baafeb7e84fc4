import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConnection } from './load-connection.ts';

const pod = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

test('a pod whose ServiceAccount lies elsewhere', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-account-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'token'), 'abc\n');
  await writeFile(join(folder, 'ca.crt'), 'the CA');
  await writeFile(join(folder, 'namespace'), 'banten\n');

  const connection = await loadConnection({ env: { ...pod, SIMPUL_SERVICE_ACCOUNT_FOLDER: folder } });

  assert.equal(connection.server, 'https://[fd00::1]:443');
  assert.equal(connection.namespace, 'banten');
  assert.deepEqual(await connection.credentials(), { authorization: 'Bearer abc', tls: { ca: 'the CA' } });
});

test('a pod without the files of its ServiceAccount is told where they are missing', async () => {
  const folder = join(tmpdir(), 'there-is-no-such-folder');
  for (const [env, where] of [
    [{ ...pod, SIMPUL_SERVICE_ACCOUNT_FOLDER: folder }, folder],
    [{ ...pod, SIMPUL_SERVICE_ACCOUNT_FOLDER: '' }, '/var/run/secrets/kubernetes.io/serviceaccount'],
  ] as const) {
    const error = await loadConnection({ env }).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof Error && 'code' in error && error.code === 'KUBE_CONNECTION');
    assert.ok(error.message.includes(` in ${where};`), error.message);
  }
});

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { locatePrograms } from './binaries.ts';

test('missing programs are an error that names them, the folder, and what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assets-'));
  writeFileSync(join(folder, 'kubectl'), '');
  assert.throws(() => locatePrograms({ KUBEBUILDER_ASSETS: folder }, ['etcd', 'kubectl', 'kube-apiserver']), {
    code: 'CONTROL_PLANE',
    message: new RegExp(`^etcd, kube-apiserver not found in ${folder}: run "make controlplane"`),
  });
});

test('KUBEBUILDER_ASSETS goes before the cache, and the cache is keyed by version', () => {
  assert.equal(locatePrograms({ KUBEBUILDER_ASSETS: '/assets' }, []).etcd, '/assets/etcd');
  assert.match(locatePrograms({ XDG_CACHE_HOME: '/cache' }, []).etcd, /^\/cache\/simpul\/k8s\/v1\.\d+\.\d+\/etcd$/);
});

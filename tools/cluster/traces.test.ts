import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { clusterFolder } from './layout.ts';
import { readKernel } from './running.ts';
import { type Ended, findTraces, pidNamespaceOf } from './traces.ts';

test('folder, processes and settings that are left of a cluster are traces; after a clean end there is none', async () => {
  const root = await mkdtemp(join(tmpdir(), 'simpul-traces-'));
  const folder = clusterFolder({ SIMPUL_CLUSTER_FOLDER: root });
  // This machine may have a cluster, whose line and routes are no traces of the one that is looked at here.
  const tracesOf = async (ended: Ended) =>
    (await findTraces(folder, ended)).filter((trace) => !/^(interface|route) /.test(trace));
  const bad = await tracesOf({ kernel: { 'kernel/panic': '-7' }, pidNamespace: pidNamespaceOf(process.pid) });
  assert.ok(bad.includes(`process ${process.pid}`));
  assert.deepEqual(bad.slice(-2), ['/proc/sys/kernel/panic, which was -7', root]);
  await rm(root, { recursive: true });
  assert.deepEqual(await tracesOf({ kernel: readKernel(), pidNamespace: undefined }), []);
});

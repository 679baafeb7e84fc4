import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { runPage } from '#e2e/standalone/page.ts';
import { root, runSimpul } from '#e2e/standalone/simpul.ts';
import { locatePrograms } from '#tools/controlplane/binaries.ts';
import { startControlPlane } from '#tools/controlplane/control-plane.ts';
import { helm } from '#tools/helm/helm.ts';
import { startS3 } from '#tools/s3/s3-server.ts';
import { programPath } from '#tools/testing/programs.ts';

test('the commands of docs/backup.md work on a real API server and a real bucket', async () => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.adopt(await startControlPlane({ controllerManager: true }), (started) => started.stop());
  const s3 = stack.use(await startS3('cadangan'));
  const home = stack.adopt(await mkdtemp(join(tmpdir(), 'simpul-backup-')), (folder) =>
    rm(folder, { recursive: true }),
  );
  await symlink(locatePrograms(process.env, ['kubectl']).kubectl, join(home, 'kubectl'));
  await symlink(programPath('age'), join(home, 'age'));
  await writeFile(join(home, 'simpul'), `#!/bin/sh\nexec ${join(root, 'cli/bin/simpul')} "$@"\n`);
  await chmod(join(home, 'simpul'), 0o755);
  const chart = join(root, 'charts/simpul');
  await helm(['install', 'simpul', chart, '--namespace', 'simpul-system', '--create-namespace'], cluster.kubeconfig);
  const example = join(root, 'examples/banten/banten.yaml');
  await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', example]);
  const path = [home, process.env['PATH'] ?? ''].join(delimiter);
  const environment = { PATH: path, HOME: home, KUBECONFIG: cluster.kubeconfig };
  const adapt = (script: string): string => script.replaceAll('http://127.0.0.1:7070', s3.endpoint);
  await runPage('backup.md', stack, { folder: home, adapt, environment });

  // The role of the page is enough for what it is for.
  const token = await cluster.serviceAccountToken('simpul-system', 'simpul-backup');
  const output = ['--output', join(home, 'peran.age'), '--recipients-file', join(home, 'penerima.txt')];
  const made = await runSimpul(['backup', ...output, '--kubeconfig', await cluster.kubeconfigFor({ token })]);
  assert.equal(made.code, 0, made.stderr);
});

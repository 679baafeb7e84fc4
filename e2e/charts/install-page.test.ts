import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { runPage } from '#e2e/standalone/page.ts';
import { root } from '#e2e/standalone/simpul.ts';
import { locatePrograms } from '#tools/controlplane/binaries.ts';
import { startControlPlane } from '#tools/controlplane/control-plane.ts';
import { helmProgram } from '#tools/helm/helm.ts';

test('the commands of docs/install.md work on a real API server', async () => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.adopt(await startControlPlane({ controllerManager: true }), (started) => started.stop());
  const home = stack.adopt(await mkdtemp(join(tmpdir(), 'simpul-install-')), (folder) =>
    rm(folder, { recursive: true }),
  );
  await symlink(helmProgram(), join(home, 'helm'));
  await symlink(locatePrograms(process.env, ['kubectl']).kubectl, join(home, 'kubectl'));
  const path = [home, process.env['PATH'] ?? ''].join(delimiter);
  const environment = { PATH: path, HOME: home, KUBECONFIG: cluster.kubeconfig };
  await runPage('install.md', stack, { folder: root, adapt: (script) => script, environment });
});

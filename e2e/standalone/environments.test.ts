import { chmod, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { Installation } from '#e2e/operator/harness.ts';
import { locatePrograms } from '#tools/controlplane/binaries.ts';
import { runPage } from './page.ts';
import { root, temporaryFolder } from './simpul.ts';

test('the commands of docs/environments.md work on a real API server', async () => {
  await using stack = new AsyncDisposableStack();
  const installation = stack.adopt(await Installation.start(), (started) => started.stop());
  await (await installation.startOperator()).untilWorking();
  const { path: home } = stack.use(await temporaryFolder());
  await symlink(locatePrograms(process.env, ['kubectl']).kubectl, join(home, 'kubectl'));
  await writeFile(join(home, 'simpul'), `#!/bin/sh\nexec ${join(root, 'cli/bin/simpul')} "$@"\n`);
  await chmod(join(home, 'simpul'), 0o755);
  const environment = {
    PATH: [home, process.env['PATH'] ?? ''].join(delimiter),
    ...{ HOME: home, KUBECONFIG: installation.cluster.kubeconfig, SIMPUL: root },
  };
  await runPage('environments.md', stack, { folder: home, adapt: (script) => script, environment });
});

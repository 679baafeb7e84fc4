import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { runPage } from './page.ts';
import { root, temporaryFolder } from './simpul.ts';

test('the traffic rules work as they stand', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder()).path;
  await symlink(join(root, 'cli'), join(folder, 'cli'));
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  const [gateway, admin, backend] = await freePorts(3);
  const adapt = (script: string): string =>
    script
      .replaceAll(/\b8090\b/g, String(gateway))
      .replaceAll(/\b8091\b/g, String(admin))
      .replaceAll(/\b9100\b/g, String(backend));
  await runPage('traffic.md', stack, { folder, adapt, environment: { XDG_STATE_HOME: join(folder, 'state') } });
});

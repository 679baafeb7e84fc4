import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { runPage } from './page.ts';
import { bantenText, root, startBackend, temporaryFolder } from './simpul.ts';

test('the quick start works as it stands', async () => {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await startBackend());
  const folder = stack.use(await temporaryFolder()).path;
  await mkdir(join(folder, 'examples/banten'), { recursive: true });
  await writeFile(join(folder, 'examples/banten/banten.yaml'), await bantenText(backend.port));
  await symlink(join(root, 'cli'), join(folder, 'cli'));
  await cp(join(root, 'package.json'), join(folder, 'package.json'));

  const [gateway, admin, ownGateway, ownAdmin] = await freePorts(4);
  // The page's own ports may be in use on this machine, and `make dev` always takes 9000 for its backend.
  const adapt = (script: string): string =>
    script
      .replace('make dev\n', 'cli/bin/simpul dev examples/banten --port 8080 --admin-port 8081\n')
      .replaceAll('127.0.0.1:9000', `127.0.0.1:${backend.port}`)
      .replaceAll(/\b8080(?! \})/g, String(gateway))
      .replaceAll(/\b8081\b/g, String(admin))
      .replaceAll(/\b8090\b/g, String(ownGateway))
      .replaceAll(/\b8091\b/g, String(ownAdmin))
      .replaceAll(/--dev(?= |$)/gm, `--dev http://127.0.0.1:${admin}`);
  await runPage('quick-start.md', stack, { folder, adapt, environment: { XDG_STATE_HOME: join(folder, 'state') } });
});

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { bantenText, eventually, root, runShell, startBackend, temporaryFolder } from './simpul.ts';

interface Block {
  readonly script: string;
  /** Text that its output must hold. */
  readonly expect: string | undefined;
  /** It runs until somebody ends it. */
  readonly background: boolean;
}

/** The page's shell blocks in order, each with the comment in front of it. */
function blocksOf(page: string): Block[] {
  const pattern = /(?:<!-- (expect: ([^\n]*?)|background) -->\n)?```sh\n(.*?)```/gs;
  return [...page.matchAll(pattern)].map(([, comment, expect, script = '']) => {
    return { script, expect, background: comment === 'background' || script === 'make dev\n' };
  });
}

/** Ends a whole process group: the shell, and what it started. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const closed = once(child, 'close');
  process.kill(-child.pid, 'SIGINT');
  await closed;
}

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
  const environment = { XDG_STATE_HOME: join(folder, 'state') };

  const page = await readFile(join(root, 'docs/quick-start.md'), 'utf8');
  const blocks = blocksOf(page);
  assert.ok(blocks.length >= 10, `only ${blocks.length} blocks were found`);
  for (const { script, expect, background } of blocks) {
    if (background) {
      const env = { ...process.env, ...environment };
      const child = spawn('sh', ['-eu', '-c', adapt(script)], { cwd: folder, detached: true, env });
      stack.defer(() => endGroup(child));
      let printed = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
      await eventually(`it serves: ${script}`, () => {
        assert.equal(child.exitCode, null, printed);
        return printed.includes('Admin: ') ? true : undefined;
      });
      continue;
    }
    await eventually(`the page's block gives "${expect ?? 'no error'}": ${script}`, async () => {
      const { code, stdout, stderr } = await runShell(adapt(script), folder, environment);
      assert.equal(code, 0, `${stdout}${stderr}`);
      assert.ok(stdout.includes(expect ?? ''), `${stdout}${stderr}`);
      return true;
    });
  }
});

import { readdirSync } from 'node:fs';
import { cp, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { programPath } from '#tools/testing/programs.ts';
import { runPage } from './page.ts';
import { root, temporaryFolder } from './simpul.ts';

/** What the pages say, in the order of the free ports that take their place: gateway, admin, two backends, and what pages start. */
const ports = [8090, 8091, 9100, 9101, 9102, 9200, 9443];

/** Of proxies that pages start. */
const programs = dirname(programPath('haproxy'));

const pages = readdirSync(join(root, 'docs/policies')).filter((name) => name !== 'README.md');

for (const page of pages) {
  test(`docs/policies/${page} works as it stands`, async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder()).path;
    await symlink(join(root, 'cli'), join(folder, 'cli'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await cp(join(root, 'package.json'), join(folder, 'package.json'));
    const free = await freePorts(ports.length);
    const adapt = (script: string): string =>
      ports.reduce((text, port, i) => text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(free[i])), script);
    const environment = {
      XDG_STATE_HOME: join(folder, 'state'),
      PATH: `${process.env['PATH']}${delimiter}${programs}`,
    };
    const options = { folder, adapt, environment };
    await runPage('policies/README.md', stack, options);
    await runPage(`policies/${page}`, stack, options);
  });
}

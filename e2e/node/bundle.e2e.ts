import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clusterFolder, nodePrograms } from '#tools/cluster/layout.ts';
import { run } from '#tools/cluster/run.ts';
import { helm } from '#tools/helm/helm.ts';
import { builtImages } from '#tools/images/images.ts';
import { findCluster, install } from '#tools/install/install.ts';
import { openBundle, writeBundle } from '#tools/offline/bundle.ts';

describe('the archive for clusters without internet', () => {
  let folder = '';
  let file = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simpul-bundle-test-'));
    file = join(folder, 'bundle.tar.gz');
    await writeBundle(await images(), file);
  });
  after(() => rm(folder, { recursive: true }));

  const images = async () => (await builtImages()).filter(({ name }) => name !== 'example');
  const place = async (name: string) => {
    const path = join(folder, name);
    await mkdir(path);
    return path;
  };
  /** Unpacks it, changes something, and packs it again. */
  const changed = async (name: string, change: (content: string) => Promise<void>): Promise<string> => {
    const work = await place(`${name}-work`);
    await run('tar', ['-xzf', file, '-C', work]);
    const [top = ''] = await readdir(work);
    await change(join(work, top));
    const result = join(folder, `${name}.tar`); // not compressed: that would take most of the time
    await run('tar', ['-cf', result, '-C', work, top]);
    return result;
  };

  test('written twice, it has the same bytes', async () => {
    const again = join(folder, 'again.tar.gz');
    await writeBundle(await images(), again);
    assert.ok((await readFile(file)).equals(await readFile(again)));
  });

  test('its checksums are what sha256sum checks', async () => {
    const { values } = await openBundle(file, await place('open'));
    const said = await run('sh', ['-c', 'cd "$0" && sha256sum --strict --check SHA256SUMS', join(values, '..')]);
    assert.match(said, /^images\.tar: OK$/m);
    assert.match(said, /^charts\/simpul\/crds\/apiservices\.yaml: OK$/m);
  });

  for (const { name, change, says } of [
    {
      ...{ name: 'a changed file', says: /is not what was bundled: charts\/simpul\/values\.yaml$/ },
      change: (content: string) => writeFile(join(content, 'charts/simpul/values.yaml'), 'operator: {}\n'),
    },
    {
      ...{ name: 'a file that nobody has bundled', says: /: charts\/simpul\/templates\/extra\.yaml$/ },
      change: (content: string) => writeFile(join(content, 'charts/simpul/templates/extra.yaml'), ''),
    },
    {
      ...{ name: 'a missing file', says: /: files are missing$/ },
      change: (content: string) => rm(join(content, 'charts/simpul/Chart.yaml')),
    },
  ]) {
    test(`${name} is refused`, async () => {
      const bad = await changed(name.replaceAll(' ', '-'), change);
      const opened = openBundle(bad, await place(`${name}-open`));
      await assert.rejects(opened, { code: 'CLUSTER', message: says });
    });
  }

  test('an installation comes from it alone, and passes helm test', async () => {
    const cluster = findCluster();
    if (cluster.isOwn) await forgetImages();
    await install(cluster, await openBundle(file, await place('install')));
    const said = await helm(['test', 'simpul', '--namespace', 'simpul-system'], cluster.kubeconfig);
    assert.match(said, /Phase:\s+Succeeded/);
  });
});

/** Takes our images from the node: running pods go on, new ones need them again. */
async function forgetImages(): Promise<void> {
  const ctr = [
    join(nodePrograms(process.env).bin, 'ctr'),
    '--address',
    clusterFolder(process.env).containerd,
    '-n',
    'k8s.io',
  ];
  const [program = '', ...flags] = ctr;
  for (const { reference } of await builtImages()) {
    if (reference.includes('simpul-example')) continue;
    await run(program, [...flags, 'images', 'remove', '--sync', reference]);
  }
}

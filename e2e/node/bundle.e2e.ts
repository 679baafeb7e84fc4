import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clusterFolder, nodePrograms } from '#tools/cluster/layout.ts';
import { run } from '#tools/cluster/run.ts';
import { helm } from '#tools/helm/helm.ts';
import { builtImages } from '#tools/images/images.ts';
import { findCluster, install } from '#tools/install/install.ts';
import { openBundle, writeBundle } from '#tools/offline/bundle.ts';
import { gatewayNamespace, home, NodeCluster, type Pod } from './cluster.ts';
import { openApi } from './faults/api.ts';
import { mainProcessOf } from './faults/node-processes.ts';
import { installRelease } from './release.ts';

describe('the archive for clusters without internet', () => {
  let folder = '';
  let file = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simpul-bundle-test-'));
    file = join(folder, 'bundle.tar.gz');
    await writeBundle(await builtImages(), file);
  });
  after(() => rm(folder, { recursive: true }));

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
    await writeBundle(await builtImages(), again);
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

  test('its Redis runs confined, and all pods of a gateway count limits in it together', async (t) => {
    const target = findCluster();
    if (target.isOwn) await forgetImages();
    const release = await openBundle(file, await place('install-redis'));
    await appendFile(release.values, 'redis: { trial: true }\n');
    await install(target, release);
    const cluster = await NodeCluster.open();
    t.after(async () => {
      await cluster.kubectl(['delete', 'apiservices.simpul.id/hemat', '-n', 'banten', '--ignore-not-found']);
      await cluster.close();
      await installRelease(cluster);
    });
    await cluster.kubectl([
      'wait',
      'apigateways.simpul.id/public',
      '-n',
      home,
      '--for=condition=LimitsShared',
      '--timeout=60s',
    ]);
    if (target.isOwn) assert.deepEqual(await confinementOfRedis(cluster), confined);

    await cluster.apply(openApi('hemat', { limits: [{ requests: 7, per: 'Hour' }] }));
    await cluster.untilReady('apiservices.simpul.id/hemat', '-n', 'banten');
    assert.deepEqual(await callEachPod(cluster, '/banten/hemat/1', 10), { 200: 7, 429: 13 });
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

const confined = { Uid: '65532', CapEff: '0000000000000000', NoNewPrivs: '1', Seccomp: '2', root: 'ro' };

/** What the machine says of the process of the trial Redis: its user and rights, and whether its root can be written. */
async function confinementOfRedis(cluster: NodeCluster): Promise<Record<string, string | undefined>> {
  const label = ['-l', 'app.kubernetes.io/name=simpul-redis'];
  const { items } = await cluster.get<{ items: readonly Pod[] }>('pods', '-n', home, ...label);
  const [pod] = items.filter(({ metadata, status }) => status.phase === 'Running' && !metadata.deletionTimestamp);
  const { pid } = (pod && mainProcessOf(pod, 'redis')) ?? assert.fail('no Redis runs');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mounts = readFileSync(`/proc/${pid}/mounts`, 'utf8');
  const line = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1];
  return {
    ...Object.fromEntries(['Uid', 'CapEff', 'NoNewPrivs', 'Seccomp'].map((name) => [name, line(name)])),
    root: /^\S+ \/ \S+ (r[ow])/m.exec(mounts)?.[1],
  };
}

/** Calls each of two gateway pods `times` times, and counts the statuses of the answers. */
async function callEachPod(cluster: NodeCluster, path: string, times: number): Promise<Record<string, number>> {
  const pods = await cluster.gatewayPods();
  assert.equal(pods.length, 2);
  const urls = pods.map(({ status }) => `http://${status.podIP}:8080${path}`);
  const script = `
(async () => {
  const counts = {};
  for (const url of ${JSON.stringify(urls)}) for (let call = 0; call < ${times}; call++) {
    const { status } = await fetch(url);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  console.log(JSON.stringify(counts));
})();`;
  return await cluster.evaluate(gatewayNamespace, pods[0]?.metadata.name ?? '', script);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '#tools/cluster/run.ts';
import { buildImages, builtImages } from '#tools/images/images.ts';

interface Config {
  readonly architecture: string;
  readonly config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
}

const images = await builtImages();

for (const { name, reference, archive, addedBytes } of images) {
  test(`${name}: at most 90 MiB above its base, for nobody in particular, with labels and the bill of its software`, async (t) => {
    t.diagnostic(`${(addedBytes / 2 ** 20).toFixed(1)} MiB above the base`);
    assert.ok(addedBytes <= 90 * 2 ** 20);
    const read = (path: string) => run('tar', ['-xOf', archive, path]);
    const [manifest] = JSON.parse(await read('manifest.json')) as {
      Config: string;
      Layers: string[];
      RepoTags: string[];
    }[];
    assert.deepEqual(manifest?.RepoTags, [reference]);
    const { architecture, config } = JSON.parse(await read(manifest?.Config ?? '')) as Config;
    assert.equal(architecture, process.arch === 'arm64' ? 'arm64' : 'amd64');
    assert.equal(config.User, '65532:65532');
    assert.equal(config.Labels['org.opencontainers.image.title'], `simpul-${name}`);
    const layers = await Promise.all(
      (manifest?.Layers ?? []).map((layer) => run('sh', ['-c', 'tar -xOf "$0" "$1" | tar -t', archive, layer])),
    );
    const own = (layers.at(-1) ?? '').split('\n').filter((path) => /^app\/./.test(path));
    assert.ok(own.includes('app/sbom.cdx.json'), own.join(', '));
    // Nothing compiled is among them, so nothing can be of the wrong architecture.
    assert.deepEqual(
      own.filter((path) => !/\.(mjs|json)$/.test(path)),
      [],
    );
  });
}

test('the same sources give the same digests, whatever the umask', async (t) => {
  const idsOf = async () => (await buildImages()).map(({ name, id }) => [name, id]);
  const first = await idsOf();
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  assert.deepEqual(await idsOf(), first);
});

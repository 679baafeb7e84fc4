import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { architectures, ownArchitecture } from '#tools/images/architecture.ts';
import { buildImages, builtImages, type Image, type ImageName, imageNames } from '#tools/images/images.ts';
import { EmulatedImage } from './emulated-image.ts';
import { compiledFiles, type UnpackedImage, unpackImage } from './image-files.ts';

for (const architecture of architectures) {
  describe(`images of ${architecture}`, () => {
    let folder = '';
    let images: readonly Image[] = [];
    const unpacked = new Map<ImageName, UnpackedImage>();

    before(async () => {
      images = architecture === ownArchitecture ? await builtImages() : await buildImages({ architecture });
      folder = await mkdtemp(join(tmpdir(), 'simpul-images-'));
      for (const { name, archive } of images) unpacked.set(name, await unpackImage(archive, folder));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    const find = (name: ImageName) => {
      const [image, files] = [images.find((each) => each.name === name), unpacked.get(name)];
      assert.ok(image && files);
      return { image, ...files };
    };

    for (const name of imageNames) {
      test(`${name}: at most 90 MiB above its base, for nobody in particular, with labels and the bill of its software`, async (t) => {
        const { image, config, names, layers } = find(name);
        t.diagnostic(`${(image.addedBytes / 2 ** 20).toFixed(1)} MiB above the base`);
        assert.ok(image.addedBytes > 0 && image.addedBytes <= 90 * 2 ** 20);
        assert.deepEqual(names, [image.reference]);
        assert.equal(config.config.User, '65532:65532');
        assert.equal(config.config.Labels['org.opencontainers.image.title'], `simpul-${name}`);
        const version = config.config.Labels['org.opencontainers.image.version'];
        assert.ok(version && image.tag.startsWith(`${version}-`), version);
        const bill = await readFile(join(layers.at(-1) ?? '', 'app/sbom.cdx.json'), 'utf8');
        assert.ok((JSON.parse(bill) as { components: unknown[] }).components.length > 0);
      });

      test(`${name}: no file of another architecture is in any layer`, async (t) => {
        const { config, layers } = find(name);
        assert.equal(config.architecture, architecture);
        const compiled = (await Promise.all(layers.map(compiledFiles))).flat();
        t.diagnostic(`${compiled.length} compiled files`);
        assert.ok(compiled.length > 0);
        assert.deepEqual(
          compiled.filter(({ builtFor }) => builtFor !== architecture),
          [],
        );
      });
    }

    test('built again, they have the same digests, whatever the umask', async (t) => {
      const idsOf = (some: readonly Image[]) => some.map(({ name, id }) => [name, id]);
      const first = idsOf(images);
      const umask = process.umask(0o077);
      t.after(() => process.umask(umask));
      assert.deepEqual(idsOf(await buildImages({ architecture })), first);
    });

    if (architecture === ownArchitecture) return; // those run in pods, in all other tests
    describe('run by emulation', () => {
      const emulate = (name: ImageName) => EmulatedImage.open(find(name), join(folder, name));

      for (const { name, args, code, says } of [
        { name: 'cli', args: ['version'], code: 0, says: /^simpul [0-9.]+ \(Node\.js 24\./ },
        { name: 'operator', args: ['--version'], code: 0, says: /[0-9]+\.[0-9]+\.[0-9]+/ },
        { name: 'gateway', args: [], code: 2, says: /SIMPUL_NAMESPACE is missing/ },
      ] as const) {
        test(`${name} starts`, async () => {
          await using image = await emulate(name);
          const started = image.start(...args);
          await started.says(says);
          assert.equal(await started.code(), code);
        });
      }

      test('operator and gateway, as simpul dev runs them, answer calls', async () => {
        await using image = await EmulatedImage.open(find('cli'), join(folder, 'dev'));
        const state = ['--state-dir', join(folder, 'dev-state'), '--port', '0', '--admin-port', '0'];
        const dev = image.start('dev', 'examples/banten', ...state);
        const [, origin] = await dev.says(/ApiGateway simpul-system\/public: (http:\S+)/);
        const { status } = await fetch(`${origin}/banten/situs/v1`);
        assert.equal(status, 401); // it knows the API, and wants a key
      });

      test('redis answers', async () => {
        await using image = await emulate('redis');
        const [port = 0] = await freePorts(1);
        const redis = image.start('--port', String(port), '--bind', '127.0.0.1', '--save', '');
        await redis.says(/Ready to accept connections/);
        const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
        const [answer] = (await once(socket, 'data')) as [Buffer];
        socket.destroy();
        assert.equal(answer.toString(), '+PONG\r\n');
      });

      test('example answers', async () => {
        await using image = await emulate('example');
        const [port = 0] = await freePorts(1);
        await image.start('--port', String(port)).says(/Example backend/);
        const response = await fetch(`http://127.0.0.1:${port}/situs/1`);
        assert.equal(response.status, 200);
      });
    });
  });
}

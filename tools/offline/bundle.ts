import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ClusterError } from '#tools/cluster/errors.ts';
import { run } from '#tools/cluster/run.ts';
import type { Architecture } from '#tools/images/architecture.ts';
import { type ArchivedImage, archivedImage } from '#tools/images/archive.ts';
import { type Image, imageRegistry } from '#tools/images/images.ts';
import { imageNamed, type Release } from '#tools/install/install.ts';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../bundle/bundle.ts';

const checksums = 'SHA256SUMS';

/** Where `make bundle` puts that of an architecture. */
export function bundleFileOf(architecture: Architecture): string {
  return join(root, 'build', `${bundleName(architecture)}.tar.gz`);
}

function bundleName(architecture: Architecture): string {
  return `simpul-${manifest.version}-${architecture}`;
}

/**
 * Writes one archive with all that an installation without internet needs; the same input gives the same bytes.
 *
 *   simpul-<version>-<arch>/  images.tar  charts/simpul  charts/simpul-crds  values.yaml  README.txt  SHA256SUMS
 */
export async function writeBundle(images: readonly Image[], file: string): Promise<void> {
  const { tag, architecture } = imageNamed(images, 'operator');
  const name = bundleName(architecture);
  const work = await mkdtemp(join(tmpdir(), 'simpul-bundle-'));
  try {
    const folder = join(work, name);
    await mkdir(folder);
    const installed = images.filter((image) => image.name !== 'example');
    await mergeImages(installed, join(work, 'images'), join(folder, 'images.tar'));
    await cp(join(root, 'charts'), join(folder, 'charts'), {
      recursive: true,
      filter: (path) => !path.endsWith('/testdata'),
    });
    await writeFile(join(folder, 'values.yaml'), `images: { registry: ${imageRegistry}, tag: ${tag} }\n`);
    await writeFile(join(folder, 'README.txt'), readmeOf(architecture));
    await writeFile(join(folder, checksums), await checksumsOf(folder));
    await tar(work, name, join(work, 'bundle.tar'));
    await run('sh', ['-c', 'gzip -n <"$0" >"$1"', join(work, 'bundle.tar'), file]);
  } finally {
    await rm(work, { recursive: true });
  }
}

/** Unpacks an archive into `folder` and gives what is in it, once every file is what its checksum says, and none is there without one. */
export async function openBundle(file: string, folder: string): Promise<Release> {
  await run('tar', ['-xf', file, '-C', folder, '--no-same-owner']);
  const [top = ''] = await readdir(folder);
  const content = join(folder, top);
  const written = await readFile(join(content, checksums), 'utf8').catch(() => '');
  const found = await checksumsOf(content);
  if (found !== written) {
    const known = new Set(written.split('\n'));
    const wrong = found.split('\n').filter((line) => !known.has(line));
    throw new ClusterError(
      `${file} is not what was bundled: ${wrong.map((line) => line.slice(66)).join(', ') || 'files are missing'}`,
    );
  }
  return {
    archives: [join(content, 'images.tar')],
    chart: join(content, 'charts/simpul'),
    values: join(content, 'values.yaml'),
  };
}

/** One docker archive of several: layers are named by their digests, so what images share is there once. */
async function mergeImages(images: readonly Image[], work: string, file: string): Promise<void> {
  await mkdir(work);
  const entries: ArchivedImage[] = [];
  for (const { archive } of images) {
    const entry = await archivedImage(archive);
    await run('tar', [
      '-xf',
      archive,
      '-C',
      work,
      '--no-same-permissions',
      '--skip-old-files',
      entry.Config,
      ...entry.Layers,
    ]);
    entries.push(entry);
  }
  await writeFile(join(work, 'manifest.json'), JSON.stringify(entries));
  await tar(work, '.', file);
}

/** Lines as `sha256sum` writes and checks them, sorted by path. */
async function checksumsOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const paths = files.map((path) => relative(folder, path)).filter((path) => path !== checksums);
  const lines = await Promise.all(paths.sort().map(async (path) => `${await digestOf(join(folder, path))}  ${path}\n`));
  return lines.join('');
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Without anything of this machine: order, owner, modes and times are fixed. */
async function tar(folder: string, path: string, file: string): Promise<void> {
  const fixed = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=a=rX,u+w'];
  await run('tar', [...fixed, '-C', folder, '-cf', file, path]);
}

function readmeOf(architecture: Architecture): string {
  return `Simpul ${manifest.version} for clusters of ${architecture} without internet.

  sha256sum --check SHA256SUMS
  ctr -n k8s.io images import images.tar      # on every node; or load it, and push the images to a registry of your own
  helm upgrade --install simpul charts/simpul -n simpul-system --create-namespace -f values.yaml

With a registry of your own, name it by images.registry in values.yaml. What else can be set stands in charts/simpul/README.md:
--set redis.trial=true, for one, runs the Redis of images.tar, in which all gateways count limits together.
`;
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownArchitecture } from '#tools/images/architecture.ts';
import { type ClusterFolder, nodePrograms, pauseImage } from './layout.ts';
import { run } from './run.ts';

/** Makes the image whose one process holds the namespaces of a pod, and gives it to containerd. */
export async function importPauseImage(folder: ClusterFolder, env: NodeJS.ProcessEnv): Promise<void> {
  const layer = join(folder.root, 'pause-image');
  await mkdir(layer, { recursive: true });
  await copyFile(join(nodePrograms(process.env).root, 'bin/busybox'), join(layer, 'busybox'));
  const entrypoint = ['/busybox', 'sleep', '2147483647'];
  await importFiles(folder, { layer, name: pauseImage, entrypoint, env });
  await rm(layer, { recursive: true });
}

interface FilesImage {
  /** Folder with everything that is in it. */
  readonly layer: string;
  readonly name: string;
  readonly entrypoint: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Makes an image of files of this machine, and gives it to containerd. */
async function importFiles(folder: ClusterFolder, image: FilesImage): Promise<void> {
  const { layer, name, entrypoint, env } = image;
  const work = `${layer}-archive`;
  await mkdir(work, { recursive: true });
  await run('tar', ['-C', layer, '--owner=0', '--group=0', '-cf', join(work, 'layer.tar'), '.']);
  const digest = createHash('sha256')
    .update(readFileSync(join(work, 'layer.tar')))
    .digest('hex');
  const config = {
    architecture: ownArchitecture,
    os: 'linux',
    config: { Entrypoint: entrypoint, User: '65535:65535', Env: ['PATH=/usr/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  await writeFile(join(work, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
  await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest));
  const archive = join(work, 'image.tar');
  await run('tar', ['-C', work, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar']);
  await importImage(folder, archive, env);
  await rm(work, { recursive: true });
}

/** Gives the images of a docker or OCI archive to the node, under the names that stand in it. */
export async function importImage(folder: ClusterFolder, archive: string, env: NodeJS.ProcessEnv): Promise<void> {
  const ctr = join(nodePrograms(process.env).bin, 'ctr');
  await run(ctr, ['--address', folder.containerd, '--namespace', 'k8s.io', 'images', 'import', archive], env);
}

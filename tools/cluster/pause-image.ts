import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClusterFolder, nodePrograms, pauseImage } from './layout.ts';
import { run } from './run.ts';

/** Makes the image whose one process holds the namespaces of a pod, and gives it to containerd. */
export async function importPauseImage(folder: ClusterFolder, env: NodeJS.ProcessEnv): Promise<void> {
  const work = join(folder.root, 'pause-image');
  await mkdir(join(work, 'layer'), { recursive: true });
  await copyFile(join(nodePrograms(process.env).root, 'bin/busybox'), join(work, 'layer/busybox'));
  await run('tar', ['-C', join(work, 'layer'), '-cf', join(work, 'layer.tar'), 'busybox']);
  const digest = createHash('sha256')
    .update(readFileSync(join(work, 'layer.tar')))
    .digest('hex');
  const config = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Entrypoint: ['/busybox', 'sleep', '2147483647'], User: '65535:65535' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  await writeFile(join(work, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [pauseImage], Layers: ['layer.tar'] }];
  await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest));
  const archive = join(work, 'pause.tar');
  await run('tar', ['-C', work, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar']);
  await importImage(folder, archive, env);
  await rm(work, { recursive: true });
}

/** Gives the images of a docker or OCI archive to the node, under the names that stand in it. */
export async function importImage(folder: ClusterFolder, archive: string, env: NodeJS.ProcessEnv): Promise<void> {
  const ctr = join(nodePrograms(process.env).bin, 'ctr');
  await run(ctr, ['--address', folder.containerd, '--namespace', 'k8s.io', 'images', 'import', archive], env);
}

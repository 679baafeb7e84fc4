import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '#api/errors.ts';
import { builtImages } from '#tools/images/images.ts';
import { findCluster, install } from '#tools/install/install.ts';
import { bundleFile, openBundle, writeBundle } from './bundle.ts';

/** `write`: bundles what `make images` has built. `install FILE`: installs from such an archive, and from nothing else. */
const [action, file = bundleFile] = process.argv.slice(2);
try {
  if (action === 'write') await write();
  else if (action === 'install') await installFrom(file);
  else process.exitCode = 2;
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}

async function write(): Promise<void> {
  const images = (await builtImages()).filter(({ name }) => name !== 'example');
  await writeBundle(images);
  process.stdout.write(`${bundleFile}\n`);
}

async function installFrom(archive: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-install-'));
  try {
    await install(findCluster(), await openBundle(archive, folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

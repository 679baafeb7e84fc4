import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '#api/errors.ts';
import { type Architecture, architectureNamed, ownArchitecture } from '#tools/images/architecture.ts';
import { builtImages } from '#tools/images/images.ts';
import { findCluster, install } from '#tools/install/install.ts';
import { bundleFileOf, openBundle, writeBundle } from './bundle.ts';

/** `write [ARCHITECTURE]`: bundles what `make images` has built. `install [FILE]`: installs from such an archive, and from nothing else. */
const [action, argument] = process.argv.slice(2);
try {
  if (action === 'write') await write(architectureNamed(argument));
  else if (action === 'install') await installFrom(argument ?? bundleFileOf(ownArchitecture));
  else process.exitCode = 2;
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}

async function write(architecture: Architecture): Promise<void> {
  const file = bundleFileOf(architecture);
  await writeBundle(await builtImages(architecture), file);
  process.stdout.write(`${file}\n`);
}

async function installFrom(archive: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'simpul-install-'));
  try {
    await install(findCluster(), await openBundle(archive, folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

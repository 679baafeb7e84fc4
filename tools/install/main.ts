import { describeError } from '#api/errors.ts';
import { architectureNamed } from '#tools/images/architecture.ts';
import { builtImages } from '#tools/images/images.ts';
import { findCluster, install, ownRelease } from './install.ts';

/** `[ARCHITECTURE]`: installs Simpul, with the images that `make images` has built, into the cluster of `make cluster` or of SIMPUL_TEST_KUBECONFIG. */
try {
  const began = performance.now();
  const images = await builtImages(architectureNamed(process.argv[2]));
  await install(findCluster(), await ownRelease(images));
  process.stdout.write(`Simpul is installed, after ${((performance.now() - began) / 1000).toFixed(1)} s.\n`);
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}

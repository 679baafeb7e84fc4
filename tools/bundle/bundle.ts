import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { precompiledValidators } from './precompiled-validators.ts';

/** The project's. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where `make bundle-programs` puts them. */
export const bundleFolder = join(root, 'build', 'programs');

/** Packages that are still CommonJS ask for modules of Node.js by `require`. */
const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/** Path of each bundled program. */
export type Programs = Readonly<Record<'gateway' | 'operator', string>>;

/**
 * Bundles the programs with their packages, for whoever measures them as they start in an image: Node.js then
 * has a dozen files to find and no types to strip, which takes half a second off each start. What is loaded only where
 * it is needed (kubeconfigs, tracing) stays in files of its own, which the programs share.
 */
export async function bundlePrograms(folder = bundleFolder): Promise<Programs> {
  await bundle({ gateway: 'gateway/main.ts', operator: 'operator/main.ts' }, folder);
  return { gateway: join(folder, 'gateway.mjs'), operator: join(folder, 'operator.mjs') };
}

/** Bundles into `<folder>/<name>.mjs` and what these share. Gives the paths of all files that went in, from the project's root. */
export async function bundle(programs: Readonly<Record<string, string>>, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: programs,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    banner: { js: banner },
    bundle: true,
    splitting: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    plugins: [precompiledValidators],
    logLevel: 'warning',
  });
  return Object.keys(metafile.inputs);
}

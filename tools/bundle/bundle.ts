import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { precompiledValidators } from './precompiled-validators.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where `make bundle` puts them. */
export const bundleFolder = join(root, 'build', 'programs');

/** Packages that are still CommonJS ask for modules of Node.js by `require`. */
const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/** Path of each bundled program. */
export type Programs = Readonly<Record<'gateway' | 'operator', string>>;

/**
 * Bundles the programs with their packages, for images and for whoever measures them as they start in one: Node.js then
 * has a dozen files to find and no types to strip, which takes half a second off each start. What is loaded only where
 * it is needed (kubeconfigs, tracing) stays in files of its own, which the programs share.
 */
export async function bundlePrograms(folder = bundleFolder): Promise<Programs> {
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: { gateway: join(root, 'gateway', 'main.ts'), operator: join(root, 'operator', 'main.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    banner: { js: banner },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    plugins: [precompiledValidators],
    logLevel: 'warning',
  });
  return { gateway: join(folder, 'gateway.mjs'), operator: join(folder, 'operator.mjs') };
}

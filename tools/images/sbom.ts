import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../bundle/bundle.ts';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
}

/**
 * What a bundle was made of, as CycloneDX 1.6: the packages whose files went in (`inputs`, paths from the project's root),
 * with the version, licence and digest of the lockfile. Without serial number and time, so the same input gives the same bytes.
 */
export function softwareBill(program: string, inputs: readonly string[]): string {
  const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const folders = new Set(inputs.flatMap((path) => packageFolder(path) ?? []));
  const components = [...folders].sort().map((folder) => component(folder, lockfile.packages[folder] ?? {}));
  const self = { type: 'application', name: `simpul-${program}`, version: manifest.version };
  const bill = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component: self }, components };
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

/** `node_modules/a/node_modules/@b/c/lib/x.js` lies in the package `node_modules/a/node_modules/@b/c`. */
function packageFolder(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function component(folder: string, { version = '', integrity, license }: LockedPackage): object {
  const name = folder.replace(/^.*node_modules\//, '');
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    ...{ type: 'library', 'bom-ref': purl, name, version, purl },
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    ...(integrity === undefined ? {} : { hashes: integrity.split(' ').map(hash) }),
  };
}

/** Of the form of Subresource Integrity, `sha512-<base64>`. */
function hash(integrity: string): object {
  const [algorithm = '', digest = ''] = integrity.split(/-(.*)/s);
  const content = Buffer.from(digest, 'base64').toString('hex');
  return { alg: algorithm.toUpperCase().replace(/^SHA(\d)/, 'SHA-$1'), content };
}

import manifest from '../../package.json' with { type: 'json' };
import type { Base, DebianPackage } from './base.ts';
import { type LockedPackage, lockedPackages } from './lockfile.ts';

/**
 * What an image was made of, as CycloneDX 1.6: the packages of npm whose files were bundled (`inputs`, paths from the project's
 * root), with the version, licence and digest of the lockfile, and its base. Without serial number and time, so the same input gives
 * the same bytes.
 */
export function softwareBill(program: string, inputs: readonly string[], base: Base['content']): string {
  const folders = new Set(inputs.flatMap((path) => packageFolder(path) ?? []));
  if ('packages' in base && base.nodePackage !== undefined) folders.add(base.nodePackage);
  const lockfile = lockedPackages();
  const components = [
    ...[...folders].sort().map((folder) => npmComponent(folder, lockfile[folder] ?? {})),
    ...('packages' in base ? base.packages.map(debianComponent) : [imageComponent(base.image)]),
  ];
  const self = { type: 'application', name: `simpul-${program}`, version: manifest.version };
  const bill = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component: self }, components };
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

/** `node_modules/a/node_modules/@b/c/lib/x.js` lies in the package `node_modules/a/node_modules/@b/c`. */
function packageFolder(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function npmComponent(folder: string, { version = '', integrity, license }: LockedPackage): object {
  const name = folder.replace(/^.*node_modules\//, '');
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    ...{ type: 'library', 'bom-ref': purl, name, version, purl },
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    ...(integrity === undefined ? {} : { hashes: integrity.split(' ').map(hash) }),
  };
}

function debianComponent({ name, version, architecture }: DebianPackage): object {
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl };
}

/** Of a name such as `docker.io/library/redis:7.2-bookworm`; what is in it stands in its own list of packages. */
function imageComponent(image: string): object {
  const [name = '', version = ''] = image.replace(/^docker\.io\/library\//, '').split(':');
  const purl = `pkg:docker/${name}@${version}`;
  return { type: 'container', 'bom-ref': purl, name, version, purl };
}

/** Of the form of Subresource Integrity, `sha512-<base64>`. */
function hash(integrity: string): object {
  const [algorithm = '', digest = ''] = integrity.split(/-(.*)/s);
  const content = Buffer.from(digest, 'base64').toString('hex');
  return { alg: algorithm.toUpperCase().replace(/^SHA(\d)/, 'SHA-$1'), content };
}

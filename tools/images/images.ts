import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { bundle, root } from '../bundle/bundle.ts';
import { type Architecture, ownArchitecture } from './architecture.ts';
import { layersOf } from './archive.ts';
import { type Base, type BaseName, bases, prepareBases } from './base.ts';
import { Buildah } from './buildah.ts';
import { softwareBill } from './sbom.ts';

interface Target {
  readonly base: BaseName;
  /** What is bundled for it; absent: its base has all that it runs. */
  readonly program?: string;
}

/** Targets of the Dockerfile, in its order. */
const targets = {
  operator: { base: 'node', program: 'operator/main.ts' },
  gateway: { base: 'node', program: 'gateway/main.ts' },
  cli: { base: 'node', program: 'cli/main.ts' },
  example: { base: 'node', program: 'examples/banten/backend/main.ts' },
  redis: { base: 'redis' },
} as const satisfies Record<string, Target>;
export type ImageName = keyof typeof targets;
export const imageNames = Object.keys(targets) as readonly ImageName[];

/** One built image. */
export interface Image {
  readonly name: ImageName;
  readonly architecture: Architecture;
  /** `localhost/simpul-<name>:<version>-<digest of all>`: another content has another tag, so no pod runs an old one by mistake. */
  readonly reference: string;
  readonly tag: string;
  /** A docker archive that holds it under its reference. */
  readonly archive: string;
  /** Digest of its configuration, which names the digests of its layers. */
  readonly id: string;
  /** What it adds to its base; to Debian, where all of it comes from its base. */
  readonly addedBytes: number;
}

/** Under which images are known to nodes that they are imported into. */
export const imageRegistry = 'localhost';

const folder = join(root, 'build', 'images');

/** Where images of an architecture lie, as archives. */
export function archivesOf(architecture: Architecture): string {
  return join(root, 'build', architecture === ownArchitecture ? 'archives' : `archives-${architecture}`);
}

export interface BuildOptions {
  /** Default: this machine's. No other is any harder: nothing is run while an image is built. */
  readonly architecture?: Architecture;
  /** Takes lines about what takes long, or is not as one might expect. */
  readonly say?: (line: string) => void;
}

/** Builds all images of the Dockerfile by buildah; nothing of it needs a registry. */
export async function buildImages({
  architecture = ownArchitecture,
  say = () => undefined,
}: BuildOptions = {}): Promise<Image[]> {
  const archives = archivesOf(architecture);
  for (const own of [folder, archives]) await rm(own, { recursive: true, force: true });
  await mkdir(archives, { recursive: true });
  const buildah = await Buildah.open();
  const context = { architecture, buildah, known: await prepareBases({ architecture, buildah, say }) };
  const ids = new Map<ImageName, string>();
  for (const name of imageNames) ids.set(name, await buildImage(name, context));
  const digest = createHash('sha256')
    .update([...ids.values()].join())
    .digest('hex')
    .slice(0, 12);
  const images: Image[] = [];
  for (const [name, id] of ids) images.push(await archive({ name, id, tag: `${manifest.version}-${digest}` }, context));
  await writeFile(join(archives, 'images.json'), `${JSON.stringify(images, undefined, 2)}\n`);
  return images;
}

/** What `make images` has built last. */
export async function builtImages(architecture: Architecture = ownArchitecture): Promise<Image[]> {
  return JSON.parse(await readFile(join(archivesOf(architecture), 'images.json'), 'utf8')) as Image[];
}

interface Context {
  readonly architecture: Architecture;
  readonly buildah: Buildah;
  readonly known: Readonly<Record<BaseName, Base>>;
}

/** Gives its id. */
async function buildImage(name: ImageName, { architecture, buildah, known }: Context): Promise<string> {
  const { base, program }: Target = targets[name];
  const content = join(folder, name);
  await mkdir(content, { recursive: true });
  const inputs = program === undefined ? [] : await bundle({ [name]: program }, content);
  await writeFile(join(content, 'sbom.cdx.json'), softwareBill(name, inputs, known[base].content));
  await settleModes(content);
  const idFile = join(archivesOf(architecture), `${name}.id`);
  await buildah.run([
    ...['build', '--quiet', '--pull=never', '--timestamp=0', '--layers=false', `--target=${name}`],
    ...[`--arch=${architecture}`, '--os=linux', `--iidfile=${idFile}`, `--build-arg=VERSION=${manifest.version}`],
    ...Object.entries(known).map(
      ([each, { reference }]) => `--build-arg=${bases[each as BaseName].argument}=${reference}`,
    ),
    root,
  ]);
  return (await readFile(idFile, 'utf8')).trim();
}

type Built = Pick<Image, 'name' | 'id' | 'tag'>;

async function archive({ name, id, tag }: Built, { architecture, buildah, known }: Context): Promise<Image> {
  const reference = `${imageRegistry}/simpul-${name}:${tag}`;
  const file = join(archivesOf(architecture), `${name}.tar`);
  await buildah.run(['push', '--quiet', id, `docker-archive:${file}:${reference}`]);
  await buildah.run(['rmi', id]); // the archive has it; a store would keep one of each build
  await writeFile(join(archivesOf(architecture), `${name}.reference`), reference); // for scripts
  const above = (await layersOf(file)).slice(known[targets[name].base].layers);
  const addedBytes = above.reduce((sum, { bytes }) => sum + bytes, 0);
  return { name, architecture, id, tag, reference, archive: file, addedBytes };
}

/** Whatever the umask is: modes are part of the digest. */
async function settleModes(content: string): Promise<void> {
  await chmod(content, 0o755);
  for (const name of await readdir(content)) await chmod(join(content, name), 0o644);
}

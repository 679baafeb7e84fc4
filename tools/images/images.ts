import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodePrograms } from '#tools/cluster/layout.ts';
import { run } from '#tools/cluster/run.ts';
import manifest from '../../package.json' with { type: 'json' };
import { bundle, root } from '../bundle/bundle.ts';
import { softwareBill } from './sbom.ts';

/** Targets of the Dockerfile, each with the program that it carries. */
const programs = {
  operator: 'operator/main.ts',
  gateway: 'gateway/main.ts',
  cli: 'cli/main.ts',
  example: 'examples/banten/backend/main.ts',
} as const;
export type ImageName = keyof typeof programs;

/** One built image. */
export interface Image {
  readonly name: ImageName;
  /** `localhost/simpul-<name>:<version>-<digest of all>`: another content has another tag, so no pod runs an old one by mistake. */
  readonly reference: string;
  readonly tag: string;
  /** A docker archive that holds it under its reference. */
  readonly archive: string;
  /** Digest of its configuration, which names the digests of its layers. */
  readonly id: string;
  /** What it adds to its base. */
  readonly addedBytes: number;
}

type Built = Pick<Image, 'name' | 'id' | 'addedBytes'>;

/** Under which images are known to nodes that they are imported into. */
export const imageRegistry = 'localhost';

const base = 'docker.io/library/node:24-bookworm-slim';
const folder = join(root, 'build', 'images');
const archives = join(root, 'build', 'archives');

/** Builds all images of the Dockerfile by buildah; nothing of it needs a registry. */
export async function buildImages(): Promise<Image[]> {
  for (const own of [folder, archives]) await rm(own, { recursive: true, force: true });
  const buildah = await prepareBuildah();
  await run(join(root, 'tools/images/base.sh'), [buildah.policy, buildah.program, ...buildah.flags], buildah.env);
  const built: Built[] = [];
  for (const name of Object.keys(programs) as ImageName[]) built.push(await buildImage(name, buildah));
  const digest = createHash('sha256')
    .update(built.map(({ id }) => id).join())
    .digest('hex')
    .slice(0, 12);
  const images: Image[] = [];
  for (const image of built) images.push(await archive(image, `${manifest.version}-${digest}`, buildah));
  await writeFile(join(archives, 'images.json'), `${JSON.stringify(images, undefined, 2)}\n`);
  return images;
}

/** What `make images` has built last. */
export async function builtImages(): Promise<Image[]> {
  return JSON.parse(await readFile(join(archives, 'images.json'), 'utf8')) as Image[];
}

interface Buildah {
  readonly program: string;
  readonly flags: readonly string[];
  /** File that lets it take any image: what goes in here was made here. */
  readonly policy: string;
  readonly env: NodeJS.ProcessEnv;
}

/** With a store and settings of its own: what the machine is set up for does not matter, and is not changed. */
async function prepareBuildah(): Promise<Buildah> {
  const { bin } = nodePrograms(process.env);
  const store = join(bin, '../../image-store');
  await mkdir(store, { recursive: true });
  for (const own of [folder, archives]) await mkdir(own, { recursive: true });
  const file = (name: string) => join(store, name);
  await writeFile(file('policy.json'), JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
  await writeFile(file('registries.conf'), 'unqualified-search-registries = []\n');
  await writeFile(file('containers.conf'), '');
  await writeFile(
    file('storage.conf'),
    `[storage]\ndriver = "vfs"\ngraphroot = "${store}/graph"\nrunroot = "${store}/run"\n`,
  );
  const env = {
    ...process.env,
    CONTAINERS_CONF: file('containers.conf'),
    CONTAINERS_STORAGE_CONF: file('storage.conf'),
    CONTAINERS_REGISTRIES_CONF: file('registries.conf'),
    BUILDAH_ISOLATION: 'chroot',
    TMPDIR: store,
  };
  const flags = ['--storage-driver=vfs', `--root=${store}/graph`, `--runroot=${store}/run`];
  return { program: join(bin, 'buildah'), flags, env, policy: file('policy.json') };
}

async function buildImage(name: ImageName, { program, flags, env, policy }: Buildah): Promise<Built> {
  const content = join(folder, name);
  const inputs = await bundle({ [name]: programs[name] }, content);
  await writeFile(join(content, 'sbom.cdx.json'), softwareBill(name, inputs));
  const addedBytes = await settleFiles(content);
  const policyFlag = `--signature-policy=${policy}`;
  const idFile = join(archives, `${name}.id`);
  await run(
    program,
    [
      ...[
        ...flags,
        'build',
        '--quiet',
        '--pull=never',
        '--timestamp=0',
        '--layers=false',
        `--target=${name}`,
        policyFlag,
      ],
      ...[`--build-arg=BASE=${base}`, `--build-arg=VERSION=${manifest.version}`, `--iidfile=${idFile}`, root],
    ],
    env,
  );
  const id = (await readFile(idFile, 'utf8')).trim();
  return { name, id, addedBytes };
}

async function archive(image: Built, tag: string, { program, flags, env, policy }: Buildah): Promise<Image> {
  const { name, id } = image;
  const reference = `${imageRegistry}/simpul-${name}:${tag}`;
  const file = join(archives, `${name}.tar`);
  await run(
    program,
    [...flags, 'push', '--quiet', `--signature-policy=${policy}`, id, `docker-archive:${file}:${reference}`],
    env,
  );
  await run(program, [...flags, 'rmi', id], env); // the archive has it; a store would keep one of each build
  await writeFile(join(archives, `${name}.reference`), reference); // for scripts
  return { ...image, reference, tag, archive: file };
}

/** Sets modes, whatever the umask is: they are part of the digest. Gives the size of all files. */
async function settleFiles(content: string): Promise<number> {
  await chmod(content, 0o755);
  const entries = await readdir(content, { withFileTypes: true });
  let bytes = 0;
  for (const { name } of entries) {
    await chmod(join(content, name), 0o644);
    bytes += (await stat(join(content, name))).size;
  }
  return bytes;
}

import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '#tools/cluster/run.ts';
import type { Architecture } from './architecture.ts';
import type { Buildah } from './buildah.ts';
import { nodePackage, nodeProgram } from './node-program.ts';

/**
 * What the Dockerfile builds on: official images, or, where no registry is in reach, stand-ins without a shell. A stand-in has two
 * layers: Debian's libraries, certificates and time zones, which all share, and what it is for.
 */
export const bases = {
  node: {
    argument: 'BASE',
    official: 'docker.io/library/node:24-bookworm-slim',
    command: 'node',
    packages: [],
  },
  redis: {
    argument: 'REDIS_BASE',
    official: 'docker.io/library/redis:7.2-bookworm',
    command: 'redis-server',
    packages: [
      ...['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1', 'libssl3', 'libsystemd0'],
      ...['libcap2', 'libgcrypt20', 'libgpg-error0', 'liblz4-1', 'liblzma5', 'libzstd1'], // of libsystemd0
    ],
  },
} as const;
export type BaseName = keyof typeof bases;

const common = ['base-files', 'ca-certificates', 'libc6', 'libgcc-s1', 'libstdc++6', 'netbase', 'tzdata'];
const script = fileURLToPath(new URL('./debian-root.sh', import.meta.url));

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** An image to build on. */
export interface Base {
  /** In buildah's store. */
  readonly reference: string;
  /** How many of its layers do not count as what an image adds: all of Node.js', and of Redis' the first, Debian. */
  readonly layers: number;
  /** What is known to be in it, for the bill of software: the official image itself, or the packages of a stand-in. */
  readonly content:
    | { readonly image: string }
    | { readonly packages: readonly DebianPackage[]; readonly nodePackage?: string };
}

interface Place {
  readonly architecture: Architecture;
  readonly buildah: Buildah;
  /** Takes a line about what was pulled or made. */
  readonly say: (line: string) => void;
}

/** All of them for an architecture: those that the store has, and others pulled or made. */
export async function prepareBases(place: Place): Promise<Readonly<Record<BaseName, Base>>> {
  return { node: await prepareBase('node', place), redis: await prepareBase('redis', place) };
}

async function prepareBase(name: BaseName, place: Place): Promise<Base> {
  const { architecture, buildah, say } = place;
  const { official } = bases[name];
  const tag = `${architecture}-${await inputsOf(name, architecture)}`;
  const reference = `localhost/base/${name}:${tag}`;
  const note = join(buildah.store, `${name}-${tag}.json`);
  const known = await readFile(note, 'utf8').catch(() => undefined);
  if (known !== undefined && (await buildah.has(reference))) return JSON.parse(known) as Base;
  const isPulled = await pull(official, reference, place);
  const content = isPulled ? { image: official } : await standIn(name, reference, place);
  const how = isPulled ? 'pulled' : 'made a stand-in, because it cannot be pulled here';
  say(`base ${official} for ${architecture}: ${how}`);
  const base: Base = { reference, layers: name === 'redis' ? 1 : await layersOf(reference, buildah), content };
  await writeFile(note, JSON.stringify(base));
  return base;
}

/** Another content has another name in the store. Debian's newer versions do not: remove the store to have them. */
async function inputsOf(name: BaseName, architecture: Architecture): Promise<string> {
  const inputs = [bases[name], common, nodePackage(architecture), dockerfile(''), await readFile(script, 'utf8')];
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
}

async function pull(official: string, reference: string, { architecture, buildah }: Place): Promise<boolean> {
  try {
    await buildah.run(['pull', '--quiet', '--policy=always', `--arch=${architecture}`, '--os=linux', official], {
      seconds: 60,
    });
    await buildah.run(['tag', official, reference]);
    await buildah.run(['rmi', official]); // the name alone: the next architecture wants it
    return true;
  } catch {
    return false;
  }
}

async function standIn(name: BaseName, reference: string, { architecture, buildah }: Place): Promise<Base['content']> {
  const { command, packages } = bases[name];
  const work = await mkdtemp(join(tmpdir(), 'simpul-base-'));
  try {
    const own = join(work, 'own');
    const found = await unpackDebian(architecture, join(work, 'debian'), common);
    if (name === 'redis') found.push(...(await unpackDebian(architecture, own, packages)));
    else {
      const program = await nodeProgram(architecture, work);
      await run('install', ['-D', '--mode=755', program, join(own, 'usr/local/bin/node')]);
    }
    await chmod(own, 0o755);
    await writeFile(join(work, 'Dockerfile'), dockerfile(command));
    const platform = [`--arch=${architecture}`, '--os=linux'];
    await buildah.run(['build', '--quiet', ...platform, '--layers=false', '--timestamp=0', `--tag=${reference}`, work]);
    return { packages: found, ...(name === 'node' ? { nodePackage: nodePackage(architecture).folder } : {}) };
  } finally {
    await rm(work, { recursive: true });
  }
}

async function unpackDebian(
  architecture: Architecture,
  folder: string,
  packages: readonly string[],
): Promise<DebianPackage[]> {
  const said = await run(script, [architecture, folder, ...packages]);
  return said
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', version = '', builtFor = ''] = line.split(' ');
      return { name, version, architecture: builtFor };
    });
}

function dockerfile(command: string): string {
  return `FROM scratch AS debian
COPY debian/ /
FROM debian
COPY own/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["${command}"]
`;
}

async function layersOf(reference: string, buildah: Buildah): Promise<number> {
  const format = '--format={{len .OCIv1.RootFS.DiffIDs}}';
  return Number(await buildah.run(['inspect', '--type=image', format, reference]));
}

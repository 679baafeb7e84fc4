import { existsSync } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { run } from '#tools/cluster/run.ts';
import type { Architecture } from '#tools/images/architecture.ts';
import { archivedImage } from '#tools/images/archive.ts';

/** What matters here of the configuration of an image (OCI image specification). */
interface ImageConfig {
  readonly architecture: string;
  readonly config: {
    readonly User: string;
    readonly Entrypoint: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
}

export interface UnpackedImage {
  readonly config: ImageConfig;
  readonly names: readonly string[];
  /** A folder for each layer, lowest first. */
  readonly layers: readonly string[];
}

/** Unpacks each layer of a docker archive into a folder of its own below `folder`; one that is there already is not unpacked again. */
export async function unpackImage(archive: string, folder: string): Promise<UnpackedImage> {
  const { Config, RepoTags, Layers } = await archivedImage(archive);
  const config = JSON.parse(await run('tar', ['-xOf', archive, Config])) as ImageConfig;
  const layers: string[] = [];
  for (const layer of Layers) {
    const place = join(folder, layer.replaceAll('/', '-'));
    layers.push(place);
    if (existsSync(place)) continue;
    await mkdir(place, { recursive: true });
    await run('sh', ['-c', 'tar -xOf "$0" "$1" | tar -x --no-same-owner -C "$2"', archive, layer, place]);
  }
  return { config, names: RepoTags, layers };
}

/** Compiled code, and what it was compiled for. */
interface CompiledFile {
  readonly path: string;
  readonly builtFor: Architecture | `ELF machine ${number}`;
}

/** All files below a folder that are compiled code: those that begin as ELF does. */
export async function compiledFiles(folder: string): Promise<CompiledFile[]> {
  const found: CompiledFile[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const builtFor = machineOf(await headOf(path));
    if (builtFor !== undefined) found.push({ path: relative(folder, path), builtFor });
  }
  return found;
}

const machines: Readonly<Record<number, Architecture>> = { 62: 'amd64', 183: 'arm64' };

/** From the header of ELF: magic in bytes 0 to 3, byte order in byte 5, e_machine in bytes 18 and 19. */
function machineOf(head: Buffer): CompiledFile['builtFor'] | undefined {
  if (head.length < 20 || head.readUInt32BE(0) !== 0x7f45_4c46) return undefined;
  const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
  return machines[machine] ?? `ELF machine ${machine}`;
}

async function headOf(path: string): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0);
  return buffer.subarray(0, bytesRead);
}
